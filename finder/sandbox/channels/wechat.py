"""A practice WeChat Pay: v3's interfaces over real HTTP. It verifies our signature and signs what it says."""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from finder.kernel.clock import Clock, system_clock
from finder.money.channels.port import BillKind, Step
from finder.money.channels.wechat.config import WechatConfig
from finder.sandbox.channels import wechat_forms as forms
from finder.sandbox.channels.book import Book
from finder.sandbox.channels.model import Refusal, Trade, Why
from finder.sandbox.channels.sender import Letter, Sender
from finder.sandbox.channels.server import ChannelServer, listen, misbehave, spoil
from finder.sandbox.channels.wechat_bills import bill
from finder.sandbox.channels.wechat_keys import (
    SERVICE_ID,
    SP_MCHID,
    SUB_MERCHANTS,
    WechatKeys,
    new_wechat_keys,
    practice_wechat,
)
from finder.sandbox.channels.wechat_seals import Seals

HOST = "127.0.0.1"
_STATUS = {Why.NOT_FOUND: 404, Why.DENIED: 403, Why.BUSY: 429}
_CODES = {
    Why.NOT_FOUND: "RESOURCE_NOT_EXISTS",
    Why.DENIED: "NO_AUTH",
    Why.BUSY: "FREQUENCY_LIMITED",
    Why.STATE: "INVALID_REQUEST",
    Why.OTHER_CONTENT: "INVALID_REQUEST",
    Why.AMOUNT: "PARAM_ERROR",
    Why.FORM: "PARAM_ERROR",
    Why.NO_BILL_YET: "STATEMENT_CREATING",
    Why.NO_BILL: "NO_STATEMENT_EXIST",
}
_BILLS = {
    "/v3/bill/tradebill": BillKind.TRADE,
    "/v3/bill/fundflowbill": BillKind.FUND,
    "/v3/profitsharing/bills": BillKind.SPLIT,
}
SPLIT_AFTER = timedelta(minutes=1)  # earlier than that after a payment nothing is split off it
_Told = Mapping[str, Any]
_Handle = Callable[[_Told, str], dict[str, Any]]  # what was asked, and the number in the path


class PracticeWechat:
    """One account of it."""

    def __init__(self, keys: WechatKeys, base_url: str, clock: Clock) -> None:
        self.keys, self.base_url = keys, base_url
        self.book = Book(clock, frozenset(SUB_MERCHANTS), split_after=SPLIT_AFTER)
        self.sender = Sender(lambda answer: 200 <= answer.status_code < 300)
        self.seals = Seals(keys, clock)
        self._clock = clock
        self._files: dict[str, bytes] = {}

    def routes(self) -> list[Route]:
        """The interfaces that the finder uses."""
        orders, splits = "/v3/payscore/partner/serviceorder", "/v3/profitsharing"
        table: list[tuple[str, str, _Handle]] = [
            ("POST", orders, self._hold),
            ("GET", orders, self._order),
            ("POST", orders + "/{number}/complete", self._complete),
            ("POST", orders + "/{number}/cancel", self._cancel),
            ("POST", "/v3/pay/partner/transactions/jsapi", self._pay),
            ("GET", "/v3/pay/partner/transactions/out-trade-no/{number}", self._trade),
            ("POST", "/v3/refund/domestic/refunds", self._refund),
            ("GET", "/v3/refund/domestic/refunds/{number}", self._refunded),
            ("POST", splits + "/orders/unfreeze", self._finish),
            ("POST", splits + "/orders", self._split),
            ("GET", splits + "/orders/{number}", self._splitted),
            ("POST", splits + "/return-orders", self._return),
            ("GET", splits + "/return-orders/{number}", self._returned),
            *(("GET", path, self._bill) for path in _BILLS),
        ]
        made = [Route(path, self._serve(handle), methods=[method]) for method, path, handle in table]
        return [*made, Route("/v3/billdownload/file", self._file, methods=["GET"])]

    def forget(self) -> None:
        """Nothing was ever done, and no fault is on."""
        self.book = Book(self._clock, frozenset(SUB_MERCHANTS), split_after=SPLIT_AFTER)
        self.sender.forget()

    def notify(self) -> None:
        """Queues callbacks."""
        events, self.book.events = self.book.events, []
        for event in events:
            told = forms.notice(event, self.book.faults.wrong_fen)
            if told is not None:
                kind, original, content, url = told
                self.sender.put(Letter(url, self.seals.callback(kind, original, content)))

    def config(self, notify_url: str, **changes: Any) -> WechatConfig:
        """The account as the finder is to be told of it."""
        return practice_wechat(self.keys, self.base_url, notify_url, **changes)

    def _serve(self, handle: _Handle) -> Callable[[Request], Any]:
        async def serve(request: Request) -> Response:
            faults = self.book.faults
            if (misbehaved := await misbehave(request, faults)) is not None:
                return misbehaved
            raw = await request.body()
            status, told = self._judge(request, raw, handle)
            body = b"{" if faults.garbage else json.dumps(told, ensure_ascii=False).encode()
            headers = {} if faults.unsigned else self.seals.sign(body, "wrong" if faults.bad_signature else "right")
            answer = Response(body, status, headers, "application/json")
            self.book.work()
            return await spoil(request, faults, answer) if request.method == "POST" else answer

        return serve

    def _judge(self, request: Request, raw: bytes, handle: _Handle) -> tuple[int, dict[str, Any]]:
        if not self.seals.signed(request, raw):
            return 401, {"code": "SIGN_ERROR", "message": "签名错误，请核对签名串与私钥"}
        try:
            if self.book.faults.busy:
                raise Refusal(Why.BUSY, "频率超限")
            if self.book.faults.refused_queries and request.method == "GET":
                raise Refusal(Why.DENIED)
            asked = json.loads(raw) if request.method == "POST" else dict(request.query_params)
            asked = {**asked, "_path": request.url.path}
            return 200, handle(asked, str(request.path_params.get("number", "")))
        except Refusal as refusal:
            return _STATUS.get(refusal.why, 400), {"code": _CODES[refusal.why], "message": refusal.text}
        except (ValueError, KeyError, TypeError):
            return 400, {"code": "PARAM_ERROR", "message": "参数错误"}

    def _hold(self, asked: _Told, _: str) -> dict[str, Any]:
        self._service(asked)
        agreed = asked["need_user_confirm"] is False
        number, fen = asked["out_order_no"], asked["risk_fund"]["amount"]
        hold = self.book.hold(number, asked["sub_mchid"], fen, asked["notify_url"], agreed=agreed)
        return forms.order(hold, self.book.faults.wrong_fen) | {"package": f"package-{hold.own}"}

    def _order(self, asked: _Told, _: str) -> dict[str, Any]:
        return forms.order(self._own(asked, asked["out_order_no"]), self.book.faults.wrong_fen)

    def _complete(self, asked: _Told, number: str) -> dict[str, Any]:
        hold = self._own(asked, number)
        lines_ = asked["post_payments"]
        if any("amount" in line for line in lines_) and sum(line["amount"] for line in lines_) != asked["total_amount"]:
            raise Refusal(Why.AMOUNT, "最终总金额计算非法")
        if hold.trade is not None:
            raise Refusal(Why.STATE, "当前订单状态不合法")  # WeChat does not repeat a completion
        splitting = asked["profit_sharing"] is True
        self.book.capture(hold, number, asked["total_amount"], hold.notify_url, splitting=splitting)
        told = forms.order(hold, self.book.faults.wrong_fen)
        return {name: value for name, value in told.items() if name != "collection"}

    def _cancel(self, asked: _Told, number: str) -> dict[str, Any]:
        hold = self._own(asked, number)
        self.book.release(hold)
        return {"out_order_no": number, "order_id": hold.own, "service_id": SERVICE_ID}

    def _pay(self, asked: _Told, _: str) -> dict[str, Any]:
        splitting = asked["settle_info"]["profit_sharing"] is True
        number, fen = asked["out_trade_no"], asked["amount"]["total"]
        trade = self.book.pay(number, asked["sub_mchid"], fen, asked["notify_url"], splitting=splitting)
        return {"prepay_id": f"wx{trade.own}"}

    def _trade(self, asked: _Told, number: str) -> dict[str, Any]:
        trade = self.book.trade_by(number=number)
        if trade.hold is not None or (trade.sub, SP_MCHID) != (asked["sub_mchid"], asked["sp_mchid"]):
            raise Refusal(Why.NOT_FOUND)
        return forms.transaction(trade, self.book.faults.wrong_fen)

    def _refund(self, asked: _Told, _: str) -> dict[str, Any]:
        trade = self._found(asked)
        amount = asked["amount"]
        part = self.book.refund(asked["out_refund_no"], trade, amount["refund"], amount["total"])
        return forms.refund(part, self.book.faults.wrong_fen)

    def _refunded(self, asked: _Told, number: str) -> dict[str, Any]:
        return forms.refund(self.book.part(Step.REFUND, number), self.book.faults.wrong_fen)

    def _split(self, asked: _Told, _: str) -> dict[str, Any]:
        (receiver,) = asked["receivers"]
        if receiver["account"] != SP_MCHID:
            raise Refusal(Why.DENIED, "非分账关系的接收方")
        part = self.book.split(asked["out_order_no"], self._found(asked), receiver["amount"])
        return forms.split(part, self.book.faults.wrong_fen)

    def _finish(self, asked: _Told, _: str) -> dict[str, Any]:
        return forms.split(self.book.finish(asked["out_order_no"], self._found(asked)))

    def _splitted(self, asked: _Told, number: str) -> dict[str, Any]:
        part = self.book.parts.get((Step.SPLIT_FINISH, number)) or self.book.part(Step.SPLIT, number)
        if part.trade.own != asked["transaction_id"]:
            raise Refusal(Why.NOT_FOUND)
        return forms.split(part, self.book.faults.wrong_fen)

    def _return(self, asked: _Told, _: str) -> dict[str, Any]:
        part = self.book.split_return(asked["out_return_no"], asked["out_order_no"], asked["amount"])
        return forms.split_return(part, self.book.faults.wrong_fen)

    def _returned(self, asked: _Told, number: str) -> dict[str, Any]:
        return forms.split_return(self.book.part(Step.SPLIT_RETURN, number), self.book.faults.wrong_fen)

    def _bill(self, asked: _Told, _: str) -> dict[str, Any]:
        kind, day = _BILLS[asked["_path"]], asked["bill_date"]
        if not self.book.bill_ready(day):
            raise Refusal(Why.NO_BILL_YET)
        raw = bill(self.book, kind, day)
        if raw is None:
            raise Refusal(Why.NO_BILL)
        token, faults = secrets.token_urlsafe(16), self.book.faults
        self._files = {token: raw[: raw.rindex(b"\r\n`")] if faults.bill_torn else raw}
        digest = hashlib.sha1(raw, usedforsecurity=False).hexdigest()
        url = f"{'http://127.0.0.2:9' if faults.bill_elsewhere else self.base_url}/v3/billdownload/file?token={token}"
        return {"hash_type": "SHA1", "hash_value": digest, "download_url": url}

    async def _file(self, request: Request) -> Response:
        raw = self._files.get(request.query_params.get("token", ""))
        if raw is None or not self.seals.signed(request, b""):
            return Response(status_code=404)
        return Response(raw, media_type="text/plain")

    def _found(self, asked: _Told) -> Trade:
        trade = self.book.trade_by(own=asked.get("transaction_id", ""), number=asked.get("out_trade_no", ""))
        if trade.sub != asked["sub_mchid"]:
            raise Refusal(Why.NOT_FOUND)
        return trade

    def _own(self, asked: _Told, number: str) -> Any:
        self._service(asked)
        hold = self.book.found_hold(number)
        if hold.sub != asked["sub_mchid"]:
            raise Refusal(Why.NOT_FOUND)
        return hold

    def _service(self, asked: _Told) -> None:
        if asked["service_id"] != SERVICE_ID:
            raise Refusal(Why.DENIED, "服务 ID 未授权")


class WechatServer(ChannelServer):
    """The practice WeChat Pay, running."""

    def __init__(self, channel: PracticeWechat) -> None:
        super().__init__(channel)
        self.wechat = channel


async def start_wechat(
    clock: Clock = system_clock, port: int = 0, *, keys: WechatKeys | None = None, sending: bool = True
) -> WechatServer:
    """Starts it on loopback in this event loop. Raises OSError where the port is taken."""
    listener = listen(HOST, port)
    base_url = f"http://{HOST}:{listener.getsockname()[1]}"
    server = WechatServer(PracticeWechat(keys or new_wechat_keys(), base_url, clock))
    await server.start(listener, sending=sending)
    return server
