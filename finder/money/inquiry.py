"""What a reconciliation asks of those outside, before it believes that something is missing."""

from collections.abc import Collection, Mapping
from typing import Protocol

from finder.connectors.sdk.sessions import Bill
from finder.kernel.ids import Number
from finder.money.channels.port import Seen, Step
from finder.stations.model import SourceId


class Inquiry(Protocol):
    """Whatever is answered is applied to the order as any news is, in a transaction of its own."""

    async def step(self, order: Number, step: Step, number: Number) -> Seen | None:
        """Asks the channel where this step stands; None where it cannot be asked now, or is no step of ours."""

    async def bill(self, bill: Bill) -> None:
        """Applies a bill that only the operator's list had."""

    async def orders(self, operator: SourceId, sessions: Mapping[str, str | None]) -> Mapping[str, Number]:
        """The orders of these sessions, by the operator's number of each; the values are ours as it told them."""

    async def sub_merchants(self, orders: Collection[Number]) -> Mapping[Number, str]:
        """Under which sub-merchant each of these orders is paid."""
