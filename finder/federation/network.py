"""The operators that are connected now, for whoever starts a session at one of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from finder.connectors.sdk.ports import OperatorConnector
from finder.federation.operator import Operator
from finder.stations.merge import source_of
from finder.stations.model import EvseId, SourceId, StationId


@runtime_checkable
class Coded(Protocol):
    """A connector that tells by which code its operator is known in its country."""

    @property
    def operator_code(self) -> str:
        """Such as T/CEC 102's OperatorID."""


class Network:
    """A view of the federation's operators, and of where their EVSEs are."""

    def __init__(
        self, operators: Mapping[SourceId, Operator], evses: Callable[[SourceId], Mapping[EvseId, StationId]]
    ) -> None:
        self._operators, self._evses = operators, evses

    def connector(self, source: SourceId) -> OperatorConnector | None:
        """An operator's connector; None where it is not connected."""
        operator = self._operators.get(source)
        return operator.connector if operator is not None else None

    def station_of(self, evse_id: EvseId) -> StationId | None:
        """Where an EVSE is, by its operator's feed."""
        return self._evses(source_of(evse_id)).get(evse_id)

    def named(self, ids: Sequence[str], operator: str | None) -> list[tuple[EvseId, StationId]]:
        """EVSEs that their operators call by the first of these ids that any of them has, and their stations.

        Only that operator's, where its code in its country is given.
        """
        sources = [source for source, each in self._operators.items() if _may_be(each.connector, operator)]
        for native_id in ids:
            named = {f"{source}/{native_id}": self._evses(source) for source in sources}
            found = [(evse_id, evses[evse_id]) for evse_id, evses in named.items() if evse_id in evses]
            if found:
                return found
        return []


def _may_be(connector: OperatorConnector, operator: str | None) -> bool:
    return operator is None or not isinstance(connector, Coded) or connector.operator_code == operator
