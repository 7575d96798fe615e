"""Signatures of webhooks, the words of answers, the table of states, and what the settings must say."""

import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from pydantic import SecretStr

from finder.cases.answering import MOST_AHEAD, check_looked_at
from finder.cases.message import MAX_REFERENCE, MAX_TEXT, for_city, heard, read_plate_key
from finder.cases.model import NEXT, WAITING, CaseState
from finder.cases.webhooks import FRESH_S, LEAST_BYTES, MAX_ID, MOST_BYTES, read_secrets, signature, signed, verified
from finder.casework import open_casework
from finder.errors import BadInput, Denied, SettingsError
from finder.identity.audit import Audit
from finder.identity.people import People
from finder.identity.sms import NoSms
from finder.identity.store import Store
from finder.identity.vault import Vault
from finder.kernel.clock import system_clock
from finder.settings import Settings
from finder.storage.database import Database

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
BODY = b'{"type":"case.accepted"}'


def key_text(key: bytes) -> str:
    return "whsec_" + base64.b64encode(key).decode()


def refused(
    headers: Mapping[str, str], body: bytes = BODY, now: datetime = NOW, keys: tuple[bytes, ...] = (KEY,)
) -> str:
    with pytest.raises(Denied) as no:
        verified(keys, headers, body, now)
    return no.value.code


def test_the_signature_is_the_one_of_the_conventions_own_example() -> None:
    (key,) = read_secrets("X", SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    told = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert told == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("skew_s", [-FRESH_S, 0, FRESH_S])
def test_a_message_is_believed_within_five_minutes(skew_s: int) -> None:
    assert verified([OTHER, KEY], signed([KEY], "m1", NOW, BODY), BODY, NOW + timedelta(seconds=skew_s)) == "m1"
    further = timedelta(seconds=skew_s + (1 if skew_s > 0 else -1)) if skew_s else timedelta(days=1)
    assert refused(signed([KEY], "m1", NOW, BODY), now=NOW + further) == "WEBHOOK_STALE"


def test_while_keys_change_either_is_enough() -> None:
    both = signed([OTHER, KEY], "m1", NOW, BODY)
    assert len(both["webhook-signature"].split(" ")) == 2
    assert verified([KEY], both, BODY, NOW) == verified([OTHER], both, BODY, NOW) == "m1"


def test_what_was_changed_or_moved_is_not_believed() -> None:
    good = signed([KEY], "m1", NOW, BODY)
    assert refused(good, BODY + b" ") == "WEBHOOK_SIGNATURE"
    assert refused(good, keys=(OTHER,)) == "WEBHOOK_SIGNATURE"
    assert refused({**good, "webhook-id": "m2"}) == "WEBHOOK_SIGNATURE"
    then = str(int(NOW.timestamp()) + 1)
    assert refused({**good, "webhook-timestamp": then}) == "WEBHOOK_SIGNATURE"
    bare = good["webhook-signature"].removeprefix("v1,")
    for told in (bare, f"v1a,{bare}", "v1,", "签名", " " * 10_000):
        assert refused({**good, "webhook-signature": told}) == "WEBHOOK_SIGNATURE"
    nine = " ".join(["v1,x"] * 8 + [good["webhook-signature"]])
    assert refused({**good, "webhook-signature": nine}) == "WEBHOOK_SIGNATURE"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("webhook-id", each) for each in ("", "a.1", "a\n", "é", "x" * (MAX_ID + 1))),
        *(("webhook-timestamp", each) for each in ("", "now", "-1", "1.5", "١٢٣", "9" * 13)),
        ("webhook-signature", ""),
    ],
)
def test_headers_that_cannot_be_read_are_refused_with_a_remedy(name: str, value: str) -> None:
    assert refused({**signed([KEY], "m1", NOW, BODY), name: value}) == "WEBHOOK_HEADERS"


def test_the_longest_id_is_taken() -> None:
    longest = "x" * MAX_ID
    assert verified([KEY], signed([KEY], longest, NOW, BODY), BODY, NOW) == longest


def test_secrets_have_a_length_and_are_not_repeated_in_the_refusal() -> None:
    least, most = bytes(LEAST_BYTES), bytes(MOST_BYTES)
    assert read_secrets("X", SecretStr(f"{key_text(most)}, {key_text(least)}")) == [most, least]
    for bad in (key_text(bytes(LEAST_BYTES - 1)), key_text(bytes(MOST_BYTES + 1)), "whsec_ü", "", f"{key_text(most)},"):
        with pytest.raises(SettingsError) as no:
            read_secrets("FINDER_X", SecretStr(bad))
        assert "FINDER_X" in no.value.en
        assert not bad or bad not in str(no.value)


def answered(**more: Any) -> bytes:
    data = {"case": "c", "answer": "MOVED"} | more
    told = {"type": "case.answered", "timestamp": "2026-11-25T16:00:00+08:00", "data": data}
    return json.dumps(told).encode()


def test_an_answer_has_its_form_and_its_lengths() -> None:
    most = heard(answered(text="字" * MAX_TEXT, reference="r" * MAX_REFERENCE, lookedAt="2026-11-25T16:00:00Z"))
    assert most.data.text == "字" * MAX_TEXT
    for bad in (
        *(b"", b"null", b"[]", b'{"type":"case.answered"}', answered(answer=None), answered(answer="GONE")),
        *(answered(text="字" * (MAX_TEXT + 1)), answered(reference="r" * (MAX_REFERENCE + 1))),
        *(answered(lookedAt="2026-11-25T16:00:00"), answered(case=1), b"\xff"),
        answered().replace(b"+08:00", b""),
        answered().replace(b"case.answered", b"case.accepted"),
        answered().replace(b"case.answered", b"case.opened"),
    ):
        with pytest.raises(BadInput) as no:
            heard(bad)
        assert no.value.code == "ANSWER_FORM"


@settings(max_examples=40)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    with pytest.raises(BadInput):
        heard(body)


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.sampled_from(("case", "answer", "text", "reference", "lookedAt")),
        st.none() | st.text(max_size=12) | st.integers() | st.sampled_from(("MOVED", "2026-11-25T16:00:00Z", "\0")),
    )
)
def test_no_field_of_an_answer_is_more_than_it_says(more: dict[str, Any]) -> None:
    with suppress(BadInput):
        data = heard(answered(**more)).data
        assert "\0" not in f"{data.case}{data.text}{data.reference}"
        assert data.answer is not None


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(("webhook-id", "webhook-timestamp", "webhook-signature")), st.text()))
def test_whatever_headers_come_nothing_unsigned_is_believed(headers: dict[str, str]) -> None:
    with pytest.raises(Denied):
        verified([KEY], headers, BODY, NOW)


def test_nobody_looks_in_the_future() -> None:
    check_looked_at(None, NOW)
    check_looked_at(NOW + MOST_AHEAD, NOW)
    for bad in (NOW + MOST_AHEAD + timedelta(microseconds=1), NOW.replace(tzinfo=None)):
        with pytest.raises(BadInput) as no:
            check_looked_at(bad, NOW)
        assert no.value.code == "LOOKED_AT"


def test_the_table_of_states_ends_and_each_state_is_in_it() -> None:
    assert set(NEXT) == set(CaseState)
    assert NEXT[CaseState.CLOSED] == frozenset()
    assert all(CaseState.CLOSED in NEXT[state] for state in CaseState if state is not CaseState.CLOSED)
    assert all(CaseState.OPENED not in after for after in NEXT.values())
    assert all(CaseState.ANSWERED in NEXT[state] for state in WAITING)


def test_a_plate_opens_with_the_citys_key_alone_and_names_its_case() -> None:
    mine, another = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    public = json.dumps(mine.as_dict(private=False))
    sealed = for_city(read_plate_key("X", public), "case-1", "晋H12345")
    assert "晋H12345" not in sealed
    plain = jwe.decrypt_compact(sealed, mine).plaintext
    assert plain is not None
    assert json.loads(plain) == {"case": "case-1", "plate": "晋H12345"}
    with pytest.raises(JoseError):
        jwe.decrypt_compact(sealed, another)
    for bad in ("", "{", "[]", "{}", json.dumps(mine.as_dict(private=True)), '{"kty":"oct","k":"AAAA"}'):
        with pytest.raises(SettingsError):
            read_plate_key("X", bad)
    with pytest.raises(SettingsError):
        read_plate_key("X", json.dumps(ECKey.generate_key("P-384").as_dict(private=False)))


@pytest.mark.parametrize(
    ("url", "ours", "theirs", "names"),
    [
        ("https://city.example.com/api", None, key_text(OTHER), "FINDER_CASES_SECRET"),
        ("https://city.example.com/api", key_text(KEY), None, "FINDER_CASES_ANSWER_SECRET"),
        ("https://city.example.com/api", key_text(KEY), key_text(KEY), "must differ"),
        ("http://city.example.com", key_text(KEY), key_text(OTHER), "https"),
        ("https://10.1.2.3", key_text(KEY), key_text(OTHER), "public Internet"),
        ("https://127.0.0.1:8443", key_text(KEY), key_text(OTHER), "public Internet"),
        ("https://user@city.example.com", key_text(KEY), key_text(OTHER), "cannot be read"),
    ],
)
async def test_the_settings_say_what_is_missing(
    tmp_path: Path, url: str, ours: str | None, theirs: str | None, names: str
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'f.sqlite3'}")
    people = People(Store(database, Vault({"k": bytes(32)})), Audit(database, system_clock), NoSms(), system_clock)
    secrets = {"cases_secret": ours, "cases_answer_secret": theirs}
    told = Settings(data_dir=tmp_path, cases_url=url, **{k: SecretStr(v) for k, v in secrets.items() if v})  # type: ignore[arg-type]
    with pytest.raises(SettingsError) as no:
        open_casework(told, database, people)
    assert names in no.value.en
    assert KEY.hex() not in str(no.value)
    both = {"cases_secret": SecretStr(key_text(KEY)), "cases_answer_secret": SecretStr(key_text(OTHER))}
    good = Settings(data_dir=tmp_path, cases_url="https://city.example.com/api", **both)  # type: ignore[arg-type]
    opened = open_casework(good, database, people)
    assert len(opened.routes()) == 1
    await opened.close()
    practising = open_casework(good, database, people, practising=True)
    assert practising.routes() == []  # nobody real is told of stations that do not exist
    await database.close()
