"""Practice providers of identity: WeChat's and Alipay's OAuth 2 over real HTTP."""

from finder.sandbox.sign_in.alipay import PracticeAlipaySignIn
from finder.sandbox.sign_in.serve import SignInServer, run_sign_in, sign_in_running
from finder.sandbox.sign_in.wechat import PracticeWechatSignIn

__all__ = ["PracticeAlipaySignIn", "PracticeWechatSignIn", "SignInServer", "run_sign_in", "sign_in_running"]
