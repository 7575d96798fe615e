"""What a notice says, in the language in which the watch was begun; nothing of the person is in it."""

from typing import Any
from urllib.parse import quote

import msgspec

from finder.notices.model import WatchKind

MAX_PAYLOAD = 3_000  # bytes; RFC 8291 leaves 3,993 and some services less
MAX_NAME = 80  # characters of a station's name
MAX_URL = 1_024
_STEP = 256  # a payload is filled up to a multiple, so that its length does not say which station it is of


class Words(msgspec.Struct, frozen=True):
    """What the service worker shows."""

    title: str
    body: str
    tag: str
    url: str


def payload(row: Any) -> bytes:
    """The row of a watch that was told, as JSON of at most MAX_PAYLOAD bytes."""
    text = msgspec.json.encode(words(row))
    return text.ljust(-(-len(text) // _STEP) * _STEP)


def words(row: Any) -> Words:
    """Title and text."""
    name, zh = _cut(row.station_name), row.language == "zh"
    if row.kind == WatchKind.FREES.value:
        title = f"{name} 有空位了" if zh else f"{name}: a bay is free"
        body = "先到先得，可能很快被占用" if zh else "First come, first served"
    else:
        title = f"{name} 刚刚满位" if zh else f"{name} has just filled"
        body = _elsewhere(row, zh=zh)
    if row.practice:
        body = f"【演示数据】{body}" if zh else f"[practice data] {body}"
    station = row.station if row.other is None else row.other
    url = f"/station/{quote(station)}"
    return Words(title, body, f"watch-{row.id}", url if len(url) <= MAX_URL else "/my")


def _elsewhere(row: Any, *, zh: bool) -> str:
    if row.other is None:
        return "附近暂无可用空位" if zh else "No free bay is known near by"
    name, km = _cut(row.other_name), f"{row.other_m / 1000:.1f}"
    if zh:
        return f"最近的是 {name}：相距 {km} 公里，空 {row.other_free}"
    return f"The nearest is {name}: {km} km from there, {row.other_free} free"


def _cut(name: str) -> str:
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…"
