"""Addresses that operators give us: read strictly, resolved once, and judged by a list."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NoReturn, TypeAlias

from finder.errors import BadInput

IPAddress: TypeAlias = IPv4Address | IPv6Address
Resolver: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]  # a name's addresses as text; raises OSError

MAX_LENGTH = 2_048
MAX_ANSWERS = 16
PORTS = frozenset({443, 8443})

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?(?P<path>(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*)"
)
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # what a URL parser takes for the end of an IPv4 address
_HERE = frozenset({"localhost", "local", "internal", "intranet", "lan", "home.arpa", "onion", "invalid", "test", "alt"})

# What the world's registries set aside, and what clouds answer on; `ipaddress.is_global` misses a good part of it.
_DENIED: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "this network"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "carrier-grade NAT"),
    ("127.0.0.0/8", "loopback"),
    ("168.63.129.16/32", "cloud metadata"),
    ("169.254.0.0/16", "link-local and cloud metadata"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "protocol assignments and cloud metadata"),
    ("192.0.2.0/24", "documentation"),
    ("192.31.196.0/24", "AS112"),
    ("192.52.193.0/24", "AMT"),
    ("192.88.99.0/24", "6to4 relay"),
    ("192.168.0.0/16", "private"),
    ("192.175.48.0/24", "AS112"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved and broadcast"),
    ("::1/128", "loopback"),
    ("::ffff:0:0/96", "IPv4 mapped into IPv6"),
    ("::/96", "IPv4 compatible"),
    ("::/8", "reserved, IPv4 translated"),
    ("64:ff9b::/96", "NAT64"),
    ("64:ff9b:1::/48", "local NAT64"),
    ("100::/8", "discard only"),
    ("2001::/23", "Teredo, ORCHID and other protocols"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("2620:4f:8000::/48", "AS112"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "segment routing"),
    ("fc00::/7", "unique local and cloud metadata"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)
DENIED: tuple[tuple[IPv4Network | IPv6Network, str], ...] = tuple((ip_network(net), why) for net, why in _DENIED)
_GIVEN_OUT = IPv6Network("2000::/3")  # all the IPv6 space that hosts of the Internet have


@dataclass(frozen=True, slots=True)
class AddressRules:
    """What is let through. `loopback` adds this machine's own addresses, by http and at any port: for practice only."""

    ports: frozenset[int] = PORTS
    loopback: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads: the name in lower case or the address in its one canonical spelling, without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def ip(self) -> IPAddress | None:
        """The address, where the URL has one in place of a name."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None


def read_address(url: str, rules: AddressRules) -> Target:
    """Reads a URL that has nothing but scheme, host, port and path, each in its plainest spelling.

    Raises BadInput: ADDRESS_FORM for the spelling, ADDRESS_SCHEME, ADDRESS_PORT, ADDRESS_DENIED.
    """
    found = _URL.fullmatch(url) if len(url) <= MAX_LENGTH else None
    if found is None:
        _form()
    scheme, port = found["scheme"], int(found["port"] or (443 if found["scheme"] == "https" else 80))
    host = _host(found["host"].lower())
    target = Target(scheme, host, port, found["path"])
    ip = target.ip
    here = rules.loopback and ip is not None and ip.is_loopback
    if scheme != "https" and not here:
        raise BadInput("地址必须使用 https", "the address must use https", code="ADDRESS_SCHEME")
    if port > 65_535 or (port not in rules.ports and not here):
        allowed = ", ".join(map(str, sorted(rules.ports)))
        raise BadInput(
            f"端口 {port} 不在允许之列（{allowed}），请改用允许的端口或联系平台",
            f"port {port} is not allowed ({allowed}): use one of these or ask the platform",
            code="ADDRESS_PORT",
        )
    if ip is not None:
        judge(ip, rules)
    return target


def judge(ip: IPAddress, rules: AddressRules) -> None:
    """Whether a host of the public Internet may have this address. Raises BadInput, ADDRESS_DENIED."""
    if rules.loopback and ip.is_loopback and getattr(ip, "ipv4_mapped", None) is None:
        return
    why = next((why for net, why in DENIED if ip.version == net.version and ip in net), None)
    if why is None and isinstance(ip, IPv6Address) and ip not in _GIVEN_OUT:
        why = "not given out"
    if why is not None:
        raise BadInput(
            f"地址 {ip} 不是公网地址（{why}），请使用公网可达的地址",
            f"{ip} is no address of the public Internet ({why}): give one that is",
            code="ADDRESS_DENIED",
        )


async def system_resolver(host: str, port: int) -> list[str]:
    """What this machine's resolver answers. Raises OSError."""
    ask = asyncio.get_running_loop().getaddrinfo
    try:
        infos = await ask(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except UnicodeError as odd:  # Python's own codec of names comes before the resolver
        raise socket.gaierror(socket.EAI_NONAME, "no such name") from odd
    return [str(info[4][0]) for info in infos]


async def addresses_of(host: str, port: int, rules: AddressRules, resolver: Resolver) -> list[IPAddress]:
    """The addresses behind a host, each once; asks the resolver exactly once, and not at all for an address.

    Raises BadInput (ADDRESS_DENIED) where any of them is denied: a name that leads both outside and inside is a
    trap. Raises OSError where there is no answer.
    """
    literal = Target("https", host, port, "").ip
    told = [host] if literal is not None else list(await resolver(host, port))
    if not told:
        raise socket.gaierror(socket.EAI_NONAME, "no address")
    found: list[IPAddress] = []
    for text in dict.fromkeys(told[:MAX_ANSWERS]):
        try:
            ip = ip_address(text)
        except ValueError:
            raise socket.gaierror(socket.EAI_NONAME, "no address") from None
        judge(ip, rules)
        found.append(ip)
    return found


async def check_address(url: str, rules: AddressRules, resolver: Resolver = system_resolver) -> Target:
    """Reads a URL and looks where it leads now. What it leads to later is judged again at each connection.

    Raises BadInput, with ADDRESS_UNRESOLVED where its name has no address.
    """
    target = read_address(url, rules)
    try:
        async with asyncio.timeout(5):
            await addresses_of(target.host, target.port, rules, resolver)
    except OSError as lost:  # a TimeoutError is one too
        raise BadInput(
            f"域名 {target.host} 无法解析，请核对地址与 DNS",
            f"the name {target.host} has no address: check it and its DNS",
            code="ADDRESS_UNRESOLVED",
        ) from lost
    return target


def _host(host: str) -> str:
    if host.startswith("["):
        try:
            return str(IPv6Address(host[1:-1]))
        except ValueError:
            _form()
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(IPv4Address(host))  # four decimal numbers without leading zeros, and nothing else
        except ValueError:
            _form()
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        _form()
    if labels[-1] in _HERE or ".".join(labels[-2:]) in _HERE:
        raise BadInput(
            f"域名 {host} 只在内部网络有意义，请使用公网域名",
            f"the name {host} means something only inside a network: give a public one",
            code="ADDRESS_DENIED",
        )
    return host


def _form() -> NoReturn:
    raise BadInput(
        "地址格式有误：应为 https://域名[:端口][/路径]，只用 ASCII（中文域名写作 xn--…），"
        "不含账号、查询串、片段和结尾的点",
        "the address cannot be read: write https://name[:port][/path] in ASCII (xn--… for other letters), without "
        "user, query, fragment or a dot at the end",
        code="ADDRESS_FORM",
    )
