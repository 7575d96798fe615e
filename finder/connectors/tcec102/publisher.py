"""Tells a subscriber, such as a province's supervision platform, of every change on the live board."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import structlog
from msgspec.structs import replace

from finder.connectors.sdk.feed import STATUS, FeedBook, MemoryFeedBook, Told
from finder.connectors.sdk.http import operator_client
from finder.connectors.tcec102.bill_feed import BillFeed
from finder.connectors.tcec102.caller import Caller
from finder.connectors.tcec102.config import Tcec102Config
from finder.connectors.tcec102.provider import Holdings
from finder.connectors.tcec102.records_out import connector_status, guns_of
from finder.connectors.tcec102.wire import RET_BUSINESS
from finder.errors import OperatorError
from finder.kernel.clock import Clock
from finder.live.board import DEFAULT_FRESHNESS
from finder.live.model import Status
from finder.stations.model import Evse, EvseId

_GATHER_S = 0.2  # changes of one moment go out together
_AGAIN_S, _AGAIN_MAX_S = 5.0, 300.0
_NOTE_AT = 200  # told, before it is written down
_LISTED_S = 5.0  # between two looks for EVSEs that are in no list yet
_GRACE_S = DEFAULT_FRESHNESS.total_seconds()  # after the beginning, in which all that works is seen again
_KNOWN_S = 60.0  # how long a list of our EVSEs is used

Info = dict[str, Any]
log = structlog.get_logger(__name__)


class Publisher:
    """notification_stationStatus to one subscriber, whose keys and address are `config`'s.

    What is told is what the board has when it is sent, not the change that gave the occasion: so nothing is told
    twice, out of order or too late, and after a failure whatever is still to be told is told at once. The book knows
    what was told before a restart; whoever dies between telling and writing that down tells it once more, alike.
    """

    def __init__(
        self,
        config: Tcec102Config,
        holdings: Holdings,
        clock: Clock,
        *,
        per_push: int = 1,
        book: FeedBook | None = None,
    ) -> None:
        """`per_push` above 1 sends arrays, which the standard does not know and many take."""
        self.sent, self.failed = 0, 0
        self._book = book or MemoryFeedBook()
        self._marks: dict[EvseId, str] = {}
        self._owed: tuple[int, str | None] | None = None  # as it was last written down
        self._bills = BillFeed(config.source, self._call, holdings, self._book, config)
        self._http = operator_client(config.base_url, config.caution)
        self._caller = Caller(config, self._http, clock)
        self._config, self._holdings, self._per_push = config, holdings, per_push
        self._pending: dict[EvseId, None] = {}
        self._more = asyncio.Event()
        self._known: Mapping[EvseId, Evse] = {}
        self._known_at = -_KNOWN_S
        self._unknown: set[EvseId] = set()  # that changed, and are in no list yet
        self._lost: set[EvseId] = set()  # of which the board knows nothing any more
        self._began: float | None = None

    async def run(self) -> None:
        """Tells all that was seen, and then what changes, until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._send())
            tasks.create_task(self._sweep())
            tasks.create_task(self._bills.run())

    async def close(self) -> None:
        """Lets go of connections."""
        await self._http.aclose()

    async def _listen(self) -> None:
        self._marks = dict(await self._book.told(self._config.source, STATUS))
        self._began = asyncio.get_running_loop().time()
        async with self._holdings.board.subscribe() as changes:
            self._note(self._evses(anew=True))
            dropped = 0
            async for change in changes:
                if changes.dropped > dropped:  # what was lost is not known, so all is told
                    dropped = changes.dropped
                    self._note(self._evses())
                if self._passed_on(change.evse_id):
                    (self._lost.add if change.status is Status.UNKNOWN else self._lost.discard)(change.evse_id)
                    self._note([change.evse_id])

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_LISTED_S)
            self._note(self._unknown)
            self._unknown = set()
            if self._settled():  # what was told before this process began, and was never seen again
                at_hand = self._evses()
                marked = [evse_id for evse_id, mark in self._marks.items() if not _is_off(mark)]
                readings = self._holdings.board.read_all(marked)
                both = zip(marked, readings, strict=True)
                self._note(
                    evse_id for evse_id, reading in both if reading.observed_at is None or evse_id not in at_hand
                )

    def _settled(self) -> bool:
        """Whether what has not been seen since the beginning is lost, and not only on its way."""
        return self._began is not None and asyncio.get_running_loop().time() - self._began > _GRACE_S

    def _note(self, evse_ids: Iterable[EvseId]) -> None:
        self._pending |= dict.fromkeys(evse_ids)
        self._more.set()

    async def _send(self) -> None:
        failures = 0
        while True:
            await self._more.wait()
            await asyncio.sleep(_GATHER_S if not failures else min(_AGAIN_S * failures, _AGAIN_MAX_S))
            self._more.clear()
            failures = 0 if await self.flush() else failures + 1

    async def flush(self) -> bool:
        """Tells what is to be told; False where something is left for later."""
        noted: list[Told] = []
        code: str | None = None
        try:
            while self._pending and code is None:
                await asyncio.sleep(0)  # where nothing is news, nothing else would let others have their turn
                part = list(self._pending)[: self._per_push]
                for evse_id in part:
                    del self._pending[evse_id]
                try:
                    noted += await self._tell(part)
                except OperatorError as error:
                    code = error.code
                    self._note(part)
                if len(noted) >= _NOTE_AT:
                    await self._book.note(self._config.source, STATUS, noted)
                    noted = []
        finally:
            await self._book.note(self._config.source, STATUS, noted)
            if self._owed != (owed := (len(self._pending), code)):
                await self._book.owes(self._config.source, STATUS, *owed)
                self._owed = owed
        return code is None

    async def _tell(self, evse_ids: list[EvseId]) -> list[Told]:
        """Tells of these, as far as it is news; what was told, or refused for itself. Raises OperatorError."""
        news = list(self._news(evse_ids))
        infos = [(evse_id, info) for evse_id, _, own in news for info in own]
        codes: dict[EvseId, str | None] = {}
        for start in range(0, len(infos), self._per_push):
            codes |= await self._told(infos[start : start + self._per_push])
        self._marks |= {evse_id: mark for evse_id, mark, _ in news}
        return [Told(evse_id, mark, codes.get(evse_id)) for evse_id, mark, _ in news]

    async def _told(self, part: list[tuple[EvseId, Info]]) -> dict[EvseId, str | None]:
        """Those of which a record was refused, and why: of an array that is refused each is told by itself."""
        infos = [info for _, info in part]
        code = await self._push(infos[0] if len(infos) == 1 else infos)
        if code is None or len(part) == 1:
            return dict.fromkeys((evse_id for evse_id, _ in part), code) if code else {}
        refused: dict[EvseId, str | None] = {}
        for evse_id, info in part:
            if alone := await self._push(info):
                refused[evse_id] = alone
        return refused

    def _news(self, evse_ids: list[EvseId]) -> Iterator[tuple[EvseId, str, list[Info]]]:
        known = self._evses()
        new = (evse_id for evse_id in evse_ids if evse_id not in known and evse_id not in self._marks)
        missing = [evse_id for evse_id in new if self._passed_on(evse_id)]
        if missing and asyncio.get_running_loop().time() - self._known_at >= _LISTED_S:
            known = self._evses(anew=True)
        else:
            self._unknown.update(missing)
        readings = self._holdings.board.read_all(evse_ids)
        for evse_id, reading in zip(evse_ids, readings, strict=True):
            before = self._marks.get(evse_id)
            gone = evse_id not in known or reading.observed_at is None
            # After a restart nothing was seen yet, and a city of chargers that are 'offline' would be news, and false.
            if gone and (before is None or not (evse_id in self._lost or self._settled())):
                continue
            told = reading if not gone else replace(reading, status=Status.UNKNOWN)
            guns = [gun_id for gun_id, _ in guns_of(known[evse_id])] if evse_id in known else _guns_in(before or "")
            infos = [connector_status(gun_id, told) for gun_id in guns]
            if before != (mark := _mark(infos)):
                yield evse_id, mark, infos

    def _passed_on(self, evse_id: EvseId) -> bool:
        return evse_id.partition("/")[0] in self._holdings.sources

    def _evses(self, *, anew: bool = False) -> Mapping[EvseId, Evse]:
        now = asyncio.get_running_loop().time()
        if anew or now - self._known_at > _KNOWN_S:
            self._known = {evse.id: evse for station in self._holdings.stations() for evse in station.evses}
            self._known_at = now
        return self._known

    async def _push(self, told: object) -> str | None:
        """The code where the record itself is refused, which it would be again. Raises OperatorError for the rest."""
        return (await self._call("notification_stationStatus", {"ConnectorStatusInfo": told}))[0]

    async def _call(self, interface: str, body: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
        try:
            answer = await self._caller.call(interface, body)
        except OperatorError as error:
            self.failed += 1
            log.warning("not_told", subscriber=self._config.source, interface=interface, code=error.code)
            if error.code == f"RET_{RET_BUSINESS}":
                return error.code, {}
            raise
        self.sent += 1
        return None, answer


def _mark(infos: list[Info]) -> str:
    """What was told, a line for each gun: enough to tell of them once their station is gone."""
    return "\n".join(f"{info['ConnectorID']} {info['Status']}.{info['ParkStatus']}" for info in infos)


def _is_off(mark: str) -> bool:
    return all(line.endswith(" 0.0") for line in mark.splitlines())


def _guns_in(mark: str) -> list[str]:
    return [line.rpartition(" ")[0] for line in mark.splitlines()]
