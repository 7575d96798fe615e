"""What lies outside an order: channels, operators, payers; and what every effect's handler shares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from finder.charging.decide import Effect
from finder.charging.keep import LOCKED, held
from finder.charging.news import change, take_channel
from finder.charging.order import Order, load
from finder.connectors.sdk.control import RemoteControl
from finder.errors import NotFound, OperatorUnavailable
from finder.kernel.ids import Number
from finder.money.channels.port import Channel
from finder.stations.model import EvseId, SourceId
from finder.storage.outbox import Letter, Patience
from finder.storage.unit import Need, Unit, Work

MONEY = Patience(waits_s=(1, 5, 15, 60, 300, 900, 3600), attempts=60)


class Payers(Protocol):
    """Who pays under an agreement, as the channel knows them; kept by identity, never by the order."""

    async def payer(self, agreement: str) -> str:
        """The payer's id at the channel. Raises NotFound."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What lies outside: channels by name, operators' connectors by source, payers by agreement."""

    work: Work
    channels: Mapping[str, Channel]
    connector: Callable[[SourceId], object | None]
    payers: Payers
    car_park: Callable[[EvseId], str | None] = lambda _: None  # in which an EVSE stands

    async def order(self, number: Number) -> Order:
        """The order as it is now. Raises NotFound."""
        async with self.work.read() as connection:
            return await load(connection, number)

    def channel(self, order: Order) -> Channel:
        """Raises NotFound."""
        found = self.channels.get(order.channel)
        if found is None:
            raise NotFound(f"没有支付渠道 {order.channel}", f"there is no channel {order.channel}", code="NO_CHANNEL")
        return found

    def holds_for(self, order: Order) -> dict[str, Any]:
        """What is to be kept with the order of its channel, which may be none of ours any more, and its car park."""
        channel, parks = self.channels.get(order.channel), {"car_park": self.car_park(order.evse_id)}
        if channel is None:
            return parks
        wait_s = int(channel.split_after.total_seconds())
        return {**parks, "split_after_s": wait_s, "returns_with_refund": channel.returns_with_refund}

    def control(self, order: Order) -> RemoteControl:
        """Raises OperatorUnavailable where the operator is not connected now."""
        found = self.connector(order.operator)
        if not isinstance(found, RemoteControl):
            raise OperatorUnavailable(
                f"{order.operator} 暂时不能远程启停", f"{order.operator} cannot be started or stopped from here now"
            )
        return found


class Effecting:
    """What the handlers share: a channel's answer is applied, and a dead letter is a person's."""

    patience = MONEY

    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self._recorded: dict[str, Order] = {}

    def needs(self, letter: Letter) -> list[Need]:
        """See ReadsAhead."""
        return [(LOCKED, letter.payload.decode())]

    def keep(self, letter: Letter, order: Order) -> bool:
        """Remembers the order as `before` wrote it, for the call; always true."""
        self._recorded[letter.id] = order
        return True

    async def order(self, letter: Letter) -> Order:
        """The letter's order as `before` wrote it. Raises NotFound."""
        return self._recorded.pop(letter.id, None) or await self.outside.order(letter.payload.decode())

    async def after(self, letter: Letter, result: Any, unit: Unit) -> None:
        """Applies what the channel said."""
        await take_channel(unit, result)

    async def dead(self, letter: Letter, unit: Unit) -> None:
        """Nothing is assumed: a person looks."""
        order = await locked(letter, unit)
        await change(unit, order, order.moved(problem=f"DEAD_{Effect(letter.kind).name}"))


async def locked(letter: Letter, unit: Unit) -> Order:
    """The letter's order, kept from other units until this one ends."""
    return await held(unit, letter.payload.decode())
