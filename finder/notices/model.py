"""What a watch is, how many there may be, and who is told of a bay."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from finder.errors import BadInput, Conflict, NotFound, TooLarge
from finder.identity.buckets import Rate
from finder.live.model import Reading, Status
from finder.stations.filter import Filter
from finder.stations.model import ConnectorType, Evse, EvseId, Station, StationId

SHORTEST, USUAL, LONGEST = timedelta(minutes=5), timedelta(hours=2), timedelta(hours=12)
MOST_OPEN = 5  # of a person
OFTEN = Rate(burst=20, per_s=1 / 60)
TOLD_A_BAY = 3  # people who are told of one freed bay, at once
NEXT_AFTER = timedelta(minutes=5)  # as many again, where nobody has taken it by then
NEWS = timedelta(minutes=10)  # how long it is news: afterwards nobody's telephone rings for it
ALTERNATIVES_WITHIN_M = 50_000.0
ALTERNATIVES = 5


class WatchKind(StrEnum):
    """What one wants to be told."""

    FREES = "FREES"  # that a bay has become free
    DRIVING = "DRIVING"  # that the last free bay is taken, and where the next one is


class WatchState(StrEnum):
    """What became of a watch."""

    OPEN = "OPEN"
    TOLD = "TOLD"
    ENDED = "ENDED"  # its time ran out, or the person ended it


@dataclass(frozen=True, slots=True)
class WatchAsk:
    """What somebody wants to be told of; `evse` is None for any bay that suits."""

    station: StationId
    kind: WatchKind = WatchKind.FREES
    evse: EvseId | None = None
    span: timedelta = USUAL
    min_power_kw: float | None = None
    plugs: frozenset[ConnectorType] = frozenset()

    def check(self) -> None:
        """Raises BadInput: WATCH_SPAN, POWER_OUT_OF_RANGE."""
        if not SHORTEST <= self.span <= LONGEST:
            least, most = SHORTEST // timedelta(minutes=1), LONGEST // timedelta(minutes=1)
            raise BadInput(
                f"提醒时长应为 {least} 至 {most} 分钟",
                f"a watch lasts {least} to {most} minutes",
                code="WATCH_SPAN",
            )
        Filter(min_power_kw=self.min_power_kw)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another station with a free bay that suits; the distance is along the ellipsoid from the one that filled."""

    station: StationId
    name: str
    distance_m: int
    free: int


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody's wish to be told, once."""

    id: str
    person: str
    kind: WatchKind
    state: WatchState
    station: StationId
    station_name: str
    evse: EvseId | None
    min_power_kw: float | None
    plugs: frozenset[ConnectorType]
    since: datetime
    until: datetime
    told_at: datetime | None = None
    told_evse: EvseId | None = None
    alternative: Alternative | None = None

    def suits(self, evse: Evse) -> bool:
        """Whether this bay would do."""
        return self.evse in (None, evse.id) and self.want.suits_evse(evse)

    @property
    def want(self) -> Filter:
        """What it asks of a bay's connectors."""
        return Filter(min_power_kw=self.min_power_kw, connector_types=self.plugs)


def bays_of(watch: Watch | WatchAsk, station: Station) -> list[Evse]:
    """The station's bays that would do."""
    want = Filter(min_power_kw=watch.min_power_kw, connector_types=watch.plugs)
    return [evse for evse in station.evses if watch.evse in (None, evse.id) and want.suits_evse(evse)]


def free(readings: Iterable[Reading]) -> list[EvseId]:
    """The bays that may be used now: believed, free, and not blocked."""
    return [reading.evse_id for reading in readings if reading.status is Status.AVAILABLE]


def filled(readings: Sequence[Reading]) -> bool:
    """Whether the last one has been taken: one that was last seen free and has only grown old may be free still, and
    so may one that nobody has seen, as after a restart."""
    return bool(readings) and not any(
        reading.status is Status.AVAILABLE
        or reading.last_seen is Status.UNKNOWN
        or (reading.stale and reading.last_seen is Status.AVAILABLE)
        for reading in readings
    )


def shared_out(
    people: Sequence[str], found: Sequence[Alternative], *, each: int = TOLD_A_BAY
) -> Mapping[str, Alternative | None]:
    """The nearest alternative for each, in turn; past so many a free bay the next nearest, so that they do not all
    drive to the same one. Whoever finds no room is told the nearest."""
    room = [each * alternative.free for alternative in found]
    told: dict[str, Alternative | None] = {}
    for person in people:
        n = next((n for n, left in enumerate(room) if left > 0), None)
        if n is not None:
            room[n] -= 1
        told[person] = found[n or 0] if found else None
    return told


def no_such_station() -> NotFound:
    """Neither is one that has gone."""
    return NotFound("没有该充电站，或它已停用", "there is no such station, or it is gone", code="NO_SUCH_STATION")


def no_such_bay() -> NotFound:
    """At this station."""
    return NotFound(
        "该站没有符合条件的车位：请放宽功率或接口条件",
        "no bay of this station is like that: ask for less power or another plug",
        code="NO_SUCH_BAY",
    )


def free_now(count: int) -> Conflict:
    """There is nothing to wait for."""
    return Conflict(
        f"现在就有 {count} 个空位，无需等待", f"{count} free right now: there is nothing to wait for", code="FREE_NOW"
    )


def full_now() -> Conflict:
    """There is nothing left to be taken."""
    return Conflict(
        "现在没有空位：可改为有空位时提醒",
        "nothing is free there now: ask to be told when one frees",
        code="FULL_NOW",
    )


def too_many() -> TooLarge:
    """Of one's own."""
    return TooLarge(
        f"同时最多提醒 {MOST_OPEN} 个站：请先取消一个",
        f"at most {MOST_OPEN} watches at once: end one first",
        code="TOO_MANY_WATCHES",
    )
