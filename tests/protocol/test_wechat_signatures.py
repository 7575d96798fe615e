"""WeChat Pay's signatures and encryption, against published vectors and at every limit."""

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.errors import ChannelLied, SettingsError
from finder.money.channels import rsa
from finder.money.channels.wechat.config import WechatConfig
from finder.money.channels.wechat.notices import MAX_BYTES, read_notice
from finder.money.channels.wechat.signer import PROBE, WechatAuth, check_signed, decrypt, lines, sign_pages
from tests.protocol import wechat_vectors as published
from tests.protocol.channel_keys import key
from tests.protocol.tcec102_peer import Hand

API_V3_KEY = b"0123456789abcdef0123456789abcdef"


def config(**changes: Any) -> WechatConfig:
    told: dict[str, Any] = {
        "sp_mchid": "1900000001",
        "sp_appid": "wx0000000000000001",
        "service_id": "500001",
        "serial_no": "OURSERIAL",
        "notify_url": "https://finder.example/pay/wechat",
        "private_key": key("ours"),
        "platform_keys": {"PUB_KEY_ID_1": key("wechat").public_key()},
        "api_v3_key": API_V3_KEY,
        "api_v2_key": "v2-secret",
    }
    return WechatConfig(**(told | changes))


def at(stamp: float) -> Hand:
    return Hand(datetime.fromtimestamp(stamp, UTC))


def published_keys(serial: str) -> Mapping[str, Any]:
    return {serial: rsa.public_key(published.PUBLIC_KEY, "published")}


def test_the_published_signature_holds_and_no_other_message_or_signature_does() -> None:
    own = rsa.public_key(published.PUBLIC_KEY, "published")
    assert rsa.signed_by(own, published.MESSAGE, published.SIGNATURE)
    assert not rsa.signed_by(own, b"wrong source", published.SIGNATURE)
    assert not rsa.signed_by(own, b"", published.SIGNATURE)
    for signature in ("", "invalid base64 signature", published.SIGNATURE[:-4], None, 7):
        assert not rsa.signed_by(own, published.MESSAGE, signature)


def test_the_published_callback_is_wechats_own_and_decrypts() -> None:
    keys = published_keys(published.NOTICE_SERIAL)
    check_signed(published.NOTICE_HEADERS, published.NOTICE_BODY, keys, at(published.NOTICE_AT))
    plain = decrypt(
        published.NOTICE_KEY, published.NOTICE_NONCE, published.NOTICE_ASSOCIATED, published.NOTICE_CIPHERTEXT
    )
    assert plain == published.NOTICE_PLAIN


def test_the_published_ciphertext_decrypts_and_a_touched_one_does_not() -> None:
    told = (published.AES_NONCE, published.AES_ASSOCIATED, published.AES_CIPHERTEXT)
    assert decrypt(published.AES_KEY, *told) == published.AES_PLAIN
    for key_, nonce, associated, ciphertext in (
        (b"testAPIv3Key1111", *told),
        (published.AES_KEY, "wCq51qZv4Yfh", *told[1:]),
        (published.AES_KEY, told[0], "other", told[2]),
        (published.AES_KEY, told[0], told[1], "invalid cipher"),
        (published.AES_KEY, told[0], told[1], "SGVsbG8gV29ybGQK"),
        (published.AES_KEY, "", told[1], told[2]),
        (published.AES_KEY, told[0], told[1], None),
    ):
        with pytest.raises(ChannelLied):
            decrypt(key_, nonce, associated, ciphertext)


def test_a_resource_under_a_key_of_32_bytes_decrypts() -> None:
    sealed = AESGCM(API_V3_KEY).encrypt(b"nonce-of-12b", "充电".encode(), b"payscore")
    assert decrypt(API_V3_KEY, "nonce-of-12b", "payscore", base64.b64encode(sealed).decode()) == "充电".encode()


def test_the_lines_are_the_published_ones() -> None:
    told = ("1624523846", "A1B2C3D4E5F6G7")
    assert lines("POST", b"/v3/certificates", *told, b"Hello World!\n") == published.FIVE_LINES_WITH_BODY
    assert lines("GET", b"/v3/certificates", *told, b"") == published.FIVE_LINES_WITHOUT


def test_a_request_is_signed_over_the_bytes_that_are_sent() -> None:
    body = '{"a":"充电 \\n"}'.encode()
    request = httpx.Request("POST", "https://api.example/v3/x?b=%E5%85%85&c=1", content=body)
    signed = next(WechatAuth(config(), at(1_700_000_000)).auth_flow(request))
    scheme, _, rest = signed.headers["authorization"].partition(" ")
    told = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    assert scheme == "WECHATPAY2-SHA256-RSA2048"
    assert (told["mchid"], told["serial_no"], told["timestamp"]) == ("1900000001", "OURSERIAL", "1700000000")
    assert signed.headers["wechatpay-serial"] == "PUB_KEY_ID_1"
    message = b"POST\n/v3/x?b=%E5%85%85&c=1\n1700000000\n" + told["nonce_str"].encode() + b"\n" + body + b"\n"
    assert rsa.signed_by(key("ours").public_key(), message, told["signature"])


async def test_an_async_client_signs_its_bodies_too() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        await client.post("https://api.example/v3/x", json={"a": 1}, auth=WechatAuth(config(), at(1_700_000_000)))
    told = dict(re.findall(r'(\w+)="([^"]*)"', seen[0].headers["authorization"]))
    message = lines("POST", "/v3/x", told["timestamp"], told["nonce_str"], seen[0].content)
    assert seen[0].content
    assert rsa.signed_by(key("ours").public_key(), message, told["signature"])


def signed(body: bytes, stamp: int, **changes: str) -> dict[str, str]:
    headers = {
        "wechatpay-timestamp": str(stamp),
        "wechatpay-nonce": "n",
        "wechatpay-serial": "PUB_KEY_ID_1",
        "wechatpay-signature": rsa.sign(key("wechat"), lines(str(stamp), "n", body)),
    }
    return headers | changes


@pytest.mark.parametrize("skew", [-300, 0, 300])
def test_a_signature_is_fresh_for_five_minutes(skew: int) -> None:
    check_signed(signed(b"{}", 1_700_000_000), b"{}", config().platform_keys, at(1_700_000_000 + skew))


@pytest.mark.parametrize("skew", [-301, 301])
def test_a_signature_is_stale_a_second_later(skew: int) -> None:
    with pytest.raises(ChannelLied) as lied:
        check_signed(signed(b"{}", 1_700_000_000), b"{}", config().platform_keys, at(1_700_000_000 + skew))
    assert lied.value.code == "STALE"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"wechatpay-signature": PROBE + "abc"}, "SIGNATURE"),
        ({"wechatpay-signature": ""}, "SIGNATURE"),
        ({"wechatpay-nonce": "m"}, "SIGNATURE"),
        ({"wechatpay-serial": "PUB_KEY_ID_2"}, "SERIAL"),
        ({"wechatpay-serial": ""}, "SERIAL"),
        ({"wechatpay-timestamp": ""}, "TIMESTAMP"),
        ({"wechatpay-timestamp": "1e9"}, "TIMESTAMP"),
        ({"wechatpay-timestamp": "１７００００００００"}, "TIMESTAMP"),
        ({"wechatpay-timestamp": "9" * 13}, "TIMESTAMP"),
    ],
)
def test_whatever_is_not_wechats_signature_is_a_lie(changes: dict[str, str], code: str) -> None:
    with pytest.raises(ChannelLied) as lied:
        check_signed(signed(b"{}", 1_700_000_000, **changes), b"{}", config().platform_keys, at(1_700_000_000))
    assert lied.value.code == code


def test_a_callback_of_the_most_bytes_is_looked_at_and_one_more_is_not() -> None:
    for size, code in ((MAX_BYTES, "SERIAL"), (MAX_BYTES + 1, "NOTICE_TOO_LARGE")):
        with pytest.raises(ChannelLied) as lied:
            read_notice({}, b"x" * size, config(), at(1_700_000_000))
        assert lied.value.code == code


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from([*published.NOTICE_HEADERS]), st.text(max_size=20)), st.binary(max_size=200))
def test_whatever_comes_as_a_callback_is_a_lie_and_nothing_else(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(ChannelLied):
        read_notice(headers, body, config(), at(1_700_000_000))


def test_an_account_needs_its_keys_whole() -> None:
    wrongs: list[dict[str, Any]] = [
        {"api_v3_key": b"x" * 31},
        {"api_v3_key": b"x" * 33},
        {"platform_keys": {}},
        {"risk_fund": "X"},
    ]
    for wrong in wrongs:
        with pytest.raises(ValueError, match=r"."):
            config(**wrong)


def test_no_secret_is_in_an_accounts_repr_or_in_an_error_about_a_key() -> None:
    text = repr(config())
    assert "v2-secret" not in text
    assert API_V3_KEY.decode() not in text
    for read in (rsa.private_key, rsa.public_key):
        with pytest.raises(SettingsError) as refused:
            read("c2VjcmV0LW1hdGVyaWFs", "FINDER_WECHAT_PRIVATE_KEY")
        assert "c2Vj" not in str(refused.value)
        assert "FINDER_WECHAT_PRIVATE_KEY" in refused.value.en


def test_the_pages_signature_is_an_upper_case_hmac_that_depends_on_every_field() -> None:
    fields = {"mch_id": "1", "package": "p", "timestamp": "2"}
    one = sign_pages(config(), fields)
    assert re.fullmatch(r"[0-9A-F]{64}", one)
    assert one == sign_pages(config(), dict(reversed(fields.items())))
    assert len({sign_pages(config(), fields | {name: "x"}) for name in fields} | {one}) == 4
