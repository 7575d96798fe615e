"""NREL's Alternative Fuels Data Center: stations of the US and Canada, as its download writes them."""

from datetime import UTC, datetime

from finder.federation.imports.model import (
    Context,
    bad,
    evses_of,
    name_or,
    read_place,
    read_ports,
)
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
    Tariff,
)

COLUMNS = ("Fuel Type Code", "Station Name", "Latitude", "Longitude", "ID")
LICENCE = "NREL AFDC, US Government data"
_STATES = {"E": StationState.OPEN, "T": StationState.MAINTENANCE, "P": StationState.PLANNED}
_ACCESS = {"public": Access.PUBLIC, "private": Access.PRIVATE}
# https://developer.nrel.gov/docs/transportation/alt-fuel-stations-v1/all/ , field ev_connector_types
_DC = {"CHADEMO": ConnectorType.CHADEMO, "J1772COMBO": ConnectorType.CCS1, "TESLA": ConnectorType.NACS}
_LEVEL1 = {"NEMA515": ConnectorType.SOCKET, "NEMA520": ConnectorType.SOCKET, "J1772": ConnectorType.TYPE1}
_LEVEL2 = {"J1772": ConnectorType.TYPE1, "TESLA": ConnectorType.NACS, "NEMA1450": ConnectorType.SOCKET}


def afdc(row: Row, context: Context) -> Station:
    """A row of alt_fuel_stations.csv. Raises BadInput."""
    if needed(row, "Fuel Type Code") != "ELEC":
        raise bad("不是充电站", "it is no electric station", "OTHER_FUEL")
    source, native_id = context.source or "afdc", needed(row, "ID")
    station_id = f"{source}/{native_id}"
    network = row.get("EV Network", "").strip()
    parts = [row.get(k, "").strip() for k in ("Street Address", "City", "State", "ZIP")]
    pricing = row.get("EV Pricing", "").strip()
    country = row.get("Country", "").strip().upper() or "US"
    return Station(
        id=station_id,
        name=name_or(row.get("Station Name"), native_id, country),
        operator=Operator(id=slug(network) or f"{source}-unknown", name="" if network == "Non-Networked" else network),
        place=read_place(row.get("Latitude", ""), row.get("Longitude", ""), "WGS84", context),
        evses=tuple(_evses(row, station_id, context)),
        provenance=(
            Provenance(
                source=source,
                native_id=native_id,
                fetched_at=context.fetched_at,
                updated_at=_time(row.get("Updated At", "")),
                licence=LICENCE,
            ),
        ),
        address=", ".join(part for part in parts if part) or None,
        country=country,
        state=_STATES.get(row.get("Status Code", "").strip(), StationState.UNKNOWN),
        tariffs=(Tariff(id="text", text=pricing),) if pricing else (),
        access=_ACCESS.get(row.get("Access Code", "").strip().lower(), Access.UNKNOWN),
        access_note=row.get("Access Days Time", "").strip() or None,
        phone=row.get("Station Phone", "").strip() or None,
    )


def _evses(row: Row, station_id: str, context: Context) -> list[Evse]:
    named = row.get("EV Connector Types", "").upper().split()
    stated = [row.get(k) for k in ("EV Level1 EVSE Num", "EV Level2 EVSE Num", "EV DC Fast Count")]
    level1, level2, fast = (read_ports(count) for count in stated)
    if level1 is None and level2 is None and fast is None:
        return evses_of(station_id, Connector(id="1"), one_or_more(None, context))
    one_or_more((level1 or 0) + (level2 or 0) + (fast or 0), context)
    return [
        *evses_of(station_id, _plugs(named, _LEVEL1, Current.AC), level1 or 0, "l1-"),
        *evses_of(station_id, _plugs(named, _LEVEL2, Current.AC), level2 or 0, "l2-"),
        *evses_of(station_id, _plugs(named, _DC, Current.DC), fast or 0, "dc-"),
    ]


def _plugs(named: list[str], types: dict[str, ConnectorType], current: Current) -> tuple[Connector, ...]:
    """The plugs of one EVSE; where several kinds fit, which EVSE has which is not told, so each offers them all."""
    fitting = dict.fromkeys(types[name] for name in named if name in types) or [ConnectorType.UNKNOWN]
    return tuple(Connector(id=str(n), type=kind, current=current) for n, kind in enumerate(fitting, start=1))


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip().replace(" UTC", "+00:00")).astimezone(UTC)
    except ValueError:
        return None
