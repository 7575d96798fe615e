"""Stands between an operator and the map: what cannot be true is replaced by 'unknown' and noted."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec

from finder.connectors.sdk.desk import Difference, Disputed
from finder.connectors.sdk.sessions import SessionSeen
from finder.federation.quality.findings import Findings
from finder.federation.quality.model import Finding, Flaw
from finder.federation.quality.prices import TIMES, mean_price_e4
from finder.kernel.clock import Clock
from finder.live.model import Observation, Reading, Status
from finder.stations.model import EvseId, SourceId, Station, Tariff

_LEAST = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is still believed."""

    flaps: int = 20  # changes of one EVSE within two windows; the quickest real visits are far below
    window: timedelta = timedelta(minutes=2, seconds=30)
    begun: timedelta = timedelta(minutes=1)  # a session this young may be ahead of its bay's status
    silent: timedelta = timedelta(minutes=15)  # a session that nobody spoke of for this long proves nothing


class Guard:
    """One operator's guard. Quarantine ends by itself when the data fit again."""

    def __init__(
        self,
        source: SourceId,
        clock: Clock,
        usual_e4: Callable[[], int | None] = lambda: None,
        bounds: Bounds | None = None,
    ) -> None:
        self._source, self._clock, self._usual_e4 = source, clock, usual_e4
        self._bounds = bounds or Bounds()
        self._notes = Findings(clock)
        self._last: dict[EvseId, Status] = {}
        self._window_at = clock()
        self._changes: tuple[Counter[EvseId], Counter[EvseId]] = (Counter(), Counter())  # this window, the one before
        self._flapping: set[EvseId] = set()
        self._contradicted: set[EvseId] = set()

    def findings(self) -> list[Finding]:
        """The newest first."""
        return self._notes.all()

    def quarantined(self) -> set[str]:
        """Ids, without their source, of which something is hidden from drivers now."""
        return self._notes.quarantined()

    def refused(self, native_id: str, zh: str, en: str) -> None:
        """Notes a record that could not be taken at all."""
        self._notes.found(Flaw.REFUSED, native_id, zh, en, quarantined=False)

    def disputed(self, disputes: Sequence[Disputed]) -> None:
        """Notes what the operator's list of a day says otherwise; the order that it is of decides nothing by it."""
        for dispute in disputes:
            zh, en = _DISPUTES[dispute.why]
            self._notes.found(Flaw.BILL_DISPUTED, dispute.claim.native_id, zh, en, quarantined=False)

    def observe(self, observations: Sequence[Observation]) -> list[Observation]:
        """The same observations, with UNKNOWN for those that are not to be believed."""
        self._turn()
        return [self._judged(seen) for seen in observations]

    def sessions(self, running: Mapping[EvseId, SessionSeen], read: Callable[[EvseId], Reading]) -> list[Observation]:
        """Compares what charges, as the operator told, with what its bays say; returns what is to be corrected."""
        for evse_id in self._contradicted - running.keys():
            self._release(Flaw.SESSION_CONTRADICTS, self._contradicted, evse_id)
        wrong: list[Observation] = []
        for evse_id, session in running.items():
            if self._clock() - session.observed_at > self._bounds.silent:
                self._release(Flaw.SESSION_CONTRADICTS, self._contradicted, evse_id)
                continue
            reading = read(evse_id)
            if reading.status is not Status.AVAILABLE or reading.observed_at is None or session.started_at is None:
                continue
            # Only news that is older than the session's own, and younger than its beginning, is proven wrong.
            if session.started_at + self._bounds.begun < reading.observed_at <= session.observed_at:
                self._contradicted.add(evse_id)
                self._note(
                    Flaw.SESSION_CONTRADICTS,
                    evse_id,
                    "上报空闲，但其充电会话仍在进行，状态按未知显示",
                    "reported free while its session goes on; shown as unknown",
                )
                # Of two sights at one moment the other would stand.
                at = max(session.observed_at, reading.observed_at + _LEAST)
                wrong.append(Observation(evse_id, Status.UNKNOWN, at, self._source))
        return wrong

    def stations(self, stations: Sequence[Station]) -> list[Station]:
        """The same stations; a tariff far from what is usual keeps its words and loses its prices."""
        usual = self._usual_e4()
        return [self._priced(station, usual) for station in stations]

    def _judged(self, seen: Observation) -> Observation:
        evse_id = seen.evse_id
        before = self._last.get(evse_id)
        self._last[evse_id] = seen.status
        this, last = self._changes
        if before is not None and before is not seen.status:
            this[evse_id] += 1
            if this[evse_id] + last[evse_id] > self._bounds.flaps:
                self._flapping.add(evse_id)
                zh = f"{self._span_s()} 秒内状态变化超过 {self._bounds.flaps} 次，状态按未知显示"
                en = f"over {self._bounds.flaps} changes in {self._span_s()} seconds; shown as unknown"
                self._note(Flaw.FLAPPING, evse_id, zh, en)
        hidden = evse_id in self._flapping or (evse_id in self._contradicted and seen.status is Status.AVAILABLE)
        return replace(seen, status=Status.UNKNOWN) if hidden else seen

    def _turn(self) -> None:
        """Begins another window where this one is over; an EVSE that has become calm is believed again."""
        now = self._clock()
        if now - self._window_at < self._bounds.window:
            return
        idle = now - self._window_at >= 2 * self._bounds.window
        self._changes = (Counter(), Counter() if idle else self._changes[0])
        self._window_at = now
        for evse_id in list(self._flapping):
            if self._changes[1][evse_id] <= self._bounds.flaps // 2:
                self._release(Flaw.FLAPPING, self._flapping, evse_id)

    def _priced(self, station: Station, usual: int | None) -> Station:
        odd = {t.id for t in station.tariffs if (mean := mean_price_e4(t)) is not None and _far(mean, usual)}
        if not odd:
            self._notes.released(Flaw.PRICE_OUTLIER, self._subject(station.id))
            return station
        zh = f"电价与本地常见电价相差 {TIMES} 倍以上，价格按未知显示"
        en = f"a price over {TIMES} times away from what is usual here; shown as unknown"
        self._note(Flaw.PRICE_OUTLIER, station.id, zh, en)
        tariffs = tuple(Tariff(id=t.id, text=t.text, zone=t.zone) if t.id in odd else t for t in station.tariffs)
        return msgspec.structs.replace(station, tariffs=tariffs)

    def _note(self, flaw: Flaw, full_id: str, zh: str, en: str) -> None:
        self._notes.found(flaw, self._subject(full_id), zh, en)

    def _release(self, flaw: Flaw, kept: set[EvseId], evse_id: EvseId) -> None:
        kept.discard(evse_id)
        self._notes.released(flaw, self._subject(evse_id))

    def _subject(self, full_id: str) -> str:
        return full_id.removeprefix(f"{self._source}/")

    def _span_s(self) -> int:
        return int(2 * self._bounds.window.total_seconds())


_DISPUTES = {
    Difference.MISSING: ("运营商的日对账中没有这笔账单", "the operator's list of the day does not have this bill"),
    Difference.MONEY: ("运营商的日对账中金额不同", "the operator's list of the day has another amount for this bill"),
    Difference.ENERGY: ("运营商的日对账中电量不同", "the operator's list of the day has other energy for this bill"),
}


def _far(mean_e4: int, usual_e4: int | None) -> bool:
    if not usual_e4 or not mean_e4:
        return False
    # 0 is how charging for nothing is told, and not a slip of the decimal point.
    return not usual_e4 / TIMES <= mean_e4 <= usual_e4 * TIMES
