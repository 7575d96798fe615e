"""Reads a pile's times, whose clock may be wrong or missing."""

from datetime import UTC, datetime, timedelta

AHEAD = timedelta(seconds=60)  # what is forgiven of a clock that runs ahead
LATE = timedelta(minutes=5)  # what is forgiven of one that claims to tell the present
OLDEST = timedelta(days=30)  # a pile without a battery begins in 1970, or in the year it was made


def read_time(text: str | None) -> datetime | None:
    """An RFC 3339 time in UTC; one without a zone is taken as UTC, as OCPP recommends. None where it is no time."""
    try:
        read = datetime.fromisoformat(text or "")
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def true_time(text: str | None, now: datetime, *, live: bool = False) -> datetime:
    """When something happened: as the pile says, or now where its clock cannot be right.

    `live` is said of what the pile claims to send as it happens (2.0.1 tells); 1.6 may always be telling what
    happened while it was offline.
    """
    read = read_time(text)
    if read is None or read > now + AHEAD or now - read > (LATE if live else OLDEST):
        return now
    return min(read, now)


def order_time(text: str | None, now: datetime) -> datetime | None:
    """A time by which a pile's own news can be put in order; None where its clock runs ahead, for one that is put
    right would otherwise not be believed until it has caught up."""
    read = read_time(text)
    return None if read is None or read > now + AHEAD else read


def write_time(moment: datetime) -> str:
    """As piles read it: UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
