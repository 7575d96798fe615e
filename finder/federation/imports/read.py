"""Finds out what a document is, and reads it."""

from collections.abc import Callable, Sequence
from typing import IO, Any

import msgspec

from finder.connectors.openchargemap import mapping as ocm
from finder.errors import BadInput
from finder.federation.imports import afdc, bnetza, ocpi, tables
from finder.federation.imports.files import whole
from finder.federation.imports.model import Context, Items, Kind, bad, refused
from finder.federation.imports.rows import Row, each_row, rows, text_of
from finder.stations.model import Station

_TABLES: dict[Kind, tuple[Sequence[str], str, Callable[[Row, Context], Station]]] = {
    Kind.AFDC: (afdc.COLUMNS, "ID", afdc.afdc),
    Kind.STEVCDP: (tables.STEVCDP_COLUMNS, "station_id", tables.stevcdp),
    Kind.URBANEV: (tables.URBANEV_COLUMNS, "station_id", tables.urbanev),
    Kind.GENERIC: (tables.GENERIC_COLUMNS, "source_id", tables.generic),
}


def sniff(stream: IO[bytes], name: str) -> Kind:
    """The kind of a document, by its beginning, of which nothing is consumed. Raises BadInput."""
    peek: Callable[[int], bytes] = getattr(stream, "peek", lambda _: b"")
    head = peek(1 << 16)[: 1 << 16].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:1] in (b"{", b"["):
        if b'"AddressInfo"' in head or b'"Connections"' in head:
            return Kind.OPEN_CHARGE_MAP
        if b'"evses"' in head or b'"coordinates"' in head or b'"locations"' in head or b'"party_id"' in head:
            return Kind.OCPI
    else:
        text = head.decode(errors="replace") if b"L\xe4ngengrad" not in head else head.decode("cp1252")
        if "Betreiber" in text and "Breitengrad" in text:
            return Kind.BNETZA
        first = {cell.strip().strip('"') for cell in text.split("\n", 1)[0].split(",")}
        for kind, (columns, _, __) in _TABLES.items():
            if first.issuperset(columns):
                return kind
    raise BadInput(
        f"无法识别文件 {name}；可导入：Open Charge Map JSON、AFDC CSV、德国充电桩登记 CSV、OCPI locations JSON、"
        "UrbanEV/ST-EVCDP CSV，或含 source_id,name,lat,lon 列的 CSV",
        f"the file {name} is of no known kind; known are Open Charge Map's JSON, AFDC's CSV, the German register's "
        "CSV, OCPI locations, UrbanEV's and ST-EVCDP's CSV, and any CSV with the columns source_id,name,lat,lon",
        code="FILE_KIND",
    )


def read_document(stream: IO[bytes], kind: Kind, context: Context) -> Items:
    """A document's stations and refusals, one by one. Raises BadInput for a document that is not of this kind."""
    if kind is Kind.OPEN_CHARGE_MAP:
        yield from _open_charge_map(stream, context)
    elif kind is Kind.OCPI:
        yield from _ocpi(stream, context)
    elif kind is Kind.BNETZA:
        text = text_of(stream)
        yield from each_row(rows(text, bnetza.is_header, ";"), "Ladeeinrichtungs-ID", context, bnetza.bnetza_reader())
    else:
        columns, id_column, make = _TABLES[kind]
        numbered = rows(text_of(stream), lambda cells: {c.strip() for c in cells}.issuperset(columns), ",")
        yield from each_row(numbered, id_column, context, make)


def _open_charge_map(stream: IO[bytes], context: Context) -> Items:
    origin = ocm.Origin(context.source or "ocm", context.fetched_at)
    for n, raw in enumerate(_objects(stream, context.name)):
        item: Any = _decode(raw)
        try:
            if isinstance(item, dict) and ocm.is_removed(item):
                raise bad("已标明拆除或重复", "it is marked as removed or listed twice", "STATION_REMOVED")
            yield ocm.map_poi(item, origin)
        except BadInput as error:
            yield refused(f"{context.name}[{n}]", ocm.native_id(item), error)


def _ocpi(stream: IO[bytes], context: Context) -> Items:
    source: str | None = None
    for n, raw in enumerate(_objects(stream, context.name)):
        item: Any = _decode(raw)
        source = source or ocpi.feed_of(context.name, item, context)
        try:
            yield ocpi.map_location(item, source, context)
        except BadInput as error:
            yield refused(f"{context.name}[{n}]", ocpi.native_id(item), error)


def _decode(raw: msgspec.Raw) -> object:
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return None


class _Wrapped(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw()
    locations: msgspec.Raw = msgspec.Raw()


def _objects(stream: IO[bytes], name: str) -> Sequence[msgspec.Raw]:
    """The records of an array, of an object's `data` or `locations`, or the one object that there is, undecoded."""
    data = whole(stream, name)
    try:
        if data.lstrip()[:1] == b"[":
            return msgspec.json.decode(data, type=list[msgspec.Raw])
        wrapped = msgspec.json.decode(data, type=_Wrapped)
        inner = bytes(wrapped.data) or bytes(wrapped.locations)
        if not inner:
            return [msgspec.Raw(data)]
        if inner.lstrip()[:1] == b"[":
            return msgspec.json.decode(inner, type=list[msgspec.Raw])
        return [msgspec.Raw(inner)]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise bad(
            f"{name} 不是完整的 JSON：{error}", f"{name} is no whole JSON document: {error}", "FILE_UNREADABLE"
        ) from error
