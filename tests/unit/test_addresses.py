"""Addresses that operators give us, in every spelling that leads somewhere it should not."""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from finder.connectors.sdk.addresses import (
    DENIED,
    MAX_ANSWERS,
    MAX_LENGTH,
    AddressRules,
    Resolver,
    addresses_of,
    check_address,
    judge,
    read_address,
    system_resolver,
)
from finder.errors import BadInput

STRICT = AddressRules()
PRACTICE = AddressRules(loopback=True)


def code_of(url: str, rules: AddressRules = STRICT) -> str | None:
    try:
        read_address(url, rules)
    except BadInput as bad:
        return bad.code if bad.zh and bad.en else "SILENT"
    return None


def denied(text: str, rules: AddressRules = STRICT) -> bool:
    try:
        judge(ip_address(text), rules)
    except BadInput as bad:
        return bad.code == "ADDRESS_DENIED"
    return False


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://api.operator.example", "api.operator.example", 443, ""),
        ("https://API.Operator.example/evcs", "api.operator.example", 443, "/evcs"),
        ("https://operator.example:8443/a/b%20c/", "operator.example", 8443, "/a/b%20c/"),
        ("https://xn--fiqs8s.example", "xn--fiqs8s.example", 443, ""),
        ("https://93.184.216.34/", "93.184.216.34", 443, "/"),
        ("https://[2606:2800:0220:1::1]/", "2606:2800:220:1::1", 443, "/"),
    ],
)
def test_a_plain_public_address_is_read(url: str, host: str, port: int, path: str) -> None:
    target = read_address(url, STRICT)
    assert (target.scheme, target.host, target.port, target.path) == ("https", host, port, path)


ODD = [
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "127.0.1",
    "127.0.0.01",
    "0",
    "127.0.0.1.",
    "operator.example.",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "ｏperator.example",
    "中国.example",
    "user@operator.example",
    "user:word@operator.example",
    "operator.example@127.0.0.1",
    "operator.example\\@127.0.0.1",
    "operator.example#@127.0.0.1",
    "operator.example?x=1",
    "operator.example/?x=1",
    "operator.example/#x",
    "operator.example/a b",
    "operator.example/a\\b",
    "operator.example/%zz",
    "oper\tator.example",
    "operator.example\n",
    "operator.example\r\nX: y",
    " operator.example",
    "%6c%6f%63alhost",
    "localhost",
    "metadata",
    "-a.example",
    "a-.example",
    "a..example",
    ".example",
    "a_b.example",
    "a" * 64 + ".example",
    "operator.example:",
    "operator.example:0",
    "operator.example:0443",
    "operator.example:443:443",
    "operator.example:-1",
    "[::1",
    "::1",
    "[fe80::1%25eth0]",
    "[fe80::1%eth0]",
    "[v1.fe80]",
    "[127.0.0.1]",
    "[:::1]",
    "",
]


@pytest.mark.parametrize("host", ODD)
def test_every_odd_spelling_is_refused_before_anything_is_resolved(host: str) -> None:
    for rules in (STRICT, PRACTICE):
        assert code_of(f"https://{host}", rules) == "ADDRESS_FORM"


@pytest.mark.parametrize(
    "url", ["https:/operator.example", "//operator.example", "operator.example", "HTTPS://o.example"]
)
def test_what_is_no_https_address_is_refused(url: str) -> None:
    assert code_of(url) == "ADDRESS_FORM"


@pytest.mark.parametrize("scheme", ["file", "ftp", "gopher", "ws", "data", "javascript", "unix", "http+unix"])
def test_other_schemes_are_refused(scheme: str) -> None:
    assert code_of(f"{scheme}://operator.example/") == "ADDRESS_FORM"


def test_http_is_for_this_machine_and_only_where_the_settings_allow() -> None:
    assert code_of("http://operator.example") == "ADDRESS_SCHEME"
    assert code_of("http://operator.example", PRACTICE) == "ADDRESS_SCHEME"
    assert code_of("http://93.184.216.34", PRACTICE) == "ADDRESS_SCHEME"
    assert code_of("http://127.0.0.1:8100/jinbei") == "ADDRESS_SCHEME"
    assert code_of("http://127.0.0.1:8100/jinbei", PRACTICE) is None
    assert code_of("http://[::1]:8100", PRACTICE) is None
    assert code_of("https://127.0.0.1") == "ADDRESS_DENIED"


def test_ports_are_those_that_are_listed() -> None:
    for port, code in ((443, None), (8443, None), (442, "ADDRESS_PORT"), (22, "ADDRESS_PORT"), (6379, "ADDRESS_PORT")):
        assert code_of(f"https://operator.example:{port}") == code
        assert code_of(f"https://operator.example:{port}", PRACTICE) == code
    own = AddressRules(ports=frozenset({65_535}))
    assert code_of("https://operator.example:65535", own) is None
    assert code_of("https://operator.example:65536", AddressRules(ports=frozenset({65_536}))) == "ADDRESS_PORT"
    assert code_of("https://operator.example", own) == "ADDRESS_PORT"


def test_length_at_its_limit_and_one_past() -> None:
    start = "https://operator.example/"
    assert code_of(start + "a" * (MAX_LENGTH - len(start))) is None
    assert code_of(start + "a" * (MAX_LENGTH - len(start) + 1)) == "ADDRESS_FORM"


@pytest.mark.parametrize(
    "name", ["metadata.google.internal", "printer.local", "a.localhost", "nas.lan", "x.home.arpa", "x.onion", "a.test"]
)
def test_names_of_inner_networks_are_refused(name: str) -> None:
    assert code_of(f"https://{name}") == "ADDRESS_DENIED"


TRAPS = [  # what ipaddress.is_global lets through or is_private misses, and the usual ones
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "::127.0.0.1",
    "::7f00:1",
    "fec0::1",
    "224.0.0.1",
    "ff02::1",
    "192.0.0.192",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "168.63.129.16",
    "fd00:ec2::254",
    "::ffff:127.0.0.1",
    "::ffff:93.184.216.34",
    "::ffff:0:127.0.0.1",
    "64:ff9b:1::1",
    "2001::1",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "4000::1",
    "0.0.0.0",
    "::",
    "::1",
    "10.0.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "192.88.99.1",
    "198.18.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "fe80::1",
    "fc00::1",
]


@pytest.mark.parametrize("text", TRAPS)
def test_an_address_that_no_public_host_has_is_denied(text: str) -> None:
    assert denied(text)
    url = f"https://[{text}]" if ":" in text else f"https://{text}"
    assert code_of(url) == "ADDRESS_DENIED"


@pytest.mark.parametrize(
    "text", ["93.184.216.34", "1.1.1.1", "100.63.255.255", "100.128.0.0", "2606:4700::1111", "240e::1"]
)
def test_a_public_host_is_not(text: str) -> None:
    assert not denied(text)


def test_practice_opens_loopback_and_nothing_else() -> None:
    assert not denied("127.0.0.1", PRACTICE)
    assert not denied("127.255.255.254", PRACTICE)
    assert not denied("::1", PRACTICE)
    for text in TRAPS:
        if text != "::1":
            assert denied(text, PRACTICE)


@given(st.ip_addresses(v=4))
def test_what_is_let_through_is_global_whatever_the_address(ip: IPv4Address) -> None:
    if not denied(str(ip)):
        assert ip.is_global
        assert not ip.is_multicast
        assert not ip.is_reserved


@given(
    st.one_of(st.ip_addresses(v=6), st.ip_addresses(v=6, network="2000::/3"), st.ip_addresses(v=6, network="2001::/16"))
)
def test_what_is_let_through_of_ipv6_carries_no_ipv4_inside(ip: IPv6Address) -> None:
    if not denied(str(ip)):
        assert ip.is_global
        assert ip.ipv4_mapped is None
        assert ip.sixtofour is None
        assert ip.teredo is None


@given(st.data())
def test_every_denied_network_is_denied_to_its_edges(data: st.DataObject) -> None:
    net, _ = data.draw(st.sampled_from(DENIED))
    for ip in (net[0], net[-1], data.draw(st.ip_addresses(network=str(net)))):
        assert denied(str(ip))


def spellings(ip: IPv4Address) -> list[str]:
    """Ways to write an IPv4 address that some parser or resolver understands."""
    a, b, c, d = ip.packed
    whole = int(ip)
    return [
        str(whole),
        hex(whole),
        oct(whole).replace("0o", "0"),
        f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a}.{whole & 0xFFFFFF}",
        f"{a}.{b}.{whole & 0xFFFF}",
        f"{a:#x}.{b}.0{c:o}.{d}",
        f"{ip}.",
        f"0{ip}",
        f"user@{ip}",
        str(ip).translate({ord("0") + n: ord("０") + n for n in range(10)}),
        str(ip).replace(".", "。"),
        str(ip).replace(".", "%2e"),
    ]


@given(st.ip_addresses(v=4))
@example(IPv4Address("169.254.169.254"))
@example(IPv4Address("127.0.0.1"))
def test_an_address_has_one_spelling_and_every_other_is_refused(ip: IPv4Address) -> None:
    for text in spellings(ip):
        assert code_of(f"https://{text}") == "ADDRESS_FORM", text


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_cannot_hide_in_an_ipv6_one(ip: IPv4Address) -> None:
    high, low = int(ip) >> 16, int(ip) & 0xFFFF
    for text in (
        f"::ffff:{ip}",
        f"::{ip}",
        f"64:ff9b::{ip}",
        f"2002:{high:x}:{low:x}::",
        f"::ffff:0:{ip}",
        f"2001::{ip}",
    ):
        assert code_of(f"https://[{text}]") == "ADDRESS_DENIED"


@given(st.text(max_size=60))
@example("a.example\\@b.example")
@example("a.example:443@b.example")
def test_what_is_read_is_read_alike_by_everyone(rest: str) -> None:
    url = f"https://{rest}"
    try:
        target = read_address(url, STRICT)
    except BadInput:
        return
    theirs, python = httpx.URL(url), urlsplit(url)
    assert theirs.host == target.host or ip_address(theirs.host) == target.ip
    assert python.hostname is not None
    assert python.hostname == target.host or ip_address(python.hostname) == target.ip
    assert (theirs.port or 443, python.port or 443) == (target.port, target.port)


@given(
    st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?){1,3}", fullmatch=True),
    st.sampled_from(["", ":443", ":8443"]),
    st.from_regex(r"(/[a-zA-Z0-9._~-]{0,10}){0,3}", fullmatch=True),
)
def test_plain_names_are_read_as_httpx_reads_them(host: str, port: str, path: str) -> None:
    url = f"https://{host}{port}{path}"
    try:
        target = read_address(url, STRICT)
    except BadInput as bad:
        assume(bad.code not in {"ADDRESS_FORM", "ADDRESS_DENIED"})
        raise
    assert httpx.URL(url).host == target.host
    assert (httpx.URL(url).port or 443) == target.port


def answering(*answers: Sequence[str] | Exception) -> tuple[list[str], Resolver]:
    asked: list[str] = []
    left = list(answers)

    async def resolver(host: str, port: int) -> Sequence[str]:
        asked.append(f"{host}:{port}")
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return asked, resolver


async def test_one_bad_answer_among_good_ones_spoils_all() -> None:
    asked, resolver = answering(["93.184.216.34", "10.0.0.1"])
    with pytest.raises(BadInput) as refused:
        await addresses_of("operator.example", 443, STRICT, resolver)
    assert refused.value.code == "ADDRESS_DENIED"
    assert asked == ["operator.example:443"]


async def test_answers_are_taken_once_each_and_up_to_a_number() -> None:
    many = [f"93.184.216.{n}" for n in range(MAX_ANSWERS + 1)]
    _, resolver = answering(["93.184.216.34", "93.184.216.34", "2606:4700::1111"], many, ["not an address"], [])
    found = await addresses_of("operator.example", 443, STRICT, resolver)
    assert [str(ip) for ip in found] == ["93.184.216.34", "2606:4700::1111"]
    assert len(await addresses_of("operator.example", 443, STRICT, resolver)) == MAX_ANSWERS
    for _ in range(2):
        with pytest.raises(OSError, match="no address"):
            await addresses_of("operator.example", 443, STRICT, resolver)


async def test_a_name_without_an_address_is_told_so() -> None:
    _, resolver = answering(socket.gaierror(socket.EAI_NONAME, "unknown"), TimeoutError(), ["93.184.216.34"])
    for _ in range(2):
        with pytest.raises(BadInput) as refused:
            await check_address("https://operator.example", STRICT, resolver)
        assert refused.value.code == "ADDRESS_UNRESOLVED"
    assert (await check_address("https://operator.example/x", STRICT, resolver)).path == "/x"


async def test_the_machines_own_resolver_is_asked() -> None:
    assert "127.0.0.1" in await system_resolver("localhost", 443)
    with pytest.raises(OSError, match="no such name"):
        await asyncio.wait_for(system_resolver("a" * 64 + ".example", 443), 5)
