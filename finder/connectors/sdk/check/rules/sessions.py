"""Rules about charging sessions: what may follow what, and numbers that can be."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from finder.connectors.sdk.check.evidence import Command, DeskEntry, Evidence
from finder.connectors.sdk.check.rule import COMMANDS, DESK, Found, Need, Rule, Severity, Text, found
from finder.connectors.sdk.control import Outcome
from finder.connectors.sdk.sessions import SessionSeen, SessionState

AT_ONCE = timedelta(seconds=3)  # a plug locks, insulation is tested and the car is asked before anything flows
MOST_KW = Decimal(1_500)
ZONE, ZONE_SLACK, AHEAD = timedelta(hours=8), timedelta(minutes=20), timedelta(minutes=5)
BILL_WITHIN = timedelta(hours=24)
_OVER = (SessionState.ENDED, SessionState.REJECTED)


def _starts(evidence: Evidence) -> dict[str, Command]:
    return {seen.command.order: seen.command for seen in evidence.commands if seen.command.kind == "start"}


def _by_number(evidence: Evidence) -> dict[str, list[tuple[DeskEntry, SessionSeen]]]:
    told: dict[str, list[tuple[DeskEntry, SessionSeen]]] = {}
    for entry, seen in evidence.sessions():
        told.setdefault(seen.native_id, []).append((entry, seen))
    return told


def _charging_at_once(evidence: Evidence) -> Iterator[Found]:
    starts = _starts(evidence)
    for entry, seen in evidence.sessions():
        start = starts.get(seen.order or "")
        if start is not None and seen.state is SessionState.CHARGING and entry.at - start.at < AT_ONCE:
            s = f"{(entry.at - start.at).total_seconds():.1f}"
            yield found(seen.native_id, f"启动后 {s} 秒即称充电中", f"said to charge {s} s after the start was asked")


def _reopened(evidence: Evidence) -> Iterator[Found]:
    for number, told in _by_number(evidence).items():
        over = False
        for _, seen in told:
            if over and seen.state not in _OVER:
                yield found(number, f"结束后又变为 {seen.state}", f"is {seen.state} after it had ended")
                break
            over = over or seen.state in _OVER


def _stop_of_stopped(evidence: Evidence) -> Iterator[Found]:
    ended: dict[str, datetime] = {}
    for entry, seen in evidence.sessions():
        if seen.state in _OVER and seen.order is not None:
            ended.setdefault(seen.order, entry.at)
    asked: set[str] = set()
    for each in evidence.commands:
        order, over_at = each.command.order, ended.get(each.command.order)
        if each.command.kind != "stop":
            continue
        # The end may be told in the very moment of the stop that brought it about.
        late = over_at is not None and (each.command.at > over_at or (each.command.at == over_at and order in asked))
        asked.add(order)
        if late and each.outcome is not None and each.outcome.outcome is Outcome.ACCEPTED:
            zh, en = "会话已结束，停止却被接受", "a stop was accepted although the session had ended"
            yield found(order, zh, en)


def _energy_falls(evidence: Evidence) -> Iterator[Found]:
    for number, told in _by_number(evidence).items():
        most = Decimal(0)
        for _, seen in sorted(told, key=lambda each: each[1].observed_at):
            if seen.kwh is not None and seen.kwh < most:
                yield found(
                    number, f"电量由 {most} 降为 {seen.kwh} kWh", f"its energy fell from {most} to {seen.kwh} kWh"
                )
                break
            most = max(most, seen.kwh or most)


def _absurd(evidence: Evidence) -> Iterator[Found]:
    for _, seen in evidence.sessions():
        if seen.kw is not None and not 0 <= seen.kw <= MOST_KW:
            yield found(seen.native_id, f"功率 {seen.kw} kW", f"charges at {seen.kw} kW")


def times_of(evidence: Evidence) -> Iterator[tuple[str, datetime, datetime]]:
    """Number, a time that it tells, and when the desk heard it."""
    for entry, seen in evidence.sessions():
        yield from ((seen.native_id, t, entry.at) for t in (seen.observed_at, seen.ended_at) if t is not None)
    for entry, bill in evidence.bills():
        yield bill.native_id, bill.ended_at, entry.at


def _zone(evidence: Evidence) -> Iterator[Found]:
    """Ahead by eight hours it can only be the zone; behind by as much it may be an old session."""
    for number, told, heard in times_of(evidence):
        if abs(told - heard - ZONE) < ZONE_SLACK:
            yield found(number, f"{told.isoformat()} 超前 8 小时", f"{told.isoformat()} is 8 hours ahead")


def _future(evidence: Evidence) -> Iterator[Found]:
    for number, told, heard in times_of(evidence):
        if told - heard > AHEAD and abs(told - heard - ZONE) >= ZONE_SLACK:
            yield found(number, f"{told.isoformat()} 在未来", f"{told.isoformat()} is in the future")


def _never_billed(evidence: Evidence) -> Iterator[Found]:
    billed = {bill.session_id or bill.native_id for _, bill in evidence.bills()}
    last = max((entry.at for entry in evidence.desk), default=evidence.began_at)
    for number, told in _by_number(evidence).items():
        entry, seen = told[-1]
        if seen.state is SessionState.ENDED and number not in billed and last - entry.at > BILL_WITHIN:
            yield found(number, "结束 24 小时后仍无账单", "has no bill 24 hours after its end")


_SESSIONS = Need(lambda e: any(entry.kind == "session" for entry in e.desk), DESK.how, DESK.of)

RULES = (
    Rule(
        "START_CHARGING_AT_ONCE",
        Severity.ERROR,
        Text("一启动就称“充电中”", "a session is said to charge at once"),
        Text("先回 1 启动中；电流流动后再报 2 充电中", "say 'starting' first, and 'charging' once current flows"),
        COMMANDS,
        _charging_at_once,
    ),
    Rule(
        "STOP_AFTER_END",
        Severity.WARNING,
        Text("停止已结束的会话仍被接受", "a stop of an ended session is accepted"),
        Text("回 SuccStat 1、FailReason 3（已停止）", "refuse it: SuccStat 1, FailReason 3 (stopped already)"),
        COMMANDS,
        _stop_of_stopped,
    ),
    Rule(
        "SESSION_REOPENED",
        Severity.ERROR,
        Text("已结束的会话又被打开", "an ended session is opened again"),
        Text("结束后的迟到推送不要再发", "send no more news of a session that has ended"),
        _SESSIONS,
        _reopened,
    ),
    Rule(
        "SESSION_ENERGY_FALLS",
        Severity.ERROR,
        Text("会话电量变小", "a session's energy falls"),
        Text("TotalPower 为累计电量，只增不减", "send the sum so far, which never falls"),
        _SESSIONS,
        _energy_falls,
    ),
    Rule(
        "SESSION_POWER_ABSURD",
        Severity.ERROR,
        Text("会话功率不可能", "a session's power cannot be"),
        Text("核对单位（千瓦）", "check the unit: kW"),
        _SESSIONS,
        _absurd,
    ),
    Rule(
        "SESSION_TIME_ZONE",
        Severity.ERROR,
        Text("会话或账单时间超前 8 小时", "times of sessions or bills are 8 hours ahead"),
        Text("北京时间写作北京时间，不要当作 UTC", "read the operator's times in China's zone, not as UTC"),
        DESK,
        _zone,
    ),
    Rule(
        "SESSION_IN_FUTURE",
        Severity.ERROR,
        Text("会话或账单时间在未来", "times of sessions or bills are in the future"),
        Text("服务器用 NTP 校时", "set the server's clock by NTP"),
        DESK,
        _future,
    ),
    Rule(
        "BILL_MISSING",
        Severity.ERROR,
        Text("会话结束后没有账单", "an ended session has no bill"),
        Text("结束后 150 秒内推送账单，失败则退避重发", "push the bill within 150 s, and again until it is confirmed"),
        _SESSIONS,
        _never_billed,
    ),
)
