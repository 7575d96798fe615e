"""Rules about pushes: their clock, their order, and how often they come."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from finder.connectors.sdk.check.evidence import Evidence, PushSeen
from finder.connectors.sdk.check.rule import PUSHES, Found, Need, Rule, Severity, Text, found
from finder.live.model import Status
from finder.stations.model import EvseId

SKEW = timedelta(minutes=5)  # beyond it a push is refused as a possible copy
ZONE = timedelta(hours=8)
ZONE_SLACK = timedelta(minutes=20)
LEAST_TIMES = 5  # chance makes five times of whole minutes once in 780 million
_REFUSED = 400


def _sent(push: PushSeen) -> datetime | None:
    """When its sender says that it was sent, or that what it tells was seen."""
    if push.opened.sent_at is not None:
        return push.opened.sent_at
    return max((seen.observed_at for seen in push.answer.observations), default=None)


def _off(evidence: Evidence) -> Iterator[tuple[PushSeen, timedelta]]:
    for push in evidence.pushes:
        if (sent := _sent(push)) is not None:
            yield push, sent - push.at


def _zone(evidence: Evidence) -> Iterator[Found]:
    for push, off in _off(evidence):
        if abs(abs(off) - ZONE) < ZONE_SLACK:
            hours = f"{off.total_seconds() / 3600:+.1f}"
            yield found(push.opened.interface, f"时间差 {hours} 小时", f"is stamped {hours} h off")


def _future(evidence: Evidence) -> Iterator[Found]:
    for push, off in _off(evidence):
        if off > SKEW and abs(off - ZONE) >= ZONE_SLACK:
            ahead = f"{off.total_seconds():.0f}"
            yield found(push.opened.interface, f"时间超前 {ahead} 秒", f"is stamped {ahead} s ahead")


def _old(evidence: Evidence) -> Iterator[Found]:
    for push, off in _off(evidence):
        if off < -SKEW and abs(off + ZONE) >= ZONE_SLACK:
            behind = f"{-off.total_seconds():.0f}"
            yield found(push.opened.interface, f"时间落后 {behind} 秒", f"is stamped {behind} s behind")


def _seconds_lost(evidence: Evidence) -> Iterator[Found]:
    times = {sent for push in evidence.pushes if (sent := _sent(push)) is not None}
    if len(times) >= LEAST_TIMES and all(time.second == 0 and time.microsecond == 0 for time in times):
        yield found(evidence.source, f"{len(times)} 个时间的秒数全为 0", f"all of {len(times)} times end in :00")


def _out_of_order(evidence: Evidence) -> Iterator[Found]:
    newest: dict[EvseId, datetime] = {}
    for push in evidence.pushes:
        for seen in push.answer.observations:
            before = newest.get(seen.evse_id)
            if before is not None and seen.observed_at < before:
                late = f"{(before - seen.observed_at).total_seconds():.0f}"
                yield found(seen.evse_id, f"晚到了 {late} 秒前的旧状态", f"older news came {late} s after newer")
            newest[seen.evse_id] = max(seen.observed_at, before or seen.observed_at)


def _repeated(evidence: Evidence) -> Iterator[Found]:
    """The same news again as if it were new; not the same message, which is seen by its bytes."""
    last: dict[EvseId, tuple[Status, datetime]] = {}
    for push in evidence.pushes:
        for seen in push.answer.observations:
            before = last.get(seen.evse_id)
            if before is not None and seen.observed_at < before[1]:
                continue  # late news is another rule's, and does not say what was known
            if before is not None and before[0] is seen.status and seen.observed_at > before[1]:
                yield found(seen.evse_id, f"{seen.status} 再次作为新状态推送", f"{seen.status} is pushed as new again")
            last[seen.evse_id] = seen.status, seen.observed_at


def _copied(evidence: Evidence) -> Iterator[Found]:
    for push in {p.digest: p for p in evidence.pushes}.values():
        times = Counter(p.digest for p in evidence.pushes)[push.digest]
        if times > 1:
            yield found(push.opened.interface, f"同一报文收到 {times} 次", f"the same message came {times} times")


def _refused(evidence: Evidence) -> Iterator[Found]:
    for push in evidence.pushes:
        if push.answer.http_status >= _REFUSED:
            status = push.answer.http_status
            yield found(push.opened.interface, f"被拒绝（HTTP {status}）", f"was refused (HTTP {status})")


_SEVERAL = Need(
    lambda e: len(e.pushes) > 1,
    Text("需要至少两次推送：加 --listen 秒数", "needs two pushes: add --listen SECONDS"),
    ("pushes",),
)

RULES = (
    Rule(
        "PUSH_TIME_ZONE",
        Severity.ERROR,
        Text("推送时间差 8 小时", "pushes are 8 hours off"),
        Text("时间按北京时间书写，不是 UTC", "write times in China's time, not in UTC"),
        PUSHES,
        _zone,
    ),
    Rule(
        "PUSH_IN_FUTURE",
        Severity.ERROR,
        Text("推送时间在未来", "pushes are from the future"),
        Text("服务器用 NTP 校时", "set the server's clock by NTP"),
        PUSHES,
        _future,
    ),
    Rule(
        "PUSH_TOO_OLD",
        Severity.WARNING,
        Text("推送时间过旧", "pushes are stamped long ago"),
        Text(
            "状态变化后立即推送，TimeStamp 取发送时刻；服务器校时",
            "push at once, stamped when it is sent; set the clock",
        ),
        PUSHES,
        _old,
    ),
    Rule(
        "PUSH_SECONDS_LOST",
        Severity.WARNING,
        Text("推送时间没有秒", "pushes have lost their seconds"),
        Text("TimeStamp 精确到秒，不要截断到分钟", "keep the seconds: do not cut times to minutes"),
        _SEVERAL,
        _seconds_lost,
    ),
    Rule(
        "PUSH_OUT_OF_ORDER",
        Severity.WARNING,
        Text("旧状态在新状态之后推送", "older news is pushed after newer"),
        Text("按发生顺序推送；重发时使用最新状态", "push in order, and send the newest when you repeat"),
        _SEVERAL,
        _out_of_order,
    ),
    Rule(
        "PUSH_REPEATED_AS_NEW",
        Severity.WARNING,
        Text("未变化的状态作为新状态推送", "an unchanged status is pushed as new"),
        Text("仅在变化时推送；重发原报文", "push changes only, and repeat a message as it was"),
        _SEVERAL,
        _repeated,
    ),
    Rule(
        "PUSH_COPIED",
        Severity.HINT,
        Text("同一报文重复推送", "the same message is pushed more than once"),
        Text("收到 Ret 0 后即停止重发", "stop repeating after Ret 0"),
        _SEVERAL,
        _copied,
    ),
    Rule(
        "PUSH_REFUSED",
        Severity.ERROR,
        Text("推送被拒绝", "a push was refused"),
        Text("核对地址、签名与令牌", "check the address, the signature and the token"),
        PUSHES,
        _refused,
    ),
)
