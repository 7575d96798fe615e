"""Recordings of a connector at work: scrubbed, readable, and played back to it strictly.

A recording is JSON lines: a header, then what went over the wire in the order of the asking, bodies opened (see
docs/decisions/0018). Replayed under throw-away keys, it needs no secret and holds none.
"""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import msgspec

from finder.connectors.sdk.check.evidence import DeskEntry, Evidence, Hints, Trouble
from finder.connectors.sdk.check.probe import Build, Plan, Probe, Say, nothing
from finder.connectors.sdk.exchanges import Exchange, Opened, PlainWire, RawExchange, Wire, wire_of
from finder.connectors.sdk.http import Caution, operator_client
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.scrub import Scrubber
from finder.errors import BadInput, OperatorRefused

FORMAT = "finder-recording/1"
THROW_AWAY = "replay-throwaway"  # every secret of a replay; as long as an AES-128 key
HOST = "http://recorded.invalid"
MAX_BYTES = 256 * 1024 * 1024
_TIME = re.compile(
    r"20\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])[T ]?(?:[01]\d|2[0-3]):?[0-5]\d:?[0-5]\d(?:\.\d+)?"
    r"(?:\d{4})?(?:Z|[+-]\d\d:?\d\d)?(?!\d)"
)


class Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whose recording it is and what was asked; `entry` is the operators' file's, without secrets and host."""

    format: str
    protocol: str
    entry: dict[str, Any]
    began_at: datetime
    plan: Plan


class PushKept(msgspec.Struct, frozen=True, kw_only=True):
    """A push, opened."""

    at: datetime
    push: Opened


class _Line(msgspec.Struct, kw_only=True, omit_defaults=True):
    exchange: Exchange | None = None
    push: PushKept | None = None
    desk: DeskEntry | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """What a file holds. `desk` are entries from elsewhere, to be judged as they are."""

    header: Header
    exchanges: tuple[Exchange, ...] = ()
    pushes: tuple[PushKept, ...] = ()
    desk: tuple[DeskEntry, ...] = ()
    folder: Path = Path()


def scrubbed_entry(entry: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
    """An entry of the operators' file as it may be shown: marked secrets thrown away, the host replaced."""
    kept = {name: THROW_AWAY if name in secrets else value for name, value in entry.items() if name != "protocol"}
    base = urlsplit(str(kept.get("base_url", "")))
    host = urlsplit(HOST)
    kept["base_url"] = urlunsplit((host.scheme, host.netloc, base.path, "", ""))
    return kept


def write_recording(path: Path, header: Header, evidence: Evidence, scrubber: Scrubber) -> int:
    """Writes what the probe saw, scrubbed; how many lines. Raises OSError; an existing file is not overwritten."""
    lines = [_Line(exchange=scrubber.exchange(each)) for each in evidence.exchanges]
    lines += [_Line(push=PushKept(at=each.at, push=scrubber.opened(each.opened))) for each in evidence.pushes]
    encode = msgspec.json.encode
    with path.open("xb") as file:
        file.write(encode(header) + b"\n")
        file.writelines(encode(line) + b"\n" for line in lines)
    return len(lines)


def read_recording(path: Path) -> Recording:
    """Raises BadInput, naming the line that cannot be read."""
    number = 1
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"over {MAX_BYTES} bytes")
        raw = path.read_bytes().splitlines()
        header = msgspec.json.decode(raw[0] if raw else b"", type=Header)
        if header.format != FORMAT:
            raise ValueError(f"format {header.format!r}, not {FORMAT!r}")
        exchanges: list[Exchange] = []
        pushes: list[PushKept] = []
        desk: list[DeskEntry] = []
        decoder = msgspec.json.Decoder(_Line)
        for number, text in enumerate(raw[1:], start=2):  # noqa: B007 - the error names it
            line = decoder.decode(text)
            exchanges += [line.exchange] if line.exchange else []
            pushes += [line.push] if line.push else []
            desk += [line.desk] if line.desk else []
    except (OSError, ValueError) as bad:  # msgspec's errors are ValueErrors
        raise BadInput(
            f"录制文件 {path} 第 {number} 行无法读取：{bad}",
            f"the recording {path} cannot be read at line {number}: {bad}",
            code="RECORDING_UNREADABLE",
        ) from bad
    return Recording(header, tuple(exchanges), tuple(pushes), tuple(desk), path.parent)


class UnexpectedRequest(OperatorRefused):
    """A replayed connector asked for something that was not recorded."""

    default_code = "UNEXPECTED_REQUEST"


class ReplayTransport(httpx.AsyncBaseTransport):
    """Answers each request with what was recorded for it, once; alike ones in their order.

    Requests are alike where method, path, query and opened body are, but for times. Raises UnexpectedRequest, and
    keeps what was not expected, in case the connector swallows it.
    """

    def __init__(self, recording: Recording) -> None:
        self.wire: Wire = PlainWire()
        self.now = recording.header.began_at
        self.unexpected: list[str] = []
        self._scrubber = Scrubber([THROW_AWAY])
        self._waiting: dict[str, deque[Exchange]] = {}
        for exchange in recording.exchanges:
            self._waiting.setdefault(_key(exchange), deque()).append(exchange)

    def clock(self) -> datetime:
        """The time at which the last answered request was recorded."""
        return self.now

    @property
    def unused(self) -> list[str]:
        """Recorded requests that were not asked for."""
        return [key for key, left in self._waiting.items() for _ in left]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx."""
        raw = RawExchange(self.now, 0.0, request.method, request.url, await request.aread())
        asked = Exchange(
            at=self.now,
            took_ms=0.0,
            method=request.method,
            path=request.url.path,
            query=tuple(request.url.params.multi_items()),
            opened=self.wire.open(raw),
        )
        key = _key(self._scrubber.exchange(asked))
        waiting = self._waiting.get(key)
        if not waiting:
            self.unexpected.append(key)
            raise UnexpectedRequest(
                f"录制中没有这个请求：{key[:300]}", f"the recording lacks this request: {key[:300]}"
            )
        exchange = waiting.popleft()
        self.now = max(self.now, exchange.at)
        if exchange.status == 0 or (exchange.failed and exchange.status < 300):
            raise _failure(exchange.failed or "ConnectError", request)
        # Lengths and encodings are those of the bytes that are sent now.
        headers = {name: value for name, value in exchange.headers.items() if name != "content-encoding"}
        body = httpx.ByteStream(self.wire.seal(exchange.opened))  # `content` would be read before it is asked for
        return httpx.Response(exchange.status, headers=headers, stream=body)


def _key(exchange: Exchange) -> str:
    body = msgspec.json.encode(exchange.opened.asked, order="deterministic").decode()
    query = msgspec.json.encode(sorted(exchange.query)).decode()
    return _TIME.sub("<time>", f"{exchange.method} {exchange.path} {query} {body}")


def _failure(name: str, request: httpx.Request) -> httpx.TransportError:
    kind = getattr(httpx, name, None)
    if name in ("CancelledError", "TimeoutError"):
        kind = httpx.ReadTimeout
    if not (isinstance(kind, type) and issubclass(kind, httpx.TransportError)):
        kind = httpx.RemoteProtocolError
    return kind("as recorded", request=request)


@dataclass(slots=True)
class Replayed:
    """What a connector made of its recording."""

    evidence: Evidence
    unexpected: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


async def replay(recording: Recording, build: Build, hints: Hints | None = None, say: Say = nothing) -> Replayed:
    """Builds the connector under throw-away secrets and lets it do what was recorded. Raises what `build` raises."""
    transport = ReplayTransport(recording)

    def client(base_url: str, caution: Caution) -> httpx.AsyncClient:
        return operator_client(base_url, caution, transport=transport)

    bench = Workbench(lambda _: THROW_AWAY, folder=recording.folder, clock=transport.clock, client=client)
    probe = Probe(build, bench, hints=hints, say=say)
    try:
        transport.wire = wire_of(probe.connector)
        await probe.run(msgspec.structs.replace(recording.header.plan, look_every_s=0.0))
        for kept in recording.pushes:
            transport.now = max(transport.now, kept.at)
            request = transport.wire.seal_push(kept.push, kept.at)
            if request is not None:
                await probe.push(request)
    finally:
        await probe.close()
    evidence = probe.gather()
    evidence.exchanges = list(recording.exchanges)  # with the times that they really took
    evidence.desk += recording.desk
    for key in transport.unexpected:
        bad = UnexpectedRequest(f"录制中没有这个请求：{key[:300]}", f"the recording lacks this request: {key[:300]}")
        if not any(trouble.zh == bad.zh for trouble in evidence.troubles):
            evidence.troubles.append(Trouble.of("replay", bad))
    return Replayed(evidence, transport.unexpected, transport.unused)


def golden(evidence: Evidence) -> bytes:
    """What the connector yielded, as JSON to keep and compare; without the times at which it was asked."""
    statuses = {o.evse_id: o.status.value for read in evidence.statuses for o in read.page.observations}
    pushed = [[o.evse_id, o.status.value] for push in evidence.pushes for o in push.answer.observations]
    yielded = {
        "stations": [_timeless(msgspec.to_builtins(station)) for station in evidence.stations],
        "refused": sorted({(record.native_id, record.code) for record in evidence.refused}),
        "changed": [station.id for read in evidence.changes for station in read.stations],
        "statuses": dict(sorted(statuses.items())),
        "pushed": pushed,
        "told": [{"kind": entry.kind, **entry.raw} for entry in evidence.desk],
        "outcomes": [seen.outcome.outcome.value if seen.outcome else None for seen in evidence.commands],
        "troubles": [[trouble.step, trouble.code] for trouble in evidence.troubles],
    }
    return msgspec.json.format(msgspec.json.encode(yielded), indent=1) + b"\n"


def _timeless(station: dict[str, Any]) -> dict[str, Any]:
    for each in station.get("provenance", ()):
        each.pop("fetched_at", None)
    return station
