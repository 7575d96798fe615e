"""What is not taken from anybody: too far away, too long ago, too many, too fast; each refusal says what to do."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address

from finder.errors import BadInput, Conflict, Forbidden, NotFound, TooLarge
from finder.identity.buckets import Rate
from finder.kernel.geo import Point, distance_m
from finder.reports.model import Standing

MOST_AWAY_M = 300.0
FORGIVEN_M = 100.0  # of what the phone says that it does not know its place by
VAGUEST_M = 500.0
OLDEST = timedelta(hours=2)
MOST_AHEAD = timedelta(seconds=60)
FASTEST_KMH = 150.0
_AT_REST_M, _AT_REST_S = 2_000.0, 60.0  # what no clock or position is trusted to be better than
A_DAY = timedelta(days=1)
MOST_A_DAY = 20
MOST_OPEN = 3  # of a person of whom nothing is known: what waits for a second voice
OF_A_PERSON = Rate(burst=8, per_s=1 / 300)
OF_A_DEVICE = Rate(burst=8, per_s=1 / 300)
OF_A_NETWORK = Rate(burst=60, per_s=1 / 5)  # a mobile carrier puts many phones behind one address
MAX_KEY = 64


def check_seen(seen_at: datetime, now: datetime) -> None:
    """Raises BadInput: TIME_ZONE, SEEN_TOO_LONG_AGO, SEEN_IN_FUTURE."""
    if seen_at.tzinfo is None:
        raise BadInput("时间应带时区，如 +08:00", "a time needs its zone, such as +08:00", code="TIME_ZONE")
    if now - seen_at > OLDEST:
        raise BadInput(
            "看到的时间已超过 2 小时，车可能已离开：如仍在，请重新报告",
            "that was seen more than 2 hours ago and may be gone: if it still stands there, report it anew",
            code="SEEN_TOO_LONG_AGO",
        )
    if seen_at - now > MOST_AHEAD:
        raise BadInput(
            "看到的时间在未来：请校准手机时间后重新报告",
            "that lies in the future: set your phone's clock right and report it anew",
            code="SEEN_IN_FUTURE",
        )


def check_place(place: Point, accuracy_m: float | None, station: Point) -> None:
    """Raises BadInput: PLACE_TOO_VAGUE, TOO_FAR_AWAY."""
    vague_m = accuracy_m or 0.0
    if not 0 <= vague_m <= VAGUEST_M:
        raise BadInput(
            f"定位误差超过 {VAGUEST_M:.0f} 米：请打开精确定位，走到室外后再试",
            f"your position is known to no better than {VAGUEST_M:.0f} m: turn on precise location, go outside, "
            "and try again",
            code="PLACE_TOO_VAGUE",
        )
    away_m = distance_m(place, station)
    if away_m - min(vague_m, FORGIVEN_M) > MOST_AWAY_M:
        raise BadInput(
            f"您离该站约 {away_m / 1000:.1f} 公里：只能在充电站 {MOST_AWAY_M:.0f} 米以内报告",
            f"you are {away_m / 1000:.1f} km away: a bay is reported from within {MOST_AWAY_M:.0f} m of its station",
            code="TOO_FAR_AWAY",
        )


def check_way(before: Sequence[tuple[datetime, Point]], seen_at: datetime, station: Point) -> None:
    """Whether one can have been at the stations that one reported before, too. Raises BadInput, TOO_FAST."""
    for at, there in before:
        metres = max(0.0, distance_m(there, station) - _AT_REST_M)
        seconds = abs((seen_at - at).total_seconds()) + _AT_REST_S
        if metres / seconds * 3.6 > FASTEST_KMH:
            raise BadInput(
                "您刚在远处报告过另一站，时间上来不及到达这里：请核对时间后再报告",
                "you have just reported another station too far off to be here by now: check the time, then report "
                "this one",
                code="TOO_FAST",
            )


def check_often(today: int, waiting: int, standing: Standing) -> None:
    """Raises Forbidden REPORTER_DOUBTED, TooLarge REPORTS_TODAY, REPORTS_WAITING."""
    if standing is Standing.DOUBTED:
        raise Forbidden(
            "您近期的多次报告与事实不符，30 天内暂不能报告；如有异议请联系客服",
            "several of your reports turned out wrong: you can report again in 30 days; if that is a mistake, ask "
            "the service desk",
            code="REPORTER_DOUBTED",
        )
    if today >= MOST_A_DAY:
        raise TooLarge(
            f"每人每天最多报告 {MOST_A_DAY} 次，请明天再来；紧急情况请拨打站内电话",
            f"one can report {MOST_A_DAY} times a day: come again tomorrow, and call the station where it is urgent",
            code="REPORTS_TODAY",
        )
    if standing is Standing.NEW and waiting >= MOST_OPEN:
        raise TooLarge(
            f"您有 {MOST_OPEN} 条报告待核实：核实或过期（一小时）后可继续；充过一次电后不再受此限制",
            f"{MOST_OPEN} of your reports wait to be borne out: go on when one is, or after an hour; once you have "
            "charged somewhere this limit is gone",
            code="REPORTS_WAITING",
        )


def told_already() -> Conflict:
    """One voice a person."""
    return Conflict(
        "您已报告过这个车位，一人一票；如车已离开，请点“已空出”",
        "you have reported this bay already, and one person is one voice; if it is clear again, say so",
        code="REPORTED_ALREADY",
    )


def nothing_reported() -> NotFound:
    """There is nothing to clear."""
    return NotFound(
        "没有人报告过这个车位被占",
        "nobody has reported this bay as blocked",
        code="NOTHING_REPORTED",
    )


def no_such_bay() -> NotFound:
    """Not one of ours."""
    return NotFound("没有这个车位", "there is no such bay", code="NO_SUCH_BAY")


def tells_apart(network: str) -> bool:
    """Whether people behind other addresses than this one are other people's: of private ones, behind a proxy of
    our own, that cannot be said."""
    try:
        return ip_address(network.partition("/")[0]).is_global
    except ValueError:
        return False
