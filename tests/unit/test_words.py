"""Names and questions brought to one form, and how they may be typed in letters."""

import pytest

from finder.errors import BadInput
from finder.stations.words import grams, normal, pinyin, query_words, station_words
from tests.contract.index_engines import station


@pytest.mark.parametrize(
    ("written", "one_form"),
    [
        ("ＡＢｃ１２", "abc12"),
        ("Straße", "strasse"),
        ("忻州 东站", "忻州东站"),
        (" a\t\u3000b\u00a0c ", "abc"),
        ("a\u200bb\x01\ud800c", "abc"),
        ("①㎾", "1kw"),
        ("e\u0301", "é"),
        ("İ", "i̇"),
    ],
)
def test_one_form(written: str, one_form: str) -> None:
    assert normal(written) == one_form
    assert normal(one_form) == one_form


@pytest.mark.parametrize(
    ("text", "full", "initials"),
    [
        ("忻州东站", "xinzhoudongzhan", "xzdz"),
        ("国网a区12号", "guowangaqu12hao", "gwaq12h"),
        ("长治", "changzhi", "cz"),
        ("山西长治站", "shanxichangzhizhan", "sxczz"),
        ("繁峙县", "fanshixian", "fsx"),
        ("重庆", "chongqing", "cq"),
        ("吕梁", "lvliang", "ll"),
        ("abc", "abc", "abc"),
        ("", "", ""),
    ],
)
def test_pinyin(text: str, full: str, initials: str) -> None:
    assert pinyin(text) == (full, initials)


def test_a_question_has_each_word_once() -> None:
    assert query_words("  忻州 ＸＺ\u3000xz 忻州") == ("忻州", "xz")


@pytest.mark.parametrize("text", ["", "  ", "\u200b \x01", "站" * 201])
def test_a_question_without_words_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        query_words(text)
    assert refused.value.code == "TEXT_LENGTH"
    assert query_words("站" * 200) == ("站" * 200,)


def test_the_worst_word_ranks_the_station() -> None:
    words = station_words(station(name="忻州东站", operator_name="特来电", address="府东街"))
    ranks = {
        "忻州": 0,
        "东站": 1,
        "xzdz": 2,
        "dongzhan": 2,
        "特来": 3,
        "tld": 3,
        "fudong": 3,
        "站特": None,  # words do not reach from one text into the next
    }
    assert {word: words.rank((word,)) for word in ranks} == ranks
    assert words.rank(("忻州", "东站", "xz")) == 2
    assert words.rank(("忻州", "nowhere")) is None


def test_pairs_of_characters() -> None:
    assert grams("abcb") == ["ab", "bc", "cb"]
    assert grams("😀站") == ["😀站"]
    assert grams("a") == grams("") == []
