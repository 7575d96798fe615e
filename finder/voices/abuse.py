"""What is not taken from anybody, or not so often; and whether somebody stands at a station."""

from datetime import timedelta

from finder.errors import BadInput, Conflict, Forbidden, NotFound, TooLarge
from finder.identity.buckets import Buckets, Rate, within
from finder.identity.roles import Caller
from finder.kernel.geo import Point
from finder.reports.abuse import check_place

OF_A_PERSON = Rate(burst=8, per_s=1 / 300)
OF_A_DEVICE = Rate(burst=8, per_s=1 / 300)
OF_A_NETWORK = Rate(burst=60, per_s=1 / 5)  # a mobile carrier puts many phones behind one address
COMPLAINTS_OF_A_PERSON = Rate(burst=5, per_s=1 / 3_600)
COMPLAINTS_OF_A_NETWORK = Rate(burst=30, per_s=1 / 60)
A_DAY = timedelta(days=1)
MOST_A_DAY = 20  # voices of a person
MOST_OPEN = 10  # complaints of a person


async def check_rate(buckets: Buckets, caller: Caller, network: str) -> None:
    """Raises TooOften."""
    await within(buckets, f"voices of {caller.person}", OF_A_PERSON)
    await within(buckets, f"voices by {caller.session}", OF_A_DEVICE)
    await within(buckets, f"voices from {network}", OF_A_NETWORK)


async def check_complaint_rate(buckets: Buckets, caller: Caller, network: str) -> None:
    """Raises TooOften."""
    await within(buckets, f"complaints of {caller.person}", COMPLAINTS_OF_A_PERSON)
    await within(buckets, f"complaints from {network}", COMPLAINTS_OF_A_NETWORK)


def check_day(today: int) -> None:
    """Raises TooLarge, VOICES_TODAY."""
    if today >= MOST_A_DAY:
        raise TooLarge(
            f"每人每天最多评价 {MOST_A_DAY} 次，请明天再来",
            f"one can say how it was {MOST_A_DAY} times a day: come again tomorrow",
            code="VOICES_TODAY",
        )


def near(place: Point | None, accuracy_m: float | None, station: Point) -> bool:
    """Whether the phone says that it is at the station, as exactly as for a report of a bay."""
    if place is None:
        return False
    try:
        check_place(place, accuracy_m, station)
    except BadInput:
        return False  # said from elsewhere: a voice all the same, and a lighter one
    return True


def no_station() -> NotFound:
    """Not one of ours."""
    return NotFound("没有这个充电站", "there is no such station", code="NO_SUCH_STATION")


def no_evse() -> NotFound:
    """Not one of that station's."""
    return NotFound("该站没有这个充电桩", "that station has no such EVSE", code="NO_SUCH_EVSE")


def no_operator(operator: str) -> NotFound:
    """Not one of those connected."""
    return NotFound(f"没有运营商 {operator[:40]!r}", f"there is no operator {operator[:40]!r}", code="NO_SUCH_OPERATOR")


def no_complaint(complaint_id: str) -> NotFound:
    """None, or another's."""
    shown = complaint_id[:40]
    return NotFound(f"没有投诉 {shown!r}", f"there is no complaint {shown!r}", code="NO_SUCH_COMPLAINT")


def open_already() -> Conflict:
    """The same is being looked at."""
    return Conflict(
        "同一事项已有处理中的投诉，请在“我的投诉”查看进度",
        "a complaint about the same is open: see how it stands under 'my complaints'",
        code="COMPLAINT_OPEN",
    )


def too_many_open() -> TooLarge:
    """Some have to be answered first."""
    return TooLarge(
        f"处理中的投诉最多 {MOST_OPEN} 件，请等待答复",
        f"at most {MOST_OPEN} complaints are open at once: wait for their answers",
        code="MANY_COMPLAINTS",
    )


def not_yours() -> Forbidden:
    """Another operator's, or a supervisor's part."""
    return Forbidden("您无权处理此投诉", "this complaint is not yours to deal with", code="FORBIDDEN")
