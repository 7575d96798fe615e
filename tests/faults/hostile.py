"""Hostile T/CEC 102 messages, made from valid ones: each is wrong in a way that must leave no trace."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from finder.connectors.tcec102 import Credentials
from finder.connectors.tcec102.wire import encrypt, signature
from finder.kernel.clock import SHANGHAI, system_clock

STRANGER = Credentials("another-secret", "s" * 16, "t" * 16, "another-signing")
_STAMP = "%Y%m%d%H%M%S"
# At the ends of what Python, JSON and a careless reader take.
NUMBERS = st.sampled_from([-1, 10**400, -(10**30), float("nan"), float("inf"), 1e308, True, "1e5", "٣", "NaN", " "])
ROTTEN = NUMBERS | st.sampled_from([None, "", [], {}, "x" * 65, "a\nb", "\x00", "\ud800", "x" * 5_000, [[]], {"a": {}}])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | NUMBERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@dataclass(frozen=True)
class Attack:
    """One POST; shown short, since some are of a hundred kilobytes."""

    interface: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"{self.interface[:40]} {self.body[:200]!r} ({len(self.body)} bytes)"


@dataclass(frozen=True)
class Envelope:
    """A valid one, to be spoilt."""

    operator_id: str
    data: str
    timestamp: str
    seq: str
    keys: Credentials

    def fields(self, **wrong: Any) -> dict[str, Any]:
        """Signed as it is; what is `wrong` is put in afterwards."""
        sig = signature(self.operator_id + self.data + self.timestamp + self.seq, self.keys)
        told = {"OperatorID": self.operator_id, "Data": self.data, "TimeStamp": self.timestamp, "Seq": self.seq}
        return told | {"Sig": sig} | wrong


@dataclass
class Forge:
    """One side's keys and token, a valid body for each interface, and which fields of it make it worthless."""

    peer_id: str
    keys: Credentials
    bodies: dict[str, dict[str, Any]]
    spoils: dict[str, tuple[tuple[str, ...], ...]]  # paths in the body
    token: str = ""
    taken: list[Attack] = field(default_factory=list)  # what was taken already, to be sent again
    _seq: int = 0

    def envelope(self, plain: bytes, **off: float) -> Envelope:
        self._seq = self._seq % 9_999 + 1
        stamp = (system_clock() + timedelta(**off)).astimezone(SHANGHAI).strftime(_STAMP)
        return Envelope(self.peer_id, encrypt(plain, self.keys), stamp, f"{self._seq:04d}", self.keys)

    def attack(self, interface: str, body: bytes | dict[str, Any], token: str | None = None) -> Attack:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        bearer = self.token if token is None else token
        return Attack(interface, raw, {"authorization": f"Bearer {bearer}".strip(), "content-type": "application/json"})

    def valid(self, interface: str, body: object = None) -> Attack:
        """The real thing."""
        plain = json.dumps(self.bodies[interface] if body is None else body).encode()
        return self.attack(interface, self.envelope(plain).fields())


def attacks(forge: Forge) -> st.SearchStrategy[Attack]:
    """Every kind, about equally often."""
    interfaces = st.sampled_from(sorted(forge.bodies))

    def of(change: Callable[[str, Any], Attack], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Attack]:
        return st.tuples(interfaces, values).map(lambda both: change(*both))

    def fresh(interface: str, **off: float) -> Envelope:
        return forge.envelope(json.dumps(forge.bodies[interface]).encode(), **off)

    def field_wrong(interface: str, wrong: tuple[str, Any]) -> Attack:
        name, value = wrong
        return forge.attack(interface, fresh(interface).fields(**{name: value}))

    def cut(interface: str, share: float) -> Attack:
        raw = json.dumps(fresh(interface).fields()).encode()
        return forge.attack(interface, raw[: int(share * (len(raw) - 1))])

    def shifted(interface: str, by: int) -> Attack:
        """The border between two fields moves: the signed text stays the same."""
        e = fresh(interface)
        moved = {"OperatorID": e.operator_id + e.data[:by], "Data": e.data[by:]}
        return forge.attack(interface, e.fields(**moved))

    def nonsense(interface: str, plain: bytes) -> Attack:
        return forge.attack(interface, forge.envelope(plain).fields())

    def blocks(interface: str, raw: bytes) -> Attack:
        """Signed, and not what AES gave: no whole blocks, or a padding that is none."""
        e = replace(fresh(interface), data=base64.b64encode(raw).decode() or "=")
        return forge.attack(interface, e.fields())

    def no_base64(interface: str, data: str) -> Attack:
        return forge.attack(interface, replace(fresh(interface), data=data).fields())

    def at_another_time(interface: str, seconds: int) -> Attack:
        return forge.attack(interface, fresh(interface, seconds=seconds).fields())

    def no_time(interface: str, stamp: str) -> Attack:
        return forge.attack(interface, replace(fresh(interface), timestamp=stamp).fields())

    def seq_wrong(interface: str, seq: str) -> Attack:
        return forge.attack(interface, replace(fresh(interface), seq=seq).fields())

    def stranger(interface: str, who: str) -> Attack:
        plain = json.dumps(forge.bodies[interface]).encode()
        e = Envelope(who, encrypt(plain, STRANGER), datetime.now(SHANGHAI).strftime(_STAMP), "0001", STRANGER)
        return forge.attack(interface, e.fields())

    def no_token(interface: str, token: str) -> Attack:
        if interface == "query_token":  # needs none: with another's id instead
            return nonsense(interface, json.dumps({"OperatorID": "x", "OperatorSecret": token}).encode())
        return forge.attack(interface, fresh(interface).fields(), token)

    def twice(interface: str, value: Any) -> Attack:
        """A field there twice, the last one wrong."""
        raw = json.dumps(fresh(interface).fields())
        again = json.dumps({"Sig": value})
        return forge.attack(interface, (raw[:-1] + ", " + again[1:]).encode())

    def nested(interface: str, depth: int) -> Attack:
        deep = b"[" * depth + b"]" * depth
        plain = json.dumps(forge.bodies[interface]).encode()
        return nonsense(interface, plain[:-1] + b', "x": ' + deep + b"}")

    def raw_nested(interface: str, depth: int) -> Attack:
        return forge.attack(interface, b'{"Data":' * depth + b"1" + b"}" * depth)

    @st.composite
    def spoilt(draw: st.DrawFn) -> Attack:
        """Signed and well-formed, with a field that cannot be."""
        interface = draw(st.sampled_from(sorted(forge.spoils)))
        path = draw(st.sampled_from(forge.spoils[interface]))
        body = json.loads(json.dumps(forge.bodies[interface]))
        inner = body
        for name in path[:-1]:
            inner = inner[name]
        if draw(st.booleans()):
            inner[path[-1]] = draw(ROTTEN)
        else:
            del inner[path[-1]]
        return nonsense(interface, json.dumps(body).encode())

    elsewhere = st.sampled_from(
        ["", "query_nothing", "query_token2", "..", "%00", "notification_", "a" * 500, "query_token/x/y", "充电"]
    )
    wrong_field = st.tuples(
        st.sampled_from(["OperatorID", "Data", "TimeStamp", "Seq", "Sig"]),
        ROTTEN | st.text(max_size=40) | st.binary(min_size=16, max_size=16).map(bytes.hex),
    )
    depth = st.sampled_from([17, 100, 1_000, 30_000])
    kinds = [
        of(field_wrong, wrong_field),
        of(cut, st.floats(0, 1)),
        of(shifted, st.integers(1, 20)),
        of(nonsense, st.binary(max_size=100) | JSON.filter(lambda v: not isinstance(v, dict)).map(_dumps)),
        of(nonsense, st.just(b"{}") | st.dictionaries(st.text(max_size=8), JSON, max_size=3).map(_dumps)),
        of(blocks, st.binary(max_size=80)),
        of(
            no_base64,
            st.sampled_from(["A", "====", "%%%%", "A" * 17, "٣٣٣٣", "A\nA", " "]) | st.text(max_size=30),
        ),
        of(at_another_time, st.sampled_from([-(10**8), -86_400, -330, 330, 3_600, 10**9])),
        of(no_time, st.sampled_from(["20260230250000", "99999999999999", "0" * 14, "2026112412000", "１" * 14])),
        of(seq_wrong, st.sampled_from(["", "1", "00001", "-001", "０００１", "abcd", "000\n"])),
        of(stranger, st.sampled_from([forge.peer_id, "000000000", "x"])),
        of(no_token, st.sampled_from(["", "x", "null", "A" * 64, "=" * 64, "a" * 5_000])),
        of(twice, ROTTEN),
        of(nested, depth),
        of(raw_nested, depth),
        spoilt(),
        st.tuples(elsewhere, JSON).map(lambda both: forge.attack(both[0], forge.envelope(_dumps(both[1])).fields())),
        st.tuples(interfaces, st.binary(max_size=300)).map(lambda both: forge.attack(*both)),
        st.tuples(interfaces, JSON.map(_dumps)).map(lambda both: forge.attack(*both)),
        of(lambda i, n: forge.attack(i, b'{"Data": ' + b"9" * n + b"}"), st.sampled_from([400, 5_000, 100_000])),
        of(lambda i, code: forge.attack(i, "{}".encode(code)), st.sampled_from(["utf-16", "utf-32", "utf-8-sig"])),
        st.sampled_from(forge.taken),
    ]
    return st.one_of(kinds)


def _dumps(value: object) -> bytes:
    return json.dumps(value).encode()
