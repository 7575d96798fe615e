import pytest

from finder.connectors.sdk.signing import Encoding, hmac_sha256


def test_a_signature_is_that_of_rfc_4231() -> None:
    # Test case 2 of RFC 4231.
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert hmac_sha256("Jefe", "what do ya want ", "for nothing?", joined_by="") == expected


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("hex", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        ("HEX", "5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843"),
        ("base64", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="),
    ],
)
def test_each_encoding_has_its_form(encoding: Encoding, expected: str) -> None:
    assert hmac_sha256("Jefe", "what do ya want for nothing?", encoding=encoding) == expected


def test_parts_are_joined_by_line_feeds() -> None:
    assert hmac_sha256("k", "GET", "/忻州") == hmac_sha256("k", "GET\n/忻州")
    assert hmac_sha256("k", "GET", "/忻州") != hmac_sha256("k", "GET/忻州")
