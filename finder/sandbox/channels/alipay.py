"""A practice Alipay: its gateway over real HTTP. It verifies our signature and signs what it says."""

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from finder.kernel.clock import SHANGHAI, Clock, system_clock
from finder.money.channels import rsa
from finder.money.channels.alipay.config import AlipayConfig
from finder.money.channels.alipay.signer import content
from finder.money.channels.port import Step
from finder.money.channels.yuan import from_yuan
from finder.sandbox.channels import alipay_forms as forms
from finder.sandbox.channels.alipay_bills import bill
from finder.sandbox.channels.alipay_cars import Cars, Code, Handle, Told
from finder.sandbox.channels.alipay_keys import (
    APP_ID,
    SUB_MERCHANTS,
    USER_ID,
    AlipayKeys,
    new_alipay_keys,
    practice_alipay,
)
from finder.sandbox.channels.book import Book
from finder.sandbox.channels.model import Hold, HoldState, Refusal, Trade, Why
from finder.sandbox.channels.sender import Letter, Sender
from finder.sandbox.channels.server import ChannelServer, listen, misbehave, spoil

HOST = "127.0.0.1"
_SKEW = timedelta(minutes=15)
_CODES = {
    Why.NOT_FOUND: "ACQ.TRADE_NOT_EXIST",
    Why.DENIED: "ACQ.ACCESS_FORBIDDEN",
    Why.STATE: "ACQ.TRADE_STATUS_ERROR",
    Why.OTHER_CONTENT: "ACQ.CONTEXT_INCONSISTENT",
    Why.AMOUNT: "ACQ.TOTAL_FEE_EXCEED",
    Why.FORM: "ACQ.INVALID_PARAMETER",
}


class PracticeAlipay:
    """One application of it."""

    def __init__(self, keys: AlipayKeys, base_url: str, clock: Clock) -> None:
        self.keys, self.base_url = keys, base_url
        self.book = Book(clock, frozenset(SUB_MERCHANTS))
        self.sender = Sender(lambda answer: answer.status_code == 200 and answer.content == b"success")
        self._clock = clock
        self._files: dict[str, bytes] = {}
        self._asked: dict[str, Handle] = {
            "alipay.fund.auth.order.unfreeze": self._unfreeze,
            "alipay.fund.auth.operation.detail.query": self._operation,
            "alipay.trade.pay": self._pay,
            "alipay.trade.query": self._trade,
            "alipay.trade.refund": self._refund,
            "alipay.trade.fastpay.refund.query": self._refunded,
            "alipay.trade.order.settle": self._settle,
            "alipay.trade.order.settle.query": self._settled,
            "alipay.data.dataservice.bill.downloadurl.query": self._bill,
        }
        self.cars = Cars()
        self._asked |= self.cars.handles()
        self._on_phones: dict[str, Handle] = {
            "alipay.fund.auth.order.app.freeze": self._freeze,
            "alipay.trade.app.pay": self._app_pay,
        }

    def routes(self) -> list[Route]:
        """The gateway, the bills, and the driver's phone."""
        return [
            Route("/gateway.do", self._gateway, methods=["POST"]),
            Route("/bill", self._file, methods=["GET"]),
            Route("/_phone", self._phone, methods=["POST"]),
        ]

    def forget(self) -> None:
        """Nothing was ever done, and no fault is on."""
        self.book = Book(self._clock, frozenset(SUB_MERCHANTS))
        self.sender.forget()
        self.cars.known.clear()

    def notify(self) -> None:
        """Queues callbacks."""
        events, self.book.events = self.book.events, []
        for event in events:
            told = forms.notice(event, self.book.faults.wrong_fen)
            if told is not None:
                self.sender.put(Letter(told[1], self._sealing(told[0])))

    def config(self, notify_url: str, **changes: Any) -> AlipayConfig:
        """The application as the finder is to be told of it."""
        return practice_alipay(self.keys, self.base_url, notify_url, **changes)

    def seal(self, told: Mapping[str, str], how: str = "right") -> tuple[dict[str, str], bytes]:
        """A callback, signed; there are no probes here, so that one is signed wrongly too."""
        common = {"charset": "utf-8", "sign_type": "RSA2", "version": "1.0", "app_id": APP_ID, "auth_app_id": APP_ID}
        params = {**common, "notify_time": forms.local(self._clock()), **told}
        signed = content(params, ("sign", "sign_type")) if how == "right" else b"something else"
        params["sign"] = rsa.sign(self.keys.theirs, signed)
        return {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}, urlencode(params).encode()

    def _sealing(self, told: Mapping[str, str]) -> Callable[[str], tuple[dict[str, str], bytes]]:
        own = {"notify_id": secrets.token_hex(17)}
        return lambda how: self.seal({**told, **own}, how)

    async def _gateway(self, request: Request) -> Response:
        faults = self.book.faults
        if (misbehaved := await misbehave(request, faults)) is not None:
            return misbehaved
        params = dict(request.query_params) | dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        method = params.get("method", "")
        told = self._judge(params, self._asked.get(method))
        # Slashes are escaped and blanks put in, as the gateway's writer does: only the raw text carries the signature.
        raw = json.dumps(told, ensure_ascii=False, separators=(", ", " :")).replace("/", "\\/")
        signature = rsa.sign(self.keys.theirs, b"something else" if faults.bad_signature else raw.encode())
        signed = "" if faults.unsigned else f',\r\n "sign":"{signature}"'
        body = "{" if faults.garbage else f'{{"{method.replace(".", "_")}_response" :{raw}{signed}}}'
        answer = Response(body.encode(), media_type="text/html;charset=utf-8")
        self.book.work()
        return answer if method.endswith("query") else await spoil(request, faults, answer)

    async def _phone(self, request: Request) -> Response:
        """The driver's Alipay takes an order string and he agrees."""
        params = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        told = self._judge(params, self._on_phones.get(params.get("method", "")))
        return Response(json.dumps(told, ensure_ascii=False), media_type="application/json")

    def _judge(self, params: Mapping[str, str], handle: Handle | None) -> dict[str, Any]:
        if self.book.faults.busy:
            return {"code": "20000", "msg": "Service Unavailable", "sub_code": "isp.unknow-error"}
        if not self._signed(params):
            return {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature"}
        merchant = next((m for m, token in self.keys.tokens.items() if token == params.get("app_auth_token")), None)
        if merchant is None:
            return {"code": "20001", "msg": "Insufficient Token Permissions", "sub_code": "aop.invalid-app-auth-token"}
        if handle is None:
            return {"code": "40006", "msg": "Insufficient Permissions", "sub_code": "isv.insufficient-isv-permissions"}
        if self.book.faults.refused_queries and params["method"].endswith("query"):
            return _failed(_CODES[Why.DENIED])
        try:
            told = handle(json.loads(params["biz_content"]), merchant, params.get("notify_url", ""))
        except Code as refusal:
            return _failed(refusal.sub_code)
        except Refusal as refusal:
            return _failed(_CODES[refusal.why])
        except (ValueError, KeyError, TypeError):
            return {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-parameter"}
        return {"code": "10000", "msg": "Success", **told}

    def _signed(self, params: Mapping[str, str]) -> bool:
        if (params.get("app_id"), params.get("sign_type"), params.get("charset")) != (APP_ID, "RSA2", "utf-8"):
            return False
        try:
            asked_at = datetime.strptime(params.get("timestamp", ""), "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
        except ValueError:
            return False
        fresh = abs(asked_at - self._clock()) <= _SKEW
        return fresh and rsa.signed_by(self.keys.ours.public_key(), content(params), params.get("sign"))

    def _freeze(self, told: Told, merchant: str, notify_url: str) -> dict[str, Any]:
        if told["payee_user_id"] != merchant or json.loads(told["extra_param"])["category"] != "CHARGE_PILE_CAR":
            raise Refusal(Why.FORM)
        hold = self.book.hold(told["out_order_no"], merchant, from_yuan(told["amount"]).fen, notify_url)
        self.book.confirm(hold.number)
        return forms.frozen(hold)

    def _app_pay(self, told: Told, merchant: str, notify_url: str) -> dict[str, Any]:
        number, fen = told["out_trade_no"], from_yuan(told["total_amount"]).fen
        trade = self.book.pay(number, merchant, fen, notify_url, splitting=_splitting(told))
        self.book.confirm(number)
        return forms.paid(trade)

    def _operation(self, told: Told, merchant: str, _: str) -> dict[str, Any]:
        hold = self.book.holds.get(told["out_order_no"])
        if hold is None or hold.sub != merchant:
            raise Code("AUTH_ORDER_NOT_EXIST")
        if told["operation_type"] == "FREEZE":
            return forms.frozen(hold, self.book.faults.wrong_fen)
        if hold.release != told["out_request_no"]:
            raise Code("AUTH_OPERATION_NOT_EXIST")
        return forms.unfrozen(hold, self.book.faults.wrong_fen)

    def _unfreeze(self, told: Told, merchant: str, _: str) -> dict[str, Any]:
        hold = self._hold(told["auth_no"], merchant)
        if hold.release != told["out_request_no"]:
            if from_yuan(told["amount"]).fen != hold.rest or hold.state is not HoldState.HELD:
                raise Code("ORDER_STATUS_ERROR")
            self.book.release(hold, told["out_request_no"])
        return forms.unfrozen(hold, self.book.faults.wrong_fen)

    def _pay(self, told: Told, merchant: str, notify_url: str) -> dict[str, Any]:
        hold, number, fen = (
            self._hold(told["auth_no"], merchant),
            told["out_trade_no"],
            from_yuan(told["total_amount"]).fen,
        )
        if told["auth_confirm_mode"] != "COMPLETE" or told["seller_id"] != merchant:
            raise Refusal(Why.FORM)
        before = self.book.trades.get(number)
        if before is not None and before.fen == fen:
            raise Code("ACQ.TRADE_HAS_SUCCESS")  # Alipay does not repeat a payment
        trade = self.book.capture(hold, number, fen, notify_url, splitting=_splitting(told))
        self.book.work()
        answered = forms.paid(trade, self.book.faults.wrong_fen)
        return answered if trade.paid else {**answered, "code": "10003", "msg": "order success pay inprocess"}

    def _trade(self, told: Told, merchant: str, _: str) -> dict[str, Any]:
        return forms.trade_status(self._found(told, merchant), self.book.faults.wrong_fen)

    def _refund(self, told: Told, merchant: str, _: str) -> dict[str, Any]:
        trade = self._found(told, merchant)
        back = sum(from_yuan(each["amount"]).fen for each in told.get("refund_royalty_parameters", ()))
        fen = from_yuan(told["refund_amount"]).fen
        return forms.refunded(self.book.refund(told["out_request_no"], trade, fen, trade.fen, back))

    def _refunded(self, told: Told, merchant: str, _: str) -> dict[str, Any]:
        trade = self._found(told, merchant)
        part = self.book.parts.get((Step.REFUND, told["out_request_no"]))
        if part is None or part.trade is not trade:
            return {"out_trade_no": trade.number}  # no refund of that number
        self.book.work()
        return forms.refund_status(part, self.book.faults.wrong_fen)

    def _settle(self, told: Told, merchant: str, _: str) -> dict[str, Any]:
        trade, number = self._found(told, merchant), told["out_request_no"]
        if told.get("extend_params", {}).get("royalty_finish") == "true":
            part = self.book.finish(number, trade)
        else:
            (share,) = told["royalty_parameters"]
            if share["trans_in"] != USER_ID:
                raise Code("ACQ.ROYALTY_RECEIVER_INVALID")
            part = self.book.split(number, trade, from_yuan(share["amount"]).fen)
        return {"trade_no": trade.own, "settle_no": part.own}

    def _settled(self, told: Told, merchant: str, _: str) -> dict[str, Any]:
        number = told["out_request_no"]
        part = self.book.parts.get((Step.SPLIT, number)) or self.book.parts.get((Step.SPLIT_FINISH, number))
        if part is None or part.trade.own != told["trade_no"] or part.trade.sub != merchant:
            raise Code("ACQ.TRADE_SETTLE_NOT_EXIST")
        self.book.work()
        return forms.settled(part, self.book.faults.wrong_fen)

    def _bill(self, told: Told, merchant: str, _: str) -> dict[str, Any]:
        day, token = told["bill_date"], secrets.token_urlsafe(16)
        raw = bill(self.book, told["bill_type"], merchant, day) if self.book.bill_ready(day) else None
        if raw is None:
            raise Code("BILL_NOT_EXIST")
        self._files[token] = raw[:-20] if self.book.faults.bill_torn else raw
        base_url = "http://127.0.0.2:9" if self.book.faults.bill_elsewhere else self.base_url
        return {"bill_download_url": f"{base_url}/bill?token={token}"}

    async def _file(self, request: Request) -> Response:
        raw = self._files.pop(request.query_params.get("token", ""), None)
        return Response(status_code=404) if raw is None else Response(raw, media_type="application/zip")

    def _hold(self, auth_no: str, merchant: str) -> Hold:
        for hold in self.book.holds.values():
            if hold.own == auth_no and hold.sub == merchant:
                return hold
        raise Code("AUTH_ORDER_NOT_EXIST")

    def _found(self, told: Told, merchant: str) -> Trade:
        trade = self.book.trade_by(own=told.get("trade_no", ""), number=told.get("out_trade_no", ""))
        if trade.sub != merchant:
            raise Refusal(Why.NOT_FOUND)
        return trade


def _splitting(told: Told) -> bool:
    return bool(told.get("extend_params", {}).get("royalty_freeze") == "true")


def _failed(sub_code: str) -> dict[str, Any]:
    return {"code": "40004", "msg": "Business Failed", "sub_code": sub_code, "sub_msg": "业务处理失败"}


class AlipayServer(ChannelServer):
    """The practice Alipay, running."""

    def __init__(self, channel: PracticeAlipay) -> None:
        super().__init__(channel)
        self.alipay = channel


async def start_alipay(
    clock: Clock = system_clock, port: int = 0, *, keys: AlipayKeys | None = None, sending: bool = True
) -> AlipayServer:
    """Starts it on loopback in this event loop. Raises OSError where the port is taken."""
    listener = listen(HOST, port)
    base_url = f"http://{HOST}:{listener.getsockname()[1]}"
    server = AlipayServer(PracticeAlipay(keys or new_alipay_keys(), base_url, clock))
    await server.start(listener, sending=sending)
    return server
