"""Reads Hours: when one may enter, as spans of the local week, with exceptions in words."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from finder.connectors.ocpi.values import Object, moment, objects
from finder.kernel.clock import SHANGHAI
from finder.stations.model import OpeningHours

_DAY, _WEEK = 1440, 10_080
_MAX_EXCEPTIONS = 5


def zone_of(name: object) -> ZoneInfo:
    """The zone that a Location names; China's where it names none that is known."""
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9_+\-]+(/[A-Za-z0-9_+\-]+)*", name) or len(name) > 64:
        return SHANGHAI
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return SHANGHAI


def read_hours(opening: Object, zone: ZoneInfo, now: datetime) -> OpeningHours | None:
    """The spans of a week, and the dated exceptions that are not over, in words; None where nobody said.

    Exceptions stay words: the model has no dates (decision 0004). Spans that cannot be read make the whole unknown.
    """
    said = "；".join(_exceptions(opening, zone, now)) or None
    if opening.get("twentyfourseven") is True:
        return OpeningHours(spans=((0, _WEEK),), text=said)
    spans: list[tuple[int, int]] = []
    for span in objects(opening, "regular_hours"):
        day, begin, end = span.get("weekday"), _minutes(span.get("period_begin")), _minutes(span.get("period_end"))
        if not isinstance(day, int) or not 1 <= day <= 7 or begin is None or end is None:
            return None
        # 23:59 is how feeds write midnight.
        end = _DAY if end in (0, _DAY - 1) else end
        if end <= begin:
            return None
        spans.append(((day - 1) * _DAY + begin, (day - 1) * _DAY + end))
    return OpeningHours(spans=tuple(sorted(set(spans))), text=said) if spans else None


def _minutes(value: object) -> int | None:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::\d{2})?", value.strip()) if isinstance(value, str) else None
    minutes = int(found[1]) * 60 + int(found[2]) if found and int(found[2]) < 60 else -1
    return minutes if 0 <= minutes <= _DAY else None


def _exceptions(opening: Object, zone: ZoneInfo, now: datetime) -> list[str]:
    found: list[tuple[datetime, str]] = []
    for name, what in (("exceptional_closings", "关闭"), ("exceptional_openings", "开放")):
        for period in objects(opening, name):
            begin, end = moment(period.get("period_begin")), moment(period.get("period_end"))
            if begin is None or end is None or end <= now or begin >= end:
                continue
            here, there = begin.astimezone(zone), end.astimezone(zone)
            until = f"{there:%H:%M}" if here.date() == there.date() else f"{there:%Y-%m-%d %H:%M}"
            found.append((begin, f"{here:%Y-%m-%d %H:%M} 至 {until} {what}"))
    return [said for _, said in sorted(found)[:_MAX_EXCEPTIONS]]
