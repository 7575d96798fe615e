"""Alipay as a channel: pre-authorisation to hold and capture, plain payments, refunds, settlement, bills, callbacks."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from finder.errors import ChannelRefused, ChannelUnavailable
from finder.kernel.clock import Clock, system_clock
from finder.kernel.ids import Number
from finder.kernel.money import Money
from finder.money.channels.alipay import forms, readings
from finder.money.channels.alipay.bill import read_bill
from finder.money.channels.alipay.client import AlipayClient, NotThere
from finder.money.channels.alipay.config import AlipayConfig
from finder.money.channels.alipay.notices import read_notice
from finder.money.channels.alipay.pnc import PlugAndCharge
from finder.money.channels.alipay.signer import CHANNEL, lied
from finder.money.channels.fields import Fields
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

FREEZE, UNFREEZE = "alipay.fund.auth.order.app.freeze", "alipay.fund.auth.order.unfreeze"
OPERATION = "alipay.fund.auth.operation.detail.query"
PAY, APP_PAY, TRADE = "alipay.trade.pay", "alipay.trade.app.pay", "alipay.trade.query"
REFUND, REFUND_QUERY = "alipay.trade.refund", "alipay.trade.fastpay.refund.query"
SETTLE, SETTLE_QUERY = "alipay.trade.order.settle", "alipay.trade.order.settle.query"


class AlipayChannel:
    """One service provider's application."""

    name = CHANNEL
    holds_agreed = False
    returns_with_refund = True
    fund_steps = frozenset({Step.CAPTURE, Step.REFUND, Step.SPLIT, Step.SPLIT_RETURN})  # each operator's account
    split_after = timedelta(seconds=30)

    def __init__(self, config: AlipayConfig, clock: Clock = system_clock) -> None:
        self.practice = config.practice
        self._config, self._clock = config, clock
        self._client = AlipayClient(config, clock)

    async def hold(self, ask: HoldAsk) -> Seen:
        """Signs a freeze that the phone carries out; until then Alipay knows nothing of it."""
        if ask.agreed:
            raise _refused(
                "NO_AGREED_HOLD",
                "支付宝的资金预授权须由车主在手机上确认",
                "Alipay's pre-authorisation needs the driver's word on the phone",
            )
        text = self._client.order_string(FREEZE, forms.freeze(ask, self._config), ask.sub_merchant)
        return Seen(CHANNEL, Step.HOLD, ask.number, Stand.PENDING, ask.amount, phone={"order_string": text})

    async def capture(self, ask: CaptureAsk) -> Seen:
        """Turns frozen money into a payment and frees the remainder."""
        auth_no = ask.hold_channel_id or (await self._operation(ask.hold, ask.hold, ask.sub_merchant)).text("auth_no")
        body = forms.capture(ask, auth_no, self._config)
        try:
            told = await self._client.call(PAY, body, ask.sub_merchant, notify=True)
        except ChannelRefused as refused:
            # Alipay may refuse what it has done already: an earlier try may have got through without its answer.
            seen = await self._looked_up(Step.CAPTURE, ask.number, ask.hold, ask.sub_merchant, None)
            if seen.stand not in (Stand.DONE, Stand.WORKING) or seen.amount != ask.amount:
                raise refused
            return seen
        return _same(readings.read_paid(ask.number, told), ask.amount)

    async def release(self, number: Number, hold: Number, hold_channel_id: str | None, sub_merchant: str) -> Seen:
        """Unfreezes all that is left, which Alipay wants to be told: so it is asked first."""
        before = await self.query(Step.RELEASE, number, hold, sub_merchant)
        if before.stand is not Stand.UNKNOWN:
            return before
        told = await self._operation(hold, hold, sub_merchant)
        rest = told.yuan("rest_amount")
        if rest == Money(0):
            raise _refused("NOTHING_HELD", "该预授权已无冻结金额", "nothing is held any more")
        body = forms.unfreeze(told.text("auth_no"), number, rest)
        done = await self._client.call(UNFREEZE, body, sub_merchant, notify=True)
        return _same(readings.read_release(number, done), rest)

    async def pay(self, ask: PayAsk) -> Seen:
        """Signs a payment that the phone carries out."""
        text = self._client.order_string(APP_PAY, forms.pay(ask), ask.sub_merchant)
        return Seen(CHANNEL, Step.CAPTURE, ask.number, Stand.PENDING, ask.amount, phone={"order_string": text})

    async def refund(self, ask: RefundAsk) -> Seen:
        """Gives money back, and our share with it; what came of it is told only by a query."""
        await self._client.call(REFUND, forms.refund(ask, self._config), ask.sub_merchant)
        seen = await self._outcome(Step.REFUND, ask.number, ask.capture, ask.sub_merchant, None)
        return _same(seen, ask.amount)

    async def split(self, ask: SplitAsk) -> Seen:
        """Splits our share off; it returns with a refund and no other way."""
        if ask.returns is not None:
            raise _refused("RETURNS_WITH_REFUND", "支付宝的分账只能随退款退回", "a share returns only with a refund")
        trade_no = _known(ask.capture_channel_id)
        await self._client.call(SETTLE, forms.settle(ask, trade_no, self._config), ask.sub_merchant)
        return _same(await self._outcome(Step.SPLIT, ask.number, ask.capture, ask.sub_merchant, trade_no), ask.amount)

    async def split_finish(self, ask: SplitAsk) -> Seen:
        """Frees the rest to the operator."""
        trade_no = _known(ask.capture_channel_id)
        await self._client.call(SETTLE, forms.finish(ask, trade_no), ask.sub_merchant)
        return await self._outcome(Step.SPLIT_FINISH, ask.number, ask.capture, ask.sub_merchant, trade_no)

    async def query(
        self, step: Step, number: Number, of: Number, sub_merchant: str, of_channel_id: str | None = None
    ) -> Seen:
        """Where a step stands."""
        try:
            match step:
                case Step.HOLD:
                    return readings.read_hold(number, await self._operation(number, number, sub_merchant))
                case Step.RELEASE:
                    told = await self._operation(of, number, sub_merchant)
                    return readings.read_release(number, told)
                case Step.CAPTURE:
                    told = await self._client.call(TRADE, {"out_trade_no": number}, sub_merchant)
                    return readings.read_trade(number, told, Stand.PENDING if of == number else Stand.WORKING)
                case Step.REFUND:
                    return await self._refund(number, of, sub_merchant)
                case Step.SPLIT | Step.SPLIT_FINISH:
                    return await self._settled(step, number, _known(of_channel_id), sub_merchant)
                case Step.SPLIT_RETURN:
                    raise _refused("RETURNS_WITH_REFUND", "请查询退款", "query the refund that it returned with")
        except NotThere as nothing:
            return Seen(CHANNEL, step, number, Stand.UNKNOWN, reason=nothing.code)

    def plug_and_charge(self, sub_merchant: str) -> PlugAndCharge:
        """The binding of cars for an operator, which WeChat Pay has no interface for."""
        return PlugAndCharge(self._client, sub_merchant)

    async def bill(self, kind: BillKind, day: date) -> AsyncIterator[BillRow]:
        """The bill of a day."""
        check_ready(CHANNEL, day, self._clock)
        async for row in read_bill(self._client, self._config, kind, day):
            yield row

    async def notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Verifies and reads a callback."""
        return read_notice(body, self._config, self._clock)

    async def close(self) -> None:
        """Lets go of connections."""
        await self._client.close()

    async def _outcome(self, step: Step, number: Number, of: Number, merchant: str, trade_no: str | None) -> Seen:
        seen = await self._looked_up(step, number, of, merchant, trade_no)
        return replace(seen, stand=Stand.WORKING) if seen.stand is Stand.UNKNOWN else seen

    async def _looked_up(self, step: Step, number: Number, of: Number, merchant: str, trade_no: str | None) -> Seen:
        # It may have been done: a query that is refused must not say that nothing happened.
        try:
            return await self.query(step, number, of, merchant, trade_no)
        except ChannelRefused as refused:
            raise ChannelUnavailable(refused.zh, refused.en, code=refused.code) from refused

    async def _operation(self, hold: Number, number: Number, sub_merchant: str) -> Fields:
        kind = "FREEZE" if number == hold else "UNFREEZE"
        body = {"out_order_no": hold, "out_request_no": number, "operation_type": kind}
        return await self._client.call(OPERATION, body, sub_merchant)

    async def _refund(self, number: Number, capture: Number, sub_merchant: str) -> Seen:
        body = {"out_trade_no": capture, "out_request_no": number, "query_options": ["gmt_refund_pay"]}
        return readings.read_refund(number, await self._client.call(REFUND_QUERY, body, sub_merchant))

    async def _settled(self, step: Step, number: Number, trade_no: str, sub_merchant: str) -> Seen:
        body = {"out_request_no": number, "trade_no": trade_no}
        return readings.read_split(step, number, await self._client.call(SETTLE_QUERY, body, sub_merchant))


def _same(seen: Seen, amount: Money) -> Seen:
    if seen.amount is not None and seen.amount != amount:
        raise lied(
            "AMOUNT",
            f"应答金额 {seen.amount.fen} 分与请求的 {amount.fen} 分不符",
            f"its answer speaks of {seen.amount.fen} fen, asked were {amount.fen}",
        )
    return seen


def _known(trade_no: str | None) -> str:
    if trade_no is None:
        raise _refused("NO_TRADE_NO", "尚无支付宝交易号，请先查询扣款结果", "query the capture for its trade_no first")
    return trade_no


def _refused(code: str, zh: str, en: str) -> ChannelRefused:
    return ChannelRefused(f"支付宝：{zh}", f"Alipay: {en}", code=code)
