"""WeChat Pay as a channel: 支付分 to hold and capture, plain payments, refunds, profit sharing, bills, callbacks."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import quote

from finder.errors import ChannelLied, ChannelRefused, ChannelUnavailable
from finder.kernel.clock import Clock, system_clock
from finder.kernel.ids import Number
from finder.kernel.money import Money
from finder.money.channels.port import (
    BillKind,
    BillRow,
    CaptureAsk,
    HoldAsk,
    Notice,
    PayAsk,
    RefundAsk,
    Seen,
    SplitAsk,
    Stand,
    Step,
)
from finder.money.channels.table import check_ready
from finder.money.channels.wechat import forms, readings
from finder.money.channels.wechat.bill import read_bill
from finder.money.channels.wechat.client import NotThere, WechatClient
from finder.money.channels.wechat.config import WechatConfig
from finder.money.channels.wechat.notices import read_notice
from finder.money.channels.wechat.readings import CHANNEL

ORDERS = "/v3/payscore/partner/serviceorder"
TRADES = "/v3/pay/partner/transactions"
REFUNDS = "/v3/refund/domestic/refunds"
SPLITS = "/v3/profitsharing/orders"
RETURNS = "/v3/profitsharing/return-orders"


class WechatChannel:
    """One service provider's account."""

    name = CHANNEL
    holds_agreed = True
    returns_with_refund = False
    fund_steps = frozenset({Step.SPLIT, Step.SPLIT_RETURN})  # our own account; operators' are theirs to look at
    split_after = timedelta(minutes=1)

    def __init__(self, config: WechatConfig, clock: Clock = system_clock) -> None:
        self.practice = config.practice
        self._config, self._clock = config, clock
        self._client = WechatClient(config, clock)

    async def hold(self, ask: HoldAsk) -> Seen:
        """Opens a 支付分 order; PENDING carries what opens its page on the phone."""
        try:
            told = await self._client.post(ORDERS, forms.hold(ask, self._config))
        except ChannelRefused as refused:
            return await self._known_or(refused, Step.HOLD, ask.number, ask.number, ask.sub_merchant, ask.amount)
        seen = readings.read_order(Step.HOLD, ask.number, ask.number, told)
        package = told.get("package")
        phone = forms.hold_page(package, self._config, self._clock) if isinstance(package, str) else {}
        return replace(_same(seen, ask.amount), phone=phone if seen.stand is Stand.PENDING else {})

    async def capture(self, ask: CaptureAsk) -> Seen:
        """Completes the order with its final amount."""
        try:
            told = await self._client.post(
                f"{ORDERS}/{quote(ask.hold, safe='')}/complete", forms.capture(ask, self._config)
            )
        except ChannelRefused as refused:
            return await self._known_or(refused, Step.CAPTURE, ask.number, ask.hold, ask.sub_merchant, ask.amount)
        return _same(readings.read_order(Step.CAPTURE, ask.number, ask.hold, told), ask.amount)

    async def release(self, number: Number, hold: Number, hold_channel_id: str | None, sub_merchant: str) -> Seen:
        """Cancels the order; only before it is completed."""
        body = {"service_id": self._config.service_id, "sub_mchid": sub_merchant, "reason": "未充电"}
        try:
            told = await self._client.post(f"{ORDERS}/{quote(hold, safe='')}/cancel", body)
        except ChannelRefused as refused:
            return await self._known_or(refused, Step.RELEASE, number, hold, sub_merchant, None)
        return Seen(CHANNEL, Step.RELEASE, number, Stand.DONE, channel_id=str(told.get("order_id") or "") or None)

    async def pay(self, ask: PayAsk) -> Seen:
        """Begins a JSAPI payment; PENDING carries what the phone needs."""
        told = await self._client.post(f"{TRADES}/jsapi", forms.pay(ask, self._config))
        prepay = told.get("prepay_id")
        if not isinstance(prepay, str) or not 0 < len(prepay) <= 64:
            raise _lied("PREPAY", "应答缺少 prepay_id", "its answer lacks prepay_id")
        phone = forms.pay_sheet(prepay, self._config, self._clock)
        return Seen(CHANNEL, Step.CAPTURE, ask.number, Stand.PENDING, ask.amount, phone=phone)

    async def refund(self, ask: RefundAsk) -> Seen:
        """Gives money back; a split is returned before it, by itself."""
        if ask.returned != Money(0):
            raise _refused("RETURN_FIRST", "微信支付须先回退分账，再退款", "a split is returned before the refund")
        told = await self._client.post(REFUNDS, forms.refund(ask, self._config))
        return _same(readings.read_refund(ask.number, told), ask.amount)

    async def split(self, ask: SplitAsk) -> Seen:
        """Splits our share off, or returns it."""
        if ask.returns is not None:
            told = await self._client.post(RETURNS, forms.split_return(ask, self._config))
            return _same(readings.read_return(ask.number, told), ask.amount)
        told = await self._client.post(SPLITS, forms.split(ask, self._config, _known(ask.capture_channel_id)))
        return _same(readings.read_split(Step.SPLIT, ask.number, told), ask.amount)

    async def split_finish(self, ask: SplitAsk) -> Seen:
        """Frees the rest to the operator, under a number of its own: with a split's number nothing would happen."""
        body = forms.split_finish(ask, _known(ask.capture_channel_id))
        return readings.read_split(Step.SPLIT_FINISH, ask.number, await self._client.post(f"{SPLITS}/unfreeze", body))

    async def query(
        self, step: Step, number: Number, of: Number, sub_merchant: str, of_channel_id: str | None = None
    ) -> Seen:
        """Where a step stands."""
        sub = {"sub_mchid": sub_merchant}
        try:
            match step:
                case Step.CAPTURE if of == number:
                    path = f"{TRADES}/out-trade-no/{number}"
                    return readings.read_trade(
                        number, await self._client.get(path, {"sp_mchid": self._config.sp_mchid, **sub})
                    )
                case Step.HOLD | Step.CAPTURE | Step.RELEASE:
                    query = {"service_id": self._config.service_id, "out_order_no": of, **sub}
                    return readings.read_order(step, number, of, await self._client.get(ORDERS, query))
                case Step.REFUND:
                    return readings.read_refund(number, await self._client.get(f"{REFUNDS}/{number}", sub))
                case Step.SPLIT_RETURN:
                    path, back = f"{RETURNS}/{number}", {"out_order_no": of, **sub}
                    return readings.read_return(number, await self._client.get(path, back))
                case Step.SPLIT | Step.SPLIT_FINISH:
                    trade = {"transaction_id": _known(of_channel_id), **sub}
                    return readings.read_split(step, number, await self._client.get(f"{SPLITS}/{number}", trade))
        except NotThere as nothing:
            return Seen(CHANNEL, step, number, Stand.UNKNOWN, reason=nothing.code)

    async def bill(self, kind: BillKind, day: date) -> AsyncIterator[BillRow]:
        """The bill of a day."""
        check_ready(CHANNEL, day, self._clock)
        async for row in read_bill(self._client, self._config, kind, day):
            yield row

    async def notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Verifies and reads a callback."""
        return read_notice(headers, body, self._config, self._clock)

    async def close(self) -> None:
        """Lets go of connections."""
        await self._client.close()

    async def _known_or(
        self, refused: ChannelRefused, step: Step, number: Number, hold: Number, sub_merchant: str, amount: Money | None
    ) -> Seen:
        # WeChat refuses what it has done already: an earlier try may have got through without its answer.
        # While that cannot be looked up, the refusal does not say that nothing happened.
        try:
            seen = await self.query(step, number, hold, sub_merchant)
        except ChannelRefused as unknown:
            raise ChannelUnavailable(refused.zh, refused.en, code=refused.code) from unknown
        if seen.stand not in (Stand.PENDING, Stand.WORKING, Stand.COLLECTING, Stand.DONE):
            raise refused
        if amount is not None and seen.amount != amount:
            raise refused
        return seen


def _same(seen: Seen, amount: Money) -> Seen:
    """What was seen, where it was done with the amount that was asked. Raises ChannelLied."""
    if seen.amount is not None and seen.amount != amount:
        raise _lied(
            "AMOUNT",
            f"应答金额 {seen.amount.fen} 分与请求的 {amount.fen} 分不符",
            f"its answer speaks of {seen.amount.fen} fen, asked were {amount.fen}",
        )
    return seen


def _known(channel_id: str | None) -> str:
    if channel_id is None:
        raise _refused(
            "NO_TRANSACTION_ID",
            "尚无微信支付订单号，请先查询扣款结果",
            "WeChat's transaction id is not known: query the capture first",
        )
    return channel_id


def _lied(code: str, zh: str, en: str) -> ChannelLied:
    return ChannelLied(f"微信支付：{zh}", f"WeChat Pay: {en}", code=code)


def _refused(code: str, zh: str, en: str) -> ChannelRefused:
    return ChannelRefused(zh, en, code=code)
