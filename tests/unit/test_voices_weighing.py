"""What is shown of a station, as a formula: by properties, and against an exact reckoning by other means."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.voices.model import Basis, Code, Share, Voice
from finder.voices.weighing import HALF_LIFE, LASTS, PROVEN, WEIGHTS, heard, percents, shares, stars, summarise, weight

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
ages = st.integers(0, 60 * 24).map(lambda hours: timedelta(hours=hours))
stars_given = st.none() | st.integers(1, 5)


@st.composite
def voice(draw: st.DrawFn, person: str | None = None) -> Voice:
    who = person or f"p{draw(st.integers(0, 12))}"
    return Voice(
        f"{draw(st.integers(0, 10**9)):010}",
        who,
        NOW - draw(ages),
        draw(st.sampled_from(Code)),
        draw(st.sampled_from(Basis)),
        draw(stars_given),
    )


many = st.lists(voice(), max_size=30, unique_by=lambda v: v.id)


def one(code: Code, basis: Basis, person: str, *, days: float = 0, stars: int | None = None) -> Voice:
    return Voice(person, person, NOW - timedelta(days=days), code, basis, stars)


@given(many, st.randoms(use_true_random=False))
def test_the_order_in_which_voices_come_does_not_matter(voices: list[Voice], random: object) -> None:
    before = summarise(voices, NOW)
    random.shuffle(voices)  # type: ignore[attr-defined]
    assert summarise(voices, NOW) == before


@given(many, voice(person="new"))
def test_another_persons_voice_never_lowers_the_share_of_what_it_says(voices: list[Voice], more: Voice) -> None:
    before = shares(heard(voices, NOW), NOW).get(more.code, 0.0)
    after = shares(heard([*voices, more], NOW), NOW).get(more.code, 0.0)
    assert after >= before - 1e-12


@given(many, voice(person="p0"), voice(person="p0"))
def test_one_person_does_not_move_it_twice(voices: list[Voice], first: Voice, second: Voice) -> None:
    counted = heard([*voices, first, second], NOW)
    assert len([v for v in counted if v.person == "p0"]) <= 1
    assert len({v.person for v in counted}) == len(counted)


@given(many, st.lists(voice(), max_size=60))
def test_accounts_behind_which_nothing_stands_change_nothing(voices: list[Voice], crowd: list[Voice]) -> None:
    bare = [Voice(f"c{n}", f"c{n}", v.at, v.code, Basis.NOTHING, v.stars) for n, v in enumerate(crowd)]
    assert summarise([*voices, *bare], NOW) == summarise(voices, NOW)


@given(many, st.lists(voice(), max_size=60))
def test_mere_words_never_weigh_more_than_what_is_proven(voices: list[Voice], crowd: list[Voice]) -> None:
    proven = [v for v in voices if v.basis in PROVEN]
    words = [Voice(f"w{n}", f"w{n}", v.at, v.code, Basis.WORD, v.stars) for n, v in enumerate(crowd)]
    alone, crowded = shares(heard(proven, NOW), NOW), shares(heard([*proven, *words], NOW), NOW)
    assert bool(alone) == bool(crowded)
    assert all(crowded.get(code, 0.0) >= part / 2 - 1e-12 for code, part in alone.items())
    assert stars(heard(proven, NOW), NOW) == stars(heard([*proven, *words], NOW), NOW)


@given(many)
def test_what_is_shown_comes_to_a_hundred(voices: list[Voice]) -> None:
    found = summarise(voices, NOW)
    if found is not None:
        assert sum(share.percent for share in found.shares) == 100
        assert found.voices >= 3
        assert found.stars is None or 1 <= found.stars <= 5


@given(st.lists(st.tuples(st.sampled_from(Code), st.sampled_from(sorted(PROVEN)), st.integers(0, 4), stars_given)))
def test_it_is_the_formula_of_the_documentation(said: list[tuple[Code, Basis, int, int | None]]) -> None:
    """In fractions, where ages are whole half-lives."""
    voices = [
        Voice(f"{n}", f"{n}", NOW - halves * HALF_LIFE, code, basis, given_)
        for n, (code, basis, halves, given_) in enumerate(said)
    ]
    weights = [Fraction(3 if v.basis is Basis.SESSION else 1) / 2 ** (s[2]) for v, s in zip(voices, said, strict=True)]
    told = shares(heard(voices, NOW), NOW)
    for code in told:
        exact = sum(w for v, w in zip(voices, weights, strict=True) if v.code is code) / sum(weights)
        assert told[code] == pytest.approx(float(exact))
    rated = [(w, v.stars) for v, w in zip(voices, weights, strict=True) if v.stars is not None]
    exact = (18 + sum(w * n for w, n in rated)) / (6 + sum(w for w, _ in rated))
    assert stars(heard(voices, NOW), NOW) == pytest.approx(float(exact))


def test_a_voice_halves_in_fourteen_days_and_is_silent_after_sixty() -> None:
    fresh, old = one(Code.SLOW, Basis.SESSION, "a"), one(Code.SLOW, Basis.SESSION, "a", days=14)
    assert (weight(fresh, NOW), weight(old, NOW)) == (3.0, 1.5)
    assert [WEIGHTS[basis] for basis in Basis] == [3.0, 1.0, 0.2, 0.0]
    last = Voice("a", "a", NOW - LASTS, Code.SLOW, Basis.SESSION)
    assert heard([last], NOW) == [last]
    assert heard([Voice("a", "a", NOW - LASTS - timedelta(microseconds=1), Code.SLOW, Basis.SESSION)], NOW) == []


def test_the_example_of_the_documentation() -> None:
    voices = [
        one(Code.CHARGED, Basis.SESSION, "a", stars=5),
        one(Code.CHARGED, Basis.SESSION, "b", days=14, stars=4),
        one(Code.WOULD_NOT_START, Basis.PLACE, "c", stars=1),
        one(Code.SLOW, Basis.WORD, "d"),
    ]
    found = summarise(voices, NOW)
    assert found is not None
    # Weights 3, 1.5, 1 and 0.2 of 5.7; stars (6 x 3 + 15 + 6 + 1) / 11.5.
    assert found.shares == (
        Share(Code.CHARGED, 79), Share(Code.WOULD_NOT_START, 18), Share(Code.SLOW, 3)
    )  # fmt: skip
    assert (found.voices, found.stars) == (3, 3.5)
    assert summarise(voices[:2] + voices[3:], NOW) is None


def test_parts_are_rounded_so_that_they_come_to_a_hundred() -> None:
    third = 1 / 3
    assert percents({Code.CHARGED: third, Code.SLOW: third, Code.NOT_FOUND: third}) == {
        Code.CHARGED: 34, Code.SLOW: 33, Code.NOT_FOUND: 33
    }  # fmt: skip
    assert percents({}) == {}
    assert percents({Code.CHARGED: 0.999, Code.SLOW: 0.001}) == {Code.CHARGED: 100}
