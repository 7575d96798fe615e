"""BusineHours, a free text, as spans of the week, and back."""

import re

from finder.stations.model import OpeningHours

_DAY, _WEEK = 1440, 10_080
_DAYS = {name: day for day, names in enumerate(["一1", "二2", "三3", "四4", "五5", "六6", "日天7"]) for name in names}
_NAMES = "一二三四五六日"
_EVERY_DAY, _WORKING, _WEEKEND = range(7), range(5), (5, 6)
_NAMED = {
    "每天": _EVERY_DAY,
    "每日": _EVERY_DAY,
    "全年": _EVERY_DAY,
    "全周": _EVERY_DAY,
    "工作日": _WORKING,
    "平日": _WORKING,
    "周末": _WEEKEND,
    "双休日": _WEEKEND,
}
_ALL_DAY = r"全天(?:24小时)?|24小时(?:营业|开放)?|24h|00:00-24:00"
_TIME = r"(?:[01]?\d|2[0-4])(?::[0-5]\d){1,2}"
_WEEKDAY, _NAME = "(?:周|星期|礼拜)", "[一二三四五六日天1-7]"
_DAY_WORD = rf"{_WEEKDAY}{_NAME}(?:[至-]{_WEEKDAY}?{_NAME}|(?:[、和]?{_WEEKDAY}?[一二三四五六日天])+)?"
_PART = re.compile(
    rf"(?P<days>(?:{'|'.join(_NAMED)}|{_DAY_WORD}))?:?"
    rf"(?P<times>{_ALL_DAY}|{_TIME}[-至]{_TIME}(?:[,、]{_TIME}[-至]{_TIME})*)(?:营业|开放)?[,;、。]?"
)
_PLAIN = str.maketrans("：，；（）～~—–－﹣", ":,;()-------"[:11])


def read_hours(text: str | None) -> OpeningHours | None:
    """'全天', '周一至周五 8:00-20:00', '18:00-02:00' as spans; None where any part of the text is not understood."""
    if not text:
        return None
    plain = re.sub(r"-+", "-", "".join(text.translate(_PLAIN).split()).lower().replace("到", "至"))
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(plain):
        part = _PART.match(plain, at)
        if part is None:
            return None
        found = [_minutes(times) for times in re.split(r"[,、]", part["times"])]
        if None in found:
            return None
        spans += [span for day in _days(part["days"]) for times in found if times for span in _on(day, *times)]
        at = part.end()
    return OpeningHours(spans=_joined(spans), text=text) if spans else None


def _days(word: str | None) -> tuple[int, ...]:
    if word is None:
        return tuple(_EVERY_DAY)
    if word in _NAMED:
        return tuple(_NAMED[word])
    days = [_DAYS[c] for c in word if c in _DAYS]
    if re.search(r"[至-]", word):
        first, last = days[0], days[-1]
        return tuple((first + n) % 7 for n in range((last - first) % 7 + 1))
    return tuple(days)


def write_hours(hours: OpeningHours) -> str:
    """As they were written, or so that `read_hours` understands them."""
    if hours.text:
        return hours.text
    if hours.spans == ((0, _WEEK),):
        return "全天"
    return ";".join(
        f"周{_NAMES[day]}{_clock(max(start - day * _DAY, 0))}-{_clock(min(end - day * _DAY, _DAY))}"
        for start, end in hours.spans
        for day in range(start // _DAY, (end - 1) // _DAY + 1)
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _minutes(times: str) -> tuple[int, int] | None:
    """Start and end in minutes of the day; an end before the start lies on the next day."""
    if re.fullmatch(_ALL_DAY, times):
        return 0, _DAY
    start, end = (int(t.split(":")[0]) * 60 + int(t.split(":")[1]) for t in re.split(r"[-至]", times))
    if start >= _DAY or end > _DAY:
        return None
    if end == _DAY - 1:  # 23:59 and 23:59:59 mean midnight
        end = _DAY
    return start, end if end > start else end + _DAY


def _on(day: int, start: int, end: int) -> list[tuple[int, int]]:
    begins, ends = day * _DAY + start, day * _DAY + end
    if ends <= _WEEK:
        return [(begins, ends)]
    return [(begins, _WEEK), (0, ends - _WEEK)]


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if kept and start <= kept[-1][1]:
            kept[-1] = (kept[-1][0], max(kept[-1][1], end))
        else:
            kept.append((start, end))
    return tuple(kept)
