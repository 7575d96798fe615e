"""Serves the practice providers of identity on loopback, and writes down how the finder is to be told of them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from rich.console import Console
from starlette.applications import Starlette
from starlette.routing import Mount

from finder.identity.oidc import RETURN_TO
from finder.sandbox.serve import served
from finder.sandbox.sign_in.alipay import PracticeAlipaySignIn
from finder.sandbox.sign_in.wechat import PracticeWechatSignIn

FINDER_URL = "http://127.0.0.1:8000"


@dataclass(slots=True)
class SignInServer:
    """Both providers."""

    wechat: PracticeWechatSignIn
    alipay: PracticeAlipaySignIn

    def app(self) -> Starlette:
        """/wechat and /alipay."""
        return Starlette(
            routes=[Mount("/wechat", routes=self.wechat.routes()), Mount("/alipay", routes=self.alipay.routes())]
        )

    def write(self, folder: Path, base_url: str) -> tuple[Path, dict[str, str]]:
        """The file of providers with Alipay's key beside it, and the environment that holds the secrets."""
        wechat, alipay = self.wechat.provider(f"{base_url}/wechat"), self.alipay.provider(f"{base_url}/alipay")
        public = self.alipay.theirs.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / "alipay_pub.pem").write_bytes(public)
        lines = [
            "[[provider]]",
            'kind = "wechat"',
            f'id = "{wechat.id}"',
            f'name = "{wechat.name}"',
            f'client_id = "{wechat.client_id}"',
            f'authorize_url = "{wechat.authorize_url}"',
            f'exchange_url = "{wechat.exchange_url}"',
            "",
            "[[provider]]",
            'kind = "alipay"',
            f'id = "{alipay.id}"',
            f'name = "{alipay.name}"',
            f'client_id = "{alipay.client_id}"',
            'alipay_keys = ["alipay_pub.pem"]',
            f'authorize_url = "{alipay.authorize_url}"',
            f'gateway = "{alipay.gateway}"',
        ]
        path = folder / "providers.toml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        private = self.alipay.ours.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        bare = "".join(line for line in private.splitlines() if not line.startswith("-----"))
        return path, {"FINDER_OIDC_WECHAT_SECRET": self.wechat.secret, "FINDER_OIDC_ALIPAY_SECRET": bare}


@asynccontextmanager
async def sign_in_running(server: SignInServer, port: int = 0) -> AsyncIterator[str]:
    """Serves them on loopback; yields their base URL. Raises OSError where the port is taken."""
    async with served(server.app(), port=port) as url:
        yield url


def run_sign_in(port: int) -> None:
    """`finder sandbox --sign-in`: serves until interrupted, and tells people how the finder reaches them."""

    async def serve(folder: Path) -> None:
        back = urlsplit(FINDER_URL)
        server = SignInServer(PracticeWechatSignIn(back.netloc), PracticeAlipaySignIn(FINDER_URL + RETURN_TO))
        async with sign_in_running(server, port) as url:
            path, secrets = server.write(folder, url)
            (folder / "secrets.sh").touch(mode=0o600)
            told = [f"export FINDER_OIDC_FILE={path}", *(f"export {name}={value}" for name, value in secrets.items())]
            (folder / "secrets.sh").write_text("\n".join(told) + "\n")
            console = Console(stderr=True, highlight=False, soft_wrap=True)
            console.print(f"\n  演示微信与支付宝登录 · practice sign-in at WeChat and Alipay  {url}")
            console.print(f"  . {folder / 'secrets.sh'}\n")
            await asyncio.Event().wait()

    with contextlib.suppress(KeyboardInterrupt), TemporaryDirectory(prefix="finder-sign-in-") as folder:
        asyncio.run(serve(Path(folder)))
