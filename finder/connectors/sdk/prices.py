"""Prices that come apart from their station."""

from collections.abc import Mapping

import msgspec

from finder.stations.model import Connector, Station, Tariff

ANY = ""  # a tariff for every connector, whatever its current


def priced(station: Station, tariffs: Mapping[str, Tariff]) -> Station | None:
    """The station at these prices, by current (AC, DC, OTHER) or for ANY; None where a connector would have none."""
    found = {str(c.current or "OTHER") for evse in station.evses for c in evse.connectors}
    chosen = {current: tariff for current in found if (tariff := tariffs.get(current, tariffs.get(ANY)))}
    if len(chosen) < len(found):
        return None

    def at_price(connector: Connector) -> Connector:
        return msgspec.structs.replace(connector, tariff_id=chosen[str(connector.current or "OTHER")].id)

    evses = tuple(
        msgspec.structs.replace(evse, connectors=tuple(at_price(c) for c in evse.connectors)) for evse in station.evses
    )
    return msgspec.structs.replace(station, evses=evses, tariffs=tuple({t.id: t for t in chosen.values()}.values()))
