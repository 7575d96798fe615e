"""Rules about live status: every EVSE, none that nobody knows, and what stands at the pile."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from finder.connectors.sdk.check.evidence import Evidence
from finder.connectors.sdk.check.rule import DESK, STATUS, Found, Need, Rule, Severity, Text, found, refusals, together
from finder.connectors.sdk.sessions import SessionState
from finder.live.model import Observation, Status
from finder.stations.model import EvseId

AHEAD = timedelta(minutes=5)  # what two clocks may differ by, and a long answer takes
_TAKEN = frozenset({Status.CHARGING, Status.OCCUPIED})


def _observations(evidence: Evidence) -> Iterator[Observation]:
    for read in evidence.statuses:
        yield from read.page.observations


def _missing(evidence: Evidence) -> Iterator[Found]:
    for read in evidence.statuses:
        told = {seen.evse_id for seen in read.page.observations}
        for station in read.asked:
            for evse in station.evses:
                if evse.id not in told:
                    yield found(evse.id, "状态应答里没有它", "is not in the answer")


def _unknown_evse(evidence: Evidence) -> Iterator[Found]:
    known = {evse.id for read in evidence.reads for station in read.stations for evse in station.evses}
    for seen in _observations(evidence):
        if known and seen.evse_id not in known:
            yield found(seen.evse_id, "目录中没有它", "is not in the catalogue")


def _unknown_code(evidence: Evidence) -> Iterator[Found]:
    for seen in _observations(evidence):
        if seen.status is Status.UNKNOWN:
            yield found(seen.evse_id, "状态值无法识别", "has a status that nobody knows")


def _ahead(evidence: Evidence) -> Iterator[Found]:
    for read in evidence.statuses:
        for seen in read.page.observations:
            if seen.observed_at - read.at > AHEAD:
                late = seen.observed_at.isoformat()
                yield found(seen.evse_id, f"状态时间 {late} 在未来", f"was seen at {late}, in the future")


def _differs(evidence: Evidence) -> Iterator[Found]:
    known = evidence.hints.statuses
    seen = {o.evse_id: o.status for o in _observations(evidence)}
    for evse, true in known.items():
        told = seen.get(evse, true)  # one that is missing is another rule's
        if told is not true:
            yield found(evse, f"现场 {true}，上报 {told}", f"is {true} at the pile, and told as {told}")


def _swapped(evidence: Evidence) -> Iterator[Found]:
    known = evidence.hints.statuses
    seen = {o.evse_id: o.status for o in _observations(evidence)}
    free = [e for e, true in known.items() if true is Status.AVAILABLE]
    taken = [e for e, true in known.items() if true in _TAKEN]
    both = free and taken
    if both and all(seen.get(e) in _TAKEN for e in free) and all(seen.get(e) is Status.AVAILABLE for e in taken):
        zh = f"现场空闲的 {len(free)} 个报为占用，占用的 {len(taken)} 个报为空闲"
        yield found(evidence.source, zh, f"{len(free)} free ones are told as taken, {len(taken)} taken ones as free")


def _contradicts_session(evidence: Evidence) -> Iterator[Found]:
    """A car charges there before and after, as the operator's own session says, and the status says: free."""
    charging: dict[tuple[str, EvseId], list[datetime]] = {}
    for _, seen in evidence.sessions():
        if seen.state is SessionState.CHARGING and seen.evse_id:
            charging.setdefault((seen.native_id, seen.evse_id), []).append(seen.observed_at)
    told = [*_observations(evidence), *(o for push in evidence.pushes for o in push.answer.observations)]
    for (number, evse_id), times in charging.items():
        since = min(times).replace(microsecond=0)  # statuses come in whole seconds
        for each in told:
            if each.evse_id == evse_id and each.status is Status.AVAILABLE and since <= each.observed_at <= max(times):
                zh = f"会话 {number} 正在充电，状态却是空闲"
                yield found(evse_id, zh, f"session {number} charges there, and it is told as free")
                break


_KNOWN = Need(
    lambda e: bool(e.statuses and e.hints.statuses),
    Text("需要现场的真实状态：--known EVSE=AVAILABLE", "needs what stands at the pile: --known EVSE=AVAILABLE"),
    ("status",),
)
_BOTH = Need(
    lambda e: bool((e.statuses or e.pushes) and any(entry.kind == "session" for entry in e.desk)),
    Text("需要同时看到状态与会话", "needs status and a session at the same time"),
    DESK.of,
)

RULES = (
    Rule(
        "STATUS_MISSING",
        Severity.ERROR,
        Text("接口没有状态", "a connector has no status"),
        Text("状态应答须含站内每个接口；未知时报离线", "tell the status of every connector of the station"),
        STATUS,
        _missing,
    ),
    Rule(
        "STATUS_OF_UNKNOWN",
        Severity.ERROR,
        Text("上报了目录中没有的接口或站点", "a status of something that the catalogue lacks"),
        Text("目录与状态使用同一套编号", "use one set of ids in the catalogue and the status"),
        STATUS,
        together(refusals("CONNECTOR_NOT_KNOWN", "STATION_NOT_ASKED"), _unknown_evse),
    ),
    Rule(
        "STATUS_CODE_UNKNOWN",
        Severity.WARNING,
        Text("状态值不在协议中", "a status value that the protocol lacks"),
        Text(
            "用协议的值（0 离线 1 空闲 2 占用 3 充电 4 预约 255 故障），或在方言文件 statuses 中说明",
            "use the protocol's values, or explain it in the profile under [statuses]",
        ),
        STATUS,
        _unknown_code,
    ),
    Rule(
        "STATUS_IN_FUTURE",
        Severity.ERROR,
        Text("状态时间在未来", "a status is from the future"),
        Text("对方服务器用 NTP 校时；检查时区", "set the clock by NTP, and check the time zone"),
        STATUS,
        _ahead,
    ),
    Rule(
        "STATUS_SWAPPED",
        Severity.ERROR,
        Text("空闲与占用颠倒", "free and taken are swapped"),
        Text(
            "改正状态映射：1 为空闲，2、3 为占用与充电",
            "mend the mapping: 1 is free, 2 and 3 are occupied and charging",
        ),
        _KNOWN,
        _swapped,
    ),
    Rule(
        "STATUS_DIFFERS",
        Severity.ERROR,
        Text("状态与现场不符", "a status is not what stands at the pile"),
        Text("核对状态映射与上报延迟", "check the mapping, and how late the status is"),
        _KNOWN,
        _differs,
    ),
    Rule(
        "STATUS_CONTRADICTS_SESSION",
        Severity.ERROR,
        Text("状态与充电会话矛盾", "a status contradicts a session"),
        Text("会话进行时接口状态应为 3 充电", "tell a connector as charging while its session charges"),
        _BOTH,
        _contradicts_session,
    ),
)
