"""From voices to what is shown of a station: pure, by the formula of docs/voices.md."""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from finder.voices.model import Basis, Code, Experience, Share, Voice

LASTS = timedelta(days=60)
HALF_LIFE = timedelta(days=14)
WEIGHTS: Mapping[Basis, float] = {Basis.SESSION: 3.0, Basis.PLACE: 1.0, Basis.WORD: 0.2, Basis.NOTHING: 0.0}
PROVEN = frozenset({Basis.SESSION, Basis.PLACE})
FEWEST = 3  # people, proven: under that nothing is shown
PRIOR_STARS, PRIOR_WEIGHT = 3.0, 6.0  # as if two had charged there just now and thought nothing of it


def heard(voices: Collection[Voice], now: datetime) -> list[Voice]:
    """Those that count: of each person the newest, and of orders the newest at each EVSE; the newest first.

    A person's own word goes before what an order says of the same person.
    """
    lately = [v for v in voices if v.basis is not Basis.NOTHING and timedelta(0) <= now - v.at <= LASTS]
    lately.sort(key=lambda v: (v.tried is None, v.at, v.id), reverse=True)
    people: set[str] = set()
    tried: set[str] = set()
    found = []
    for voice in lately:
        if voice.person in people or voice.tried in tried:
            continue
        people.add(voice.person)
        if voice.tried is not None:
            tried.add(voice.tried)
        found.append(voice)
    return found


def weight(voice: Voice, now: datetime) -> float:
    """3, 1, 0.2 or 0 by its basis, halved every fourteen days."""
    return WEIGHTS[voice.basis] * math.exp2((voice.at - now) / HALF_LIFE)


def shares(voices: Sequence[Voice], now: datetime) -> dict[Code, float]:
    """Each code's part of the weight; empty without a proven voice. Mere words weigh at most as much as the proven."""
    proven: defaultdict[Code, float] = defaultdict(float)
    words: defaultdict[Code, float] = defaultdict(float)
    for voice in sorted(voices, key=lambda v: (v.at, v.id)):
        (proven if voice.basis in PROVEN else words)[voice.code] += weight(voice, now)
    sure, said = sum(proven.values()), sum(words.values())
    if not sure:
        return {}
    scale = min(1.0, sure / said) if said else 0.0
    whole = sure + scale * said
    return {code: (proven[code] + scale * words[code]) / whole for code in Code if proven[code] or words[code]}


def stars(voices: Sequence[Voice], now: datetime) -> float:
    """A weighted mean drawn towards 3 by a prior of weight 6; of proven voices alone."""
    rated = [(weight(v, now), v.stars) for v in voices if v.stars is not None and v.basis in PROVEN]
    # Sorted, so that the sum of floats is the same in whatever order they came.
    total = PRIOR_WEIGHT + sum(sorted(w for w, _ in rated))
    return (PRIOR_WEIGHT * PRIOR_STARS + sum(sorted(w * n for w, n in rated))) / total


def summarise(voices: Collection[Voice], now: datetime) -> Experience | None:
    """What is shown; None under three proven people."""
    counted = heard(voices, now)
    proven = [voice for voice in counted if voice.basis in PROVEN]
    if len(proven) < FEWEST:
        return None
    rated = sum(voice.stars is not None for voice in proven)
    shown = round(stars(counted, now), 1) if rated >= FEWEST else None
    parts = shares(counted, now)
    return Experience(
        tuple(Share(code, percent) for code, percent in percents(parts).items()), len(proven), shown, rated
    )


def percents(parts: Mapping[Code, float]) -> dict[Code, int]:
    """In whole percent that come to 100: the largest remainders are rounded up, codes of 0 left out."""
    exact = {code: Fraction(part) * 100 for code, part in parts.items()}
    whole = {code: int(part) for code, part in exact.items()}
    order = sorted(exact, key=lambda code: (whole[code] - exact[code], list(Code).index(code)))
    for code in order[: 100 - sum(whole.values()) if exact else 0]:
        whole[code] += 1
    return {code: percent for code, percent in sorted(whole.items(), key=lambda each: -each[1]) if percent}
