"""Secrets at rest, credit codes and buckets."""

import base64
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from structlog.testing import capture_logs

from finder.errors import BadInput, SettingsError
from finder.identity.buckets import MemoryBuckets, Rate
from finder.identity.vault import KEY_BYTES, KEY_FILE, Vault, key_of, read_vault, vault_in
from finder.kernel.credit_code import check_character, read_credit_code

ONE, TWO = b"1" * KEY_BYTES, b"2" * KEY_BYTES
CODES = ["914403001922038216", "9144030071526726XG", "91330100799655058B", "91110000802100433B"]
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def b64(key: bytes) -> str:
    return base64.b64encode(key).decode()


@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_is_sealed_opens_in_its_own_place_and_in_no_other(plain: bytes, place: str) -> None:
    vault = Vault({"a": ONE})
    sealed = vault.seal(plain, place)
    assert vault.open(sealed, place) == plain
    assert sealed != vault.seal(plain, place)
    with pytest.raises(SettingsError) as refused:
        vault.open(sealed, place + "x")
    assert refused.value.code == "SECRET_DAMAGED"


@given(st.data())
def test_a_changed_byte_is_noticed_wherever_it_is(data: st.DataObject) -> None:
    vault = Vault({"a": ONE})
    sealed = bytearray(vault.seal(b"data secret", "op-1"))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SettingsError):
        vault.open(bytes(sealed), "op-1")
    with pytest.raises(SettingsError):
        vault.open(bytes(sealed)[:at], "op-1")


def test_keys_rotate_and_the_old_one_still_opens() -> None:
    old = Vault({"a": ONE})
    sealed = old.seal(b"x", "p")
    both = read_vault(SecretStr(f"b:{b64(TWO)}, a:{b64(ONE)}"))
    assert both.open(sealed, "p") == b"x"
    assert (key_of(sealed), key_of(both.seal(b"x", "p"))) == ("a", "b")
    with pytest.raises(SettingsError) as missing:
        Vault({"b": TWO}).open(sealed, "p")
    assert missing.value.code == "SECRET_KEY_MISSING"
    assert "'a'" in missing.value.en


NAMES = ["", "a", "a:", "a:AAAA", f"A:{b64(ONE)}", f":{b64(ONE)}", f"{'a' * 17}:{b64(ONE)}"]
TEXTS = [f"a:{b64(ONE)},a:{b64(TWO)}", f"a:{b64(ONE)},", f"a:{b64(ONE + b'1')}", f"a:{b64(ONE[:-1])}", b64(ONE)]


@pytest.mark.parametrize("keys", [*NAMES, *TEXTS, f"a:{b64(ONE)}!"])
def test_keys_that_cannot_be_used_are_refused_without_being_shown(keys: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_vault(SecretStr(keys))
    assert refused.value.code == "SECRET_KEY"
    assert b64(ONE)[:20] not in str(refused.value)


def test_both_alphabets_of_base64_are_read_and_the_name_may_be_as_long_as_it_may() -> None:
    key = b"\xfb\xff" * 16
    plain, url = base64.b64encode(key).decode(), base64.urlsafe_b64encode(key).decode()
    assert plain != url
    sealed = read_vault(SecretStr(f"{'a' * 16}:{plain}")).seal(b"x", "p")
    assert read_vault(SecretStr(f"{'a' * 16}:{url}")).open(sealed, "p") == b"x"


def test_no_key_and_no_content_is_in_a_vaults_words() -> None:
    vault = Vault({"a": ONE, "b": TWO})
    assert repr(vault) == "Vault(a, b)"
    assert "1111" not in str(vars(vault))


def test_a_key_is_made_once_for_its_owner_alone_and_said_once(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    with capture_logs() as lines:
        first = vault_in(folder)
        second = vault_in(folder)
    assert [line["event"] for line in lines] == ["secret_key_made"]
    path = folder / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().split(":")[1].strip() not in str(lines)
    assert second.open(first.seal(b"x", "p"), "p") == b"x"
    assert [each.name for each in folder.iterdir()] == [KEY_FILE]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    vault_in(tmp_path)
    (tmp_path / KEY_FILE).chmod(mode)
    with pytest.raises(SettingsError) as refused:
        vault_in(tmp_path)
    assert refused.value.code == "SECRET_KEY_OPEN"


@pytest.mark.parametrize("code", CODES)
def test_codes_of_well_known_companies_are_right(code: str) -> None:
    assert read_credit_code(f" {code.lower()} ") == code


@given(st.sampled_from(CODES), st.integers(0, 17), st.sampled_from(LETTERS))
def test_one_wrong_character_is_always_noticed(code: str, at: int, letter: str) -> None:
    wrong = code[:at] + letter + code[at + 1 :]
    if wrong == code:
        assert read_credit_code(wrong) == code
        return
    with pytest.raises(BadInput) as refused:
        read_credit_code(wrong)
    assert refused.value.code == "CREDIT_CODE"


@given(st.sampled_from(CODES), st.integers(0, 16))
def test_two_neighbours_that_changed_places_are_noticed(code: str, at: int) -> None:
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    if swapped != code:
        with pytest.raises(BadInput):
            read_credit_code(swapped)


@pytest.mark.parametrize("text", ["", CODES[0][:-1], CODES[0] + "0", "I" * 18, "O" + CODES[0][1:], "９" + CODES[0][1:]])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_credit_code(text)


def test_the_division_within_a_code_is_six_digits() -> None:
    first = "91A40300192203821"
    with pytest.raises(BadInput):
        read_credit_code(first + check_character(first))


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def taken(buckets: MemoryBuckets, name: str, rate: Rate, times: int) -> list[float]:
    return [await buckets.take(name, rate) for _ in range(times)]


async def test_a_bucket_gives_its_burst_and_then_at_its_rate() -> None:
    time, rate = Time(), Rate(3, 0.5)
    buckets = MemoryBuckets(clock=time)
    assert await taken(buckets, "a", rate, 4) == [0, 0, 0, 2]
    assert await buckets.take("b", rate) == 0  # another's
    time.now = 1.9
    assert await buckets.take("a", rate) == pytest.approx(0.1)
    time.now = 2
    assert await taken(buckets, "a", rate, 2) == [0, 2]
    time.now = 1_000
    assert await taken(buckets, "a", rate, 4) == [0, 0, 0, 2]  # never more than the burst


async def test_a_crowd_of_names_neither_grows_without_end_nor_frees_anyone() -> None:
    time, rate = Time(), Rate(1, 1.0)
    buckets: Any = MemoryBuckets(capacity=3, clock=time)
    assert await taken(buckets, "a", rate, 2) == [0, 1]
    for n in range(100):
        await buckets.take(f"crowd-{n}", rate)
    assert await buckets.take("a", rate) == 1
    assert len(buckets._levels) <= 4
    assert await buckets.take("late", rate) == 1  # shares the bucket of those that found no room
    time.now = 1
    assert await buckets.take("late", rate) == 0  # whoever was full again gave way
