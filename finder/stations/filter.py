"""What a driver wants of a station."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from finder.errors import BadInput
from finder.stations.model import Access, Attribute, ConnectorType, Evse, EvseId, ParkingFee, Station


@dataclass(frozen=True, slots=True)
class Filter:
    """All that is set must hold. Power and connector type must hold for the same connector.

    `open_at` is a minute of the local week (0 … 10,079); a station whose hours nobody knows is then left out.
    `free_now` is judged by the live board, not by the index.
    """

    min_power_kw: float | None = None  # at least; exactly equal is included
    connector_types: frozenset[ConnectorType] = frozenset()  # any of these
    operators: frozenset[str] = frozenset()  # any of these
    attributes: frozenset[Attribute] = frozenset()  # all of these
    free_parking: bool = False
    public_only: bool = False
    open_at: int | None = None
    free_now: bool = False
    include_practice: bool = True

    def __post_init__(self) -> None:
        if self.min_power_kw is not None and not 0 <= self.min_power_kw <= 4000:
            raise BadInput(
                "功率下限应在 0 至 4000 kW 之间",
                "the least power must be 0 to 4000 kW",
                code="POWER_OUT_OF_RANGE",
            )

    def suits_evse(self, evse: Evse) -> bool:
        """Whether one connector of the EVSE has both the power and the type."""
        least, types = self.min_power_kw, self.connector_types
        for connector in evse.connectors:  # a plain loop: this is asked for every EVSE that a search passes
            power = connector.power_kw
            if (least is None or (power is not None and power >= least)) and (not types or connector.type in types):
                return True
        return False

    def suits(self, station: Station) -> bool:
        """Everything but `free_now`: the meaning that each index engine must agree with."""
        return (
            (not self.operators or station.operator.id in self.operators)
            and self.attributes <= set(station.attributes)
            and (not self.free_parking or station.parking_fee is ParkingFee.FREE)
            and (not self.public_only or station.access is Access.PUBLIC)
            and (self.open_at is None or (station.hours is not None and station.hours.open_at(self.open_at)))
            and (self.include_practice or not station.practice)
            and any(self.suits_evse(evse) for evse in station.evses)
        )

    def free(self, station: Station, available: Callable[[EvseId], bool]) -> bool:
        """Whether an EVSE that suits is free this moment."""
        for evse in station.evses:  # noqa: SIM110 - a plain loop: this is asked for every station that a search passes
            if available(evse.id) and self.suits_evse(evse):
                return True
        return False


ANY = Filter()


def free_count(station: Station, available: Callable[[EvseId], bool], want: Filter = ANY) -> int:
    """How many EVSEs that suit are free this moment."""
    return sum(1 for evse in station.evses if available(evse.id) and want.suits_evse(evse))


def unique(stations: Iterable[Station]) -> list[Station]:
    """The last of each id, in the order of first appearance."""
    return list({station.id: station for station in stations}.values())
