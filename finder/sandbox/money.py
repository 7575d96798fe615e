"""Practice payment channels and a practice text message gateway, and how another process is told of them."""

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from finder.kernel.clock import Clock
from finder.money.channels import rsa
from finder.money.channels.alipay import AlipayChannel, AlipayConfig
from finder.money.channels.config import NOTICE_PATH
from finder.money.channels.port import HoldAsk, PayAsk, Seen
from finder.money.channels.wechat import WechatConfig
from finder.sandbox.aftercare import PracticeAftercare, practice_aftercare
from finder.sandbox.channels import alipay_keys, wechat_keys
from finder.sandbox.channels.alipay import start_alipay
from finder.sandbox.channels.model import HoldState, Refusal
from finder.sandbox.channels.server import ChannelServer
from finder.sandbox.channels.wechat import start_wechat
from finder.sandbox.city import CityTold
from finder.sandbox.ocpp.street import STREET_SOURCE
from finder.sandbox.operators import TCEC102_OPERATORS
from finder.sandbox.sms import SmsGateway, sms_running

CONFIRMS_AFTER_S = 2.0  # a driver who agrees at once
COMMISSION_PERMILLE = 50
SOURCES = (*(each.source for each in TCEC102_OPERATORS), STREET_SOURCE)


class PracticeMoney(msgspec.Struct, frozen=True):
    """Addresses and secrets of both sides, made anew at each start, as they pass between the two processes."""

    wechat_url: str
    wechat_keys: tuple[str, str, str, str, bytes, str]
    alipay_url: str
    alipay_keys: tuple[str, str, dict[str, str]]
    sms_url: str
    sms_key: str
    aftercare: PracticeAftercare
    city: CityTold | None = None  # a practice city management, where one runs beside it

    def wechat(self, public_url: str) -> WechatConfig:
        """The account as the finder is to be told of it; callbacks come to this address."""
        ours, theirs, serial_no, platform_id, v3, v2 = self.wechat_keys
        keys = wechat_keys.WechatKeys(_read(ours), _read(theirs), serial_no, platform_id, v3, v2)
        return wechat_keys.practice_wechat(keys, self.wechat_url, public_url + NOTICE_PATH.format(channel="wechat"))

    def alipay(self, public_url: str) -> AlipayConfig:
        """The application as the finder is to be told of it; callbacks come to this address."""
        ours, theirs, tokens = self.alipay_keys
        keys = alipay_keys.AlipayKeys(_read(ours), _read(theirs), tokens)
        return alipay_keys.practice_alipay(keys, self.alipay_url, public_url + NOTICE_PATH.format(channel="alipay"))


def practice_merchants() -> dict[str, dict[str, str]]:
    """The practice operators' sub-merchants: by source, then by channel."""
    named = zip(SOURCES, wechat_keys.SUB_MERCHANTS, alipay_keys.SUB_MERCHANTS, strict=True)
    return {source: {"wechat": wechat, "alipay": alipay} for source, wechat, alipay in named}


class AgreeingAlipay(AlipayChannel):
    """Alipay with a phone whose driver agrees at once to what it is given to sign."""

    def __init__(self, config: AlipayConfig, clock: Clock) -> None:
        super().__init__(config, clock)
        self._phone_url = config.gateway.rpartition("/")[0] + "/_phone"

    async def hold(self, ask: HoldAsk) -> Seen:
        """See Channel."""
        return await self._agreed(await super().hold(ask))

    async def pay(self, ask: PayAsk) -> Seen:
        """See Channel."""
        return await self._agreed(await super().pay(ask))

    async def _agreed(self, seen: Seen) -> Seen:
        async with httpx.AsyncClient(trust_env=False, timeout=CONFIRMS_AFTER_S) as phone:
            with suppress(httpx.HTTPError):
                await phone.post(self._phone_url, content=seen.phone.get("order_string", "").encode())
        return seen


@asynccontextmanager
async def practice_money() -> AsyncIterator[PracticeMoney]:
    """Runs both channels, a driver who confirms what they ask, and the message gateway."""
    ours, theirs = await asyncio.gather(*(asyncio.to_thread(rsa.new_key) for _ in range(2)))
    wechat, alipay = wechat_keys.new_wechat_keys(ours, theirs), alipay_keys.new_alipay_keys(ours, theirs)
    gateway = SmsGateway()
    servers = [await start_wechat(keys=wechat), await start_alipay(keys=alipay)]
    confirming = asyncio.create_task(_confirm(servers))
    try:
        async with sms_running(gateway) as sms_url, practice_aftercare() as aftercare:
            yield PracticeMoney(
                servers[0].url,
                (
                    _write(wechat.ours),
                    _write(wechat.theirs),
                    wechat.serial_no,
                    wechat.platform_id,
                    wechat.api_v3_key,
                    wechat.api_v2_key,
                ),
                servers[1].url,
                (_write(alipay.ours), _write(alipay.theirs), dict(alipay.tokens)),
                sms_url,
                gateway.key,
                aftercare,
            )
    finally:
        confirming.cancel()
        for server in servers:
            await server.close()


async def _confirm(servers: Sequence[ChannelServer]) -> None:
    seen: set[str] = set()
    while True:
        waiting = {number for server in servers for number in _waiting(server)}
        for number in waiting & seen:
            for server in servers:
                with suppress(Refusal):
                    await server.confirm(number)
        seen = waiting
        await asyncio.sleep(CONFIRMS_AFTER_S)


def _waiting(server: ChannelServer) -> list[str]:
    book = server.channel.book
    holds = [number for number, hold in book.holds.items() if hold.state is HoldState.CREATED]
    return holds + [number for number, trade in book.trades.items() if not trade.asked]


def _write(key: RSAPrivateKey) -> str:
    return base64.b64encode(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode()


def _read(text: str) -> RSAPrivateKey:
    return rsa.private_key(text, "practice")
