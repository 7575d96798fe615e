"""A pile of the register as a station of the finder."""

from datetime import datetime

from finder.connectors.ocpp.config import OcppConfig
from finder.connectors.sdk.piles import Kept, Pile, PileConnector, PileId
from finder.stations.model import (
    ALWAYS,
    Connector,
    ConnectorType,
    Current,
    Evse,
    EvseId,
    Operator,
    Provenance,
    SourceId,
    Station,
    StationState,
)

_ALTERNATING = frozenset({ConnectorType.GBT_AC, ConnectorType.TYPE1, ConnectorType.TYPE2, ConnectorType.SOCKET})
_DIRECT = frozenset(
    {ConnectorType.GBT_DC, ConnectorType.CCS1, ConnectorType.CCS2, ConnectorType.CHADEMO, ConnectorType.CHAOJI}
)


def evse_id(source: SourceId, pile_id: PileId, number: int) -> EvseId:
    """The finder's id of a pile's plug."""
    return f"{source}/{pile_id}-{number}"


def plug_of(source: SourceId, evse: EvseId) -> tuple[PileId, int] | None:
    """The inverse; None for an id of another source or form."""
    pile_id, dash, number = evse.removeprefix(f"{source}/").rpartition("-")
    if not evse.startswith(f"{source}/") or not dash or not (number.isascii() and number.isdigit()):
        return None
    return pile_id, int(number)


def station_of(config: OcppConfig, kept: Kept, now: datetime) -> Station:
    """The station. Outside the owner's hours it is closed, whoever asks."""
    pile, source = kept.pile, config.source
    return Station(
        id=f"{source}/{pile.id}",
        name=pile.name,
        operator=Operator(id=source, name=config.name),
        place=pile.place,
        evses=tuple(_evse(source, pile, connector) for connector in pile.connectors),
        provenance=(Provenance(source=source, native_id=pile.id, fetched_at=now, updated_at=kept.changed_at),),
        address=pile.address,
        state=StationState.OPEN,
        construction=pile.construction,
        tariffs=(pile.tariff,),
        access=pile.access,
        access_note=pile.access_note,
        hours=pile.hours or ALWAYS,
        practice=config.practice,
    )


def _evse(source: SourceId, pile: Pile, connector: PileConnector) -> Evse:
    plug = Connector(
        id=str(connector.number),
        type=connector.type,
        current=_current(connector.type),
        power_kw=connector.power_kw,
        tariff_id=pile.tariff.id,
    )
    return Evse(id=evse_id(source, pile.id, connector.number), connectors=(plug,), equipment_id=pile.id)


def _current(kind: ConnectorType) -> Current | None:
    return Current.AC if kind in _ALTERNATING else Current.DC if kind in _DIRECT else None
