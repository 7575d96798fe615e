"""WeChat Pay v3 for service providers."""

from finder.money.channels.wechat.channel import WechatChannel
from finder.money.channels.wechat.config import WechatConfig

__all__ = ["WechatChannel", "WechatConfig"]
