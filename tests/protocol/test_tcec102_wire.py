"""The envelope against the published examples, and each of its limits."""

import json
from typing import Any

import pytest

from finder.connectors.tcec102.wire import (
    BadEnvelope,
    Credentials,
    Request,
    Response,
    decrypt,
    encrypt,
    parse,
    signature,
    signed_by,
)
from tests.protocol.tcec102_vectors import OPERATOR, REQUESTS, RESPONSES, SECRET

KEYS = Credentials(SECRET, SECRET, SECRET, SECRET)


@pytest.mark.parametrize(("interface", "stamp", "seq", "data", "sig", "plain"), REQUESTS, ids=[r[0] for r in REQUESTS])
def test_a_published_request_is_read_and_written_alike(
    interface: str, stamp: str, seq: str, data: str, sig: str, plain: str | None
) -> None:
    read = Request.read({"OperatorID": OPERATOR, "Data": data, "TimeStamp": stamp, "Seq": seq, "Sig": sig})
    assert read.signed_by(KEYS)
    text = decrypt(data, KEYS)
    if plain is None:
        assert len(text) == 269
    else:
        assert text.decode() == plain
    assert Request.seal(OPERATOR, text, stamp, seq, KEYS) == read


@pytest.mark.parametrize(("interface", "ret", "msg", "data", "sig", "plain"), RESPONSES, ids=[r[0] for r in RESPONSES])
def test_a_published_response_is_read_and_written_alike(
    interface: str, ret: int, msg: str, data: str, sig: str, plain: str
) -> None:
    read = Response.read({"Ret": str(ret), "Msg": msg, "Data": data, "Sig": sig})
    assert read.signed_by(KEYS)
    assert decrypt(data, KEYS).decode() == plain
    assert Response.seal(ret, msg, plain.encode(), KEYS) == read


def test_a_signature_is_sent_in_upper_case_and_taken_in_either() -> None:
    sig = signature("text", KEYS)
    assert sig == sig.upper()
    assert signed_by("text", sig.lower(), KEYS)
    assert not signed_by("texu", sig, KEYS)


@pytest.mark.parametrize("sig", [None, 7, "", "A" * 31, "A" * 33, "é" * 32, "A" * 32])
def test_what_is_no_signature_does_not_hold(sig: object) -> None:
    assert not signed_by("text", sig, KEYS)


def envelope(**changes: Any) -> dict[str, Any]:
    fields = json.loads(Request.seal(OPERATOR, b"{}", "20261124120000", "0001", KEYS).to_json())
    return {**fields, **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"OperatorID": "12345678"},
        {"OperatorID": "1234567890"},
        {"TimeStamp": "2026112412000"},
        {"TimeStamp": "202611241200000"},
        {"TimeStamp": "2026112412000٣"},
        {"Seq": "001"},
        {"Seq": "00001"},
        {"Seq": 1},
        {"Data": ""},
        {"Data": {"a": 1}},
        {"Sig": "A" * 31},
    ],
)
def test_a_field_one_off_its_length_is_refused_before_the_signature(changes: dict[str, Any]) -> None:
    Request.read(envelope())
    with pytest.raises(BadEnvelope) as refused:
        Request.read(envelope(**changes))
    assert refused.value.ret == 4003


def test_borders_moved_between_fields_sign_alike_and_are_refused() -> None:
    good = Request.read(envelope())
    moved = envelope(Data=good.data + good.timestamp[:1], TimeStamp=good.timestamp[1:] + good.seq[:1], Seq=good.seq[1:])
    joined = moved["OperatorID"] + moved["Data"] + moved["TimeStamp"] + moved["Seq"]
    assert signed_by(joined, good.sig, KEYS)
    with pytest.raises(BadEnvelope):
        Request.read(moved)


def test_keys_are_read_in_any_case() -> None:
    lower = {key[0].lower() + key[1:]: value for key, value in envelope().items()}
    assert Request.read(lower).signed_by(KEYS)


@pytest.mark.parametrize("data", ["!", "QUJD", "A" * 24, "中文"])
def test_data_that_does_not_decrypt_is_named(data: str) -> None:
    with pytest.raises(BadEnvelope) as refused:
        decrypt(data, KEYS)
    assert refused.value.code == "DATA_UNDECRYPTABLE"


@pytest.mark.parametrize("raw", [b"", b"\xff", b"{", b"[" * 200_000, "9" * 5000])
def test_what_is_no_json_is_named(raw: bytes | str) -> None:
    with pytest.raises(BadEnvelope):
        parse(raw)


@pytest.mark.parametrize("message", [None, 3, [], "x"])
def test_an_envelope_that_is_no_object_is_named(message: object) -> None:
    for kind in (Request, Response):
        with pytest.raises(BadEnvelope):
            kind.read(message)


def test_secrets_are_never_printed_and_must_fit_the_cipher() -> None:
    assert SECRET not in repr(KEYS)
    with pytest.raises(ValueError, match="16 ASCII"):
        Credentials(SECRET, SECRET[:15], SECRET, SECRET)
    with pytest.raises(ValueError, match="16 ASCII"):
        Credentials(SECRET, SECRET, SECRET + "x", SECRET)


def test_encryption_round_trips_any_length() -> None:
    for length in (0, 1, 15, 16, 17, 1000):
        assert decrypt(encrypt(b"x" * length, KEYS), KEYS) == b"x" * length
