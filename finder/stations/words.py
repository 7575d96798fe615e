"""Words as people type them and names as operators write them, brought to one form; pinyin and its initials."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import lazy_pinyin
from pypinyin.seg.mmseg import seg

from finder.errors import BadInput
from finder.stations.model import Station

EDGE = "\x01"  # stands before, between and after the texts of a field; never part of a word
MAX_TEXT = 200  # characters of a question
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f]+")
# Places whose usual reading is not the one that the dictionary takes for these characters.
_PLACES = {
    "长治": ("chang", "zhi"),
    "繁峙": ("fan", "shi"),
    "洪洞": ("hong", "tong"),
    "朝阳": ("chao", "yang"),
}
_SPLIT = re.compile(f"({'|'.join(_PLACES)})")


def normal(text: str) -> str:
    """One form for every width and case (NFKC, case folded), with neither space nor invisible characters."""
    folded = "".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())
    if folded.isprintable():
        return folded
    return "".join(c for c in folded if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})


def query_words(text: str) -> tuple[str, ...]:
    """The words of a question, normalised, each once. Raises BadInput where there are none or too much text."""
    words = tuple(dict.fromkeys(w for w in map(normal, text.split()) if w)) if len(text) <= MAX_TEXT else ()
    if not words:
        raise BadInput(
            f"搜索文字应为 1 至 {MAX_TEXT} 个可见字符",
            f"the text must have 1 to {MAX_TEXT} visible characters",
            code="TEXT_LENGTH",
        )
    return words


@lru_cache(1 << 16)
def _syllables(word: str) -> tuple[str, ...]:
    return _PLACES.get(word) or tuple(lazy_pinyin(word))


def pinyin(text: str) -> tuple[str, str]:
    """A normalised text in pinyin without tones, and by its initials; what is not Chinese stays in both."""
    full: list[str] = []
    initials: list[str] = []
    for part in _SPLIT.split(text):
        for word in (part,) if part in _PLACES else seg.cut(part):
            if _HAN.fullmatch(word):
                full.extend(_syllables(word))
                initials.extend(s[0] for s in _syllables(word))
            else:
                full.append(word)
                initials.append(word)
    return "".join(full), "".join(initials)


def _field(texts: Iterable[str]) -> str:
    kept = dict.fromkeys(t for t in texts if t)
    return EDGE + EDGE.join(kept) + EDGE if kept else ""


@lru_cache(1 << 12)
def _readings(text: str) -> tuple[str, ...]:
    """The text as it is and as it may be typed in letters."""
    return (text, *pinyin(text)) if _HAN.search(text) else (text,)


@dataclass(frozen=True, slots=True)
class StationWords:
    """What a station is found by, normalised: its names, how they are typed in letters, and the rest.

    Each field is EDGE text EDGE text … EDGE, or empty.
    """

    name: str
    letters: str
    rest: str

    def rank(self, words: Sequence[str]) -> int | None:
        """The worst rank of any of the words, as `TextHit` says; None where one is nowhere."""
        worst = 0
        for word in words:
            if EDGE + word in self.name:
                continue
            found = 1 if word in self.name else 2 if word in self.letters else 3 if word in self.rest else None
            if found is None:
                return None
            worst = max(worst, found)
        return worst


def station_words(station: Station) -> StationWords:
    """What this station is found by."""
    names = [normal(n) for n in (station.name, station.name_en) if n]
    typed = [reading for name in names if _HAN.search(name) for reading in pinyin(name)]
    rest = [normal(t) for t in (station.operator.name, station.operator.name_en, station.address) if t]
    return StationWords(_field(names), _field(typed), _field(reading for text in rest for reading in _readings(text)))


def grams(text: str) -> list[str]:
    """The overlapping pairs of characters of a text, in order; none for a single character."""
    return [text[i : i + 2] for i in range(len(text) - 1)]
