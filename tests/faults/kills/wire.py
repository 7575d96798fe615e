"""What goes over HTTP between the finder and the world outside, and the finder's adapters to it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import msgspec

from finder.connectors.sdk.control import Commanded, Outcome, SessionRef, StartRequest
from finder.connectors.sdk.sessions import Bill, SessionSeen
from finder.errors import ChannelRefused, ChannelUnavailable, OperatorUnavailable
from finder.kernel.ids import Number
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
from tests.faults.kills.hurried import Hurried

REFUSED, NOT_TAKEN, WRONG = 409, 503, 500  # a lost answer is no answer: the connection ends


class ReleaseAsk(msgspec.Struct):
    """A release's arguments."""

    number: Number
    hold: Number


class QueryAsk(msgspec.Struct):
    """A query's arguments."""

    step: Step
    number: Number


class DriverAsk(msgspec.Struct):
    """What a phone sends: a start, a stop or a refund."""

    person: str
    key: str = ""
    number: Number = ""
    fen: int = 0


class Refused(msgspec.Struct):
    """Why something was not done."""

    code: str


class Peace(msgspec.Struct):
    """Trouble ends, nobody new comes, and time runs by this clock."""

    clock: Hurried


class EffectTold(msgspec.Struct, frozen=True):
    """One number at the channel."""

    step: Step
    fen: int
    stand: Stand


class SessionTold(msgspec.Struct, frozen=True):
    """A session at the operator."""

    begins: bool
    ended: bool


class Truth(msgspec.Struct):
    """What really happened, as channel, operator and drivers know it."""

    effects: dict[Number, EffectTold]
    holds_over: list[Number]
    sessions: dict[Number, SessionTold]
    billed_fen: dict[Number, int]
    contradicted: list[Number]
    drivers: dict[str, list[Number]]
    wrongs: list[str]
    under_way: int


class WireChannel:
    """The Channel port over the practice channel's HTTP."""

    name, practice, holds_agreed, returns_with_refund = "wechat", True, True, False
    fund_steps = frozenset({Step.SPLIT, Step.SPLIT_RETURN})
    split_after = timedelta(0)  # the kills cannot wait a minute

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def _ask(self, step: str, ask: object) -> Seen:
        try:
            answer = await self._http.post(f"/channel/{step}", content=msgspec.json.encode(ask))
        except httpx.HTTPError as lost:
            raise ChannelUnavailable("渠道无应答", "no answer", code=type(lost).__name__) from lost
        if answer.status_code == REFUSED:
            raise ChannelRefused("渠道拒绝", "refused", code=msgspec.json.decode(answer.content, type=Refused).code)
        if answer.status_code != httpx.codes.OK:
            raise ChannelUnavailable("渠道无应答", "no answer", code=f"HTTP_{answer.status_code}")
        return msgspec.json.decode(answer.content, type=Seen)

    async def hold(self, ask: HoldAsk) -> Seen:
        return await self._ask("hold", ask)

    async def capture(self, ask: CaptureAsk) -> Seen:
        return await self._ask("capture", ask)

    async def release(self, number: Number, hold: Number, hold_channel_id: str | None, sub_merchant: str) -> Seen:
        return await self._ask("release", ReleaseAsk(number, hold))

    async def pay(self, ask: PayAsk) -> Seen:
        return await self._ask("pay", ask)

    async def refund(self, ask: RefundAsk) -> Seen:
        return await self._ask("refund", ask)

    async def split(self, ask: SplitAsk) -> Seen:
        return await self._ask("split", ask)

    async def split_finish(self, ask: SplitAsk) -> Seen:
        return await self._ask("split_finish", ask)

    async def query(
        self, step: Step, number: Number, of: Number, sub_merchant: str, of_channel_id: str | None = None
    ) -> Seen:
        return await self._ask("query", QueryAsk(step, number))

    async def bill(self, kind: BillKind, day: date) -> AsyncIterator[BillRow]:
        for row in list[BillRow]():
            yield row

    async def notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        raise NotImplementedError

    async def close(self) -> None:
        return None


class WireOperator:
    """RemoteControl, SessionSource and BillSource over the practice operator's HTTP."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def _ask(self, what: str, ask: object) -> Any:
        """Raises OperatorUnavailable where it was certainly not taken, httpx.HTTPError where nobody can say."""
        try:
            answer = await self._http.post(f"/operator/{what}", content=msgspec.json.encode(ask))
        except httpx.ConnectError as away:
            raise OperatorUnavailable("无法连接", "no connection") from away
        if answer.status_code == NOT_TAKEN:
            raise OperatorUnavailable("无应答", "busy")
        answer.raise_for_status()
        return answer.content

    async def start(self, request: StartRequest) -> Commanded:
        return await self._command("start", request)

    async def stop(self, session: SessionRef) -> Commanded:
        return await self._command("stop", session)

    async def _command(self, what: str, ask: object) -> Commanded:
        try:
            return msgspec.json.decode(await self._ask(what, ask), type=Commanded)
        except httpx.HTTPError:
            return Commanded(Outcome.UNKNOWN)

    async def session(self, session: SessionRef) -> SessionSeen | None:
        seen: SessionSeen | None = await self._look("session", session, SessionSeen | None)
        return seen

    async def bills(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Bill]]:
        yield await self._look("bills", None, list[Bill])

    async def _look(self, what: str, ask: object, kind: Any) -> Any:
        try:
            return msgspec.json.decode(await self._ask(what, ask), type=kind)
        except httpx.HTTPError as lost:
            raise OperatorUnavailable("无应答", "no answer") from lost
