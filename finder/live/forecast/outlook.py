"""What is said of a station at an hour, and what is said where nothing can be."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Hidden(StrEnum):
    """Why no forecast is shown; each has a sentence."""

    NO_HISTORY = "NO_HISTORY"
    SHORT_HISTORY = "SHORT_HISTORY"
    SILENT = "SILENT"
    NOT_YET = "NOT_YET"
    PRACTICE = "PRACTICE"

    def text(self, language: str) -> str:
        """The sentence for 'zh…' or, for every other tag, in English."""
        zh, en = _TEXTS[self]
        return zh if language.lower().startswith("zh") else en


_TEXTS = {
    Hidden.NO_HISTORY: (
        "该站尚无可用的历史记录，暂不预测",
        "nothing is known yet of how this station was used: no forecast",
    ),
    Hidden.SHORT_HISTORY: (
        "该站的历史记录不足两周，积累后即可预测",
        "this station has been watched for less than two weeks: a forecast will come",
    ),
    Hidden.SILENT: (
        "该站超过一天没有实时状态，暂不预测",
        "this station has told no live status for more than a day: no forecast",
    ),
    Hidden.NOT_YET: (
        "预测正在准备，请稍后再看",
        "the forecast is still being prepared: look again later",
    ),
    Hidden.PRACTICE: (
        "演示数据没有历史记录，不作预测",
        "practice data has no history: no forecast",
    ),
}


@dataclass(frozen=True, slots=True)
class Outlook:
    """One hour of one station. `likely_free`: how likely (0 to 1) a bay is free at a moment of that hour;
    `typical_free`: how many bays usually are, in the middle of like cases, of `bays`. All three are None or none are;
    `hidden` then says why."""

    starts_at: datetime
    likely_free: float | None
    typical_free: int | None
    bays: int
    hidden: Hidden | None
