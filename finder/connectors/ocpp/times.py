"""Reads a pile's times, whose clock may be wrong or missing."""

from datetime import UTC, datetime, timedelta

AHEAD = timedelta(seconds=60)  # what is forgiven of a clock that runs ahead
WRONG = timedelta(minutes=5)  # what is worth a warning
OLDEST = timedelta(days=30)  # a pile without a battery begins in 1970, or in the year it was made


def read_time(text: str | None) -> datetime | None:
    """An RFC 3339 time in UTC; one without a zone is taken as UTC, as OCPP recommends. None where it is no time."""
    try:
        read = datetime.fromisoformat(text or "")
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def believable(text: str | None, now: datetime) -> bool:
    """Whether a pile's clock may be right; also where it tells what happened while it was offline."""
    read = read_time(text)
    return read is not None and now - OLDEST <= read <= now + AHEAD


def true_time(text: str | None, now: datetime) -> datetime:
    """When something happened: as the pile says, or now where its clock cannot be right."""
    read = read_time(text)
    return min(read, now) if read is not None and believable(text, now) else now


def order_time(text: str | None, now: datetime) -> datetime | None:
    """A time by which a pile's own news can be put in order; None where its clock runs ahead, for one that is put
    right would otherwise not be believed until it has caught up."""
    read = read_time(text)
    return None if read is None or read > now + AHEAD else read


def write_time(moment: datetime) -> str:
    """As piles read it: UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
