"""Plain tables: our own generic CSV, UrbanEV and ST-EVCDP."""

import re

from finder.federation.imports.model import (
    Context,
    bad,
    evses_of,
    name_or,
    read_place,
    read_ports,
    read_power,
)
from finder.federation.imports.rows import Row, needed
from finder.stations.model import (
    Connector,
    ConnectorType,
    Current,
    Operator,
    Provenance,
    Station,
    StationState,
)

GENERIC_COLUMNS = ("source_id", "name", "lat", "lon")
URBANEV_COLUMNS = ("station_id", "longitude", "latitude", "charge_count")
STEVCDP_COLUMNS = ("station_id", "latitude", "longitude", "fast", "slow", "count")
_STATES = {
    "E": StationState.OPEN,
    "OPEN": StationState.OPEN,
    "AVAILABLE": StationState.OPEN,
    "IN SERVICE": StationState.OPEN,
    "T": StationState.MAINTENANCE,
    "OUT OF SERVICE": StationState.MAINTENANCE,
    "OUTOFORDER": StationState.MAINTENANCE,
    "INOPERATIVE": StationState.MAINTENANCE,
    "P": StationState.PLANNED,
    "PLANNED": StationState.PLANNED,
    "PERMIT": StationState.PLANNED,
    "CONSTRUCTION": StationState.PLANNED,
    "CLOSED_PERM": StationState.CLOSED,
    "CLOSED": StationState.CLOSED,
}


def slug(text: str) -> str:
    """Letters, digits and dashes in lower case; what a source is called."""
    return re.sub(r"[^\w.]+", "-", text.strip().lower()).strip("-")[:60]


def one_or_more(count: int | None, context: Context) -> int:
    """The ports that a table states; where it states none, one stands for them. Raises BadInput for 0."""
    if count is None:
        context.note(
            "未说明充电桩数量的站点按一个未知接口计",
            "a station whose ports are not stated has one of unknown kind",
        )
        return 1
    if count == 0:
        raise bad("充电桩数量为 0", "it has 0 ports", "STATION_WITHOUT_CONNECTORS")
    return count


def generic(row: Row, context: Context) -> Station:
    """source,source_id,name,lat,lon,datum,country,ports,power_kw,fast,operator,status; `source` and what comes
    after `lon` may be absent."""
    source = context.source or slug(row.get("source", "")) or slug(context.name.split(".")[0])
    native_id = needed(row, "source_id")
    station_id = f"{source}/{native_id}"
    country = row.get("country", "").strip().upper() or "ZZ"
    count = one_or_more(read_ports(row.get("ports")), context)
    # 'fast' says that there are fast ports, not how many: only of a single one does it tell the current.
    fast = row.get("fast", "").strip()
    current = (Current.AC if float(fast) == 0 else Current.DC) if count == 1 and fast in _FLAGS else None
    operator = row.get("operator", "").strip()
    return Station(
        id=station_id,
        name=name_or(row.get("name"), native_id, country),
        operator=Operator(id=slug(operator) or f"{source}-unknown", name=operator),
        place=read_place(row.get("lat", ""), row.get("lon", ""), row.get("datum", "WGS84"), context),
        evses=tuple(
            evses_of(station_id, Connector(id="1", current=current, power_kw=read_power(row.get("power_kw"))), count)
        ),
        provenance=(Provenance(source=source, native_id=native_id, fetched_at=context.fetched_at),),
        country=country,
        state=_STATES.get(row.get("status", "").split("|")[0].strip().upper(), StationState.UNKNOWN),
    )


_FLAGS = frozenset({"0", "0.0", "1", "1.0"})


def urbanev(row: Row, context: Context) -> Station:
    """UrbanEV's data/inf.csv: Shenzhen's stations with their number of piles."""
    count = one_or_more(read_ports(needed(row, "charge_count")), context)
    return _shenzhen(row, context, "urbanev", "CC0 1.0", (("", Connector(id="1"), count),))


def stevcdp(row: Row, context: Context) -> Station:
    """ST-EVCDP's datasets/stations.csv: Shenzhen's stations with fast and slow piles."""
    fast, slow = read_ports(row.get("fast")) or 0, read_ports(row.get("slow")) or 0
    context.note(
        "快桩按国标直流、慢桩按国标交流计（国内统一标准）",
        "fast piles are taken as GB/T DC, slow ones as GB/T AC, the one standard in China",
    )
    kinds = (
        ("dc", Connector(id="1", type=ConnectorType.GBT_DC, current=Current.DC), fast),
        ("ac", Connector(id="1", type=ConnectorType.GBT_AC, current=Current.AC), slow),
    )
    return _shenzhen(row, context, "st-evcdp", "MIT", kinds)


def _shenzhen(
    row: Row, context: Context, usual: str, licence: str, kinds: tuple[tuple[str, Connector, int], ...]
) -> Station:
    source, native_id = context.source or usual, needed(row, "station_id")
    station_id = f"{source}/{native_id}"
    return Station(
        id=station_id,
        name=name_or(None, native_id, "CN"),
        operator=Operator(id=f"{source}-unknown", name=""),
        place=read_place(row.get("latitude", ""), row.get("longitude", ""), "", context),
        evses=tuple(evse for key, plug, count in kinds for evse in evses_of(station_id, plug, count, key)),
        provenance=(Provenance(source=source, native_id=native_id, fetched_at=context.fetched_at, licence=licence),),
    )
