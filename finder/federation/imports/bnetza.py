"""The German register of charging points (Bundesnetzagentur, Ladesäulenregister), in its old and new columns."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable

from finder.federation.imports.model import Context, bad, read_place, read_ports, read_power
from finder.federation.imports.rows import Row, needed
from finder.federation.imports.tables import one_or_more, slug
from finder.stations.model import (
    Access,
    Connector,
    ConnectorType,
    Current,
    Evse,
    Operator,
    Provenance,
    Station,
    StationState,
)

LICENCE = "Bundesnetzagentur.de, CC BY 4.0"
_PLUGS = (
    (re.compile(r"combo|ccs", re.I), ConnectorType.CCS2),
    (re.compile(r"chademo", re.I), ConnectorType.CHADEMO),
    (re.compile(r"tesla", re.I), ConnectorType.NACS),
    (re.compile(r"typ\s*1", re.I), ConnectorType.TYPE1),
    (re.compile(r"typ\s*2", re.I), ConnectorType.TYPE2),
    (re.compile(r"schuko|cee", re.I), ConnectorType.SOCKET),
)
_STATES = {"in betrieb": StationState.OPEN, "in wartung": StationState.MAINTENANCE}


def is_header(cells: object) -> bool:
    """Whether these cells name the register's columns; some lines of text stand above them."""
    names = {str(cell).strip() for cell in cells} if isinstance(cells, list | tuple) else set()
    return {"Betreiber", "Breitengrad", "Längengrad"} <= names


def bnetza_reader() -> Callable[[Row, Context], Station]:
    """A reader of rows; it counts rows that are the same, since the old register has no ids."""
    same: Counter[str] = Counter()

    def read(row: Row, context: Context) -> Station:
        operator = needed(row, "Betreiber")
        native_id = row.get("Ladeeinrichtungs-ID", "").strip() or _made_id(row, same)
        source = context.source or "bnetza"
        station_id = f"{source}/{native_id}"
        street = " ".join(p for k in ("Straße", "Hausnummer") if (p := row.get(k, "").strip())) or row.get(
            "Adresse", ""
        )
        town = " ".join(p for k in ("Postleitzahl", "Ort") if (p := row.get(k, "").strip())) or row.get(
            "Postleitzahl Ort", ""
        )
        address = ", ".join(p for p in (street.strip(), town.strip()) if p)
        evses = _evses(row, station_id, context)
        return Station(
            id=station_id,
            name=row.get("Anzeigename (Karte)", "").strip() or f"{operator} {street.strip()}".strip(),
            operator=Operator(id=slug(operator), name=operator),
            place=read_place(_degrees(row, "Breitengrad"), _degrees(row, "Längengrad"), "WGS84", context),
            evses=tuple(evses),
            provenance=(
                Provenance(source=source, native_id=native_id, fetched_at=context.fetched_at, licence=LICENCE),
            ),
            address=address or None,
            country="DE",
            state=_STATES.get(row.get("Status", "").strip().lower(), StationState.OPEN),
            access=Access.PUBLIC,  # the register holds public ones only, by § 2 of the Ladesäulenverordnung
        )

    return read


def _made_id(row: Row, same: Counter[str]) -> str:
    columns = ("Betreiber", "Adresse", "Straße", "Hausnummer", "Breitengrad", "Längengrad", "Inbetriebnahmedatum")
    text = "|".join(row.get(column, "").strip() for column in columns)
    mark = hashlib.blake2s(text.encode(), digest_size=8).hexdigest()
    same[mark] += 1
    return mark if same[mark] == 1 else f"{mark}.{same[mark]}"


def _degrees(row: Row, column: str) -> str:
    # Some rows end in a stray point or letter.
    return row.get(column, "").strip().rstrip(".NEOne ")


def _evses(row: Row, station_id: str, context: Context) -> list[Evse]:
    count = one_or_more(read_ports(row.get("Anzahl Ladepunkte")), context)
    total = next((row[k] for k in row if k.startswith(("Nennleistung Ladeeinrichtung", "Anschlussleistung"))), None)
    read_power(total)
    evses: list[Evse] = []
    for n in range(1, count + 1):
        plugs = row.get(f"Steckertypen{n}", "").strip()
        power = read_power(_first(row, f"Nennleistung Stecker{n}", f"P{n} [kW]", f"P{n}"))
        evses.append(Evse(id=f"{station_id}-{n}", connectors=_connectors(plugs, power)))
    if not evses:
        raise bad("没有充电接口", "it has no charging points", "STATION_WITHOUT_CONNECTORS")
    return evses


def _first(row: Row, *columns: str) -> str | None:
    # A point with several plugs states the power of each: "50; 43".
    text = next((row[column] for column in columns if row.get(column, "").strip()), None)
    return re.split(r"[;/]", text)[0].replace("kW", "").strip() if text else None


def _connectors(plugs: str, power: float | None) -> tuple[Connector, ...]:
    named = [part.strip() for part in re.split(r"[,;]", plugs) if part.strip()]
    if not named:
        return (Connector(id="1", power_kw=power),)
    return tuple(
        Connector(
            id=str(n),
            type=next((kind for pattern, kind in _PLUGS if pattern.search(plug)), ConnectorType.OTHER),
            current=Current.DC if plug.upper().startswith("DC") or "chademo" in plug.lower() else Current.AC,
            power_kw=power,
        )
        for n, plug in enumerate(named, start=1)
    )
