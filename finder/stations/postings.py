"""Which slots' words hold which pairs of characters, so that a search looks at few of them."""

from array import array
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from finder.stations.words import EDGE, StationWords, grams

_RAREST = 4  # pairs looked up for each word; the candidates are judged by their words in any case


class Postings:
    """An inverted index of pairs of characters. It only grows: it may offer too many candidates, never too few."""

    def __init__(self) -> None:
        self._slots: dict[str, array[int]] = {}
        self._beginning: dict[str, list[str]] = {}

    def put(self, slot: int, words: StationWords, before: StationWords | None = None) -> None:
        """Takes the words of a slot; `before` are those that it had."""
        known = _pairs(before) if before is not None else frozenset()
        for pair in _pairs(words) - known:
            slots = self._slots.get(pair)
            if slots is None:
                slots = self._slots[pair] = array("i")
                self._beginning.setdefault(pair[0], []).append(pair)
            slots.append(slot)

    def candidates(self, words: Sequence[str], size: int) -> npt.NDArray[np.int32]:
        """Slots below `size`, in order and each once, among which are all whose words hold every one of these."""
        found: npt.NDArray[np.int32] | None = None
        for lists in sorted(map(self._lists, words), key=lambda lists: min(map(len, lists))):
            for slots in lists:
                marked = np.zeros(size, dtype=np.bool_)
                marked[slots] = True
                found = np.flatnonzero(marked).astype(np.int32) if found is None else found[marked[found]]
        return np.empty(0, dtype=np.int32) if found is None else found

    def _lists(self, word: str) -> list[npt.NDArray[np.int32]]:
        """The slots of the word's rarest pairs; of a single character, the slots of all pairs that it begins."""
        if len(word) == 1:
            return [np.concatenate([np.empty(0, dtype=np.int32), *self._read(self._beginning.get(word, ()))])]
        return sorted(self._read(set(grams(word))), key=len)[:_RAREST]

    def _read(self, pairs: Iterable[str]) -> list[npt.NDArray[np.int32]]:
        # A copy: an array that numpy still looks at cannot grow.
        return [np.array(self._slots.get(pair, ()), dtype=np.int32) for pair in pairs]


def _pairs(words: StationWords) -> frozenset[str]:
    return frozenset(
        pair for field in (words.name, words.letters, words.rest) for pair in grams(field) if pair[0] != EDGE
    )
