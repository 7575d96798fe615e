"""Time as an argument, so that a test or a simulation can hold it."""

from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEK_MINUTES = 7 * 24 * 60


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime:
        """The present, with time zone UTC."""


def system_clock() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def minute_of_week(moment: datetime, zone: ZoneInfo = SHANGHAI) -> int:
    """Minutes since Monday 00:00 local time, 0 … 10,079."""
    local = moment.astimezone(zone)
    return local.weekday() * 1440 + local.hour * 60 + local.minute
