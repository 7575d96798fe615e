"""From a tap to an order: what was quoted or scanned is found again, held to its price, and begun at its operator."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from finder.charging.agreements import Agreement, Agreements
from finder.charging.codes import read_code
from finder.charging.order import Order
from finder.charging.orders import MAX_CAP, Orders, StartAsk
from finder.charging.payers import Word
from finder.charging.quotes import QuoteIds, tariff_digest
from finder.connectors.sdk.control import RemoteControl
from finder.errors import BadInput, NotFound
from finder.identity.roles import Caller
from finder.kernel.clock import Clock
from finder.kernel.money import Money
from finder.money.channels.port import Channel
from finder.stations.model import Connector, Evse, EvseId, SourceId, Station, StationId, Tariff

MAX_TITLE = 20


class StartWanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a driver asks for: a quote's id or a scanned code, how to pay, and how much at most."""

    quote_id: str | None = None
    code: str | None = None
    channel: str
    agreement: str | None = None
    cap: Money


@dataclass(frozen=True, slots=True)
class Terms:
    """How an operator is paid: its sub-merchant at each channel, and our commission in thousandths of a capture."""

    merchants: Mapping[str, str]
    commission_permille: int = 0


@dataclass(frozen=True, slots=True)
class Plug:
    """A connector at which one may stand."""

    station: Station
    evse: Evse
    connector: Connector
    startable: bool

    @property
    def operator(self) -> SourceId:
        """Who would be asked to start."""
        return self.evse.id.partition("/")[0]

    @property
    def tariff(self) -> Tariff | None:
        """What holds here now; None where it is not known."""
        tariff = self.station.tariff_of(self.connector)
        return tariff if tariff is not None and tariff.periods else None


class Stations(Protocol):
    """Stations by id."""

    async def station(self, station_id: StationId) -> Station | None:
        """None where there is none."""


class Network(Protocol):
    """The operators that are connected now."""

    def connector(self, source: SourceId) -> object | None:
        """An operator's connector; None where it is not connected."""

    def named(self, ids: Sequence[str], operator: str | None) -> Sequence[tuple[EvseId, StationId]]:
        """EVSEs with one of these ids, as operators write them, and their stations; of that operator, if given."""

    def station_of(self, evse_id: EvseId) -> StationId | None:
        """Where an EVSE is."""


class Starts:
    """Begins orders for drivers."""

    def __init__(
        self,
        orders: Orders,
        quote_ids: QuoteIds,
        channels: Mapping[str, Channel],
        terms: Callable[[SourceId], Terms | None],
        agreements: Agreements,
        clock: Clock,
    ) -> None:
        self.orders, self.quote_ids, self.channels = orders, quote_ids, channels
        self._terms, self._agreements, self._clock = terms, agreements, clock
        self._stations: Stations | None = None
        self._network: Network | None = None

    def connect(self, stations: Stations, network: Network) -> None:
        """Tells it where stations and operators are, once they are open."""
        self._stations, self._network = stations, network

    def station_of(self, evse_id: EvseId) -> StationId | None:
        """Where an EVSE is; None where it is no longer there."""
        return self._network.station_of(evse_id) if self._network is not None else None

    def startable(self, evse_id: EvseId) -> bool:
        """Whether a session can be begun from here, and paid."""
        source = evse_id.partition("/")[0]
        terms = self._terms(source)
        payable = terms is not None and any(name in self.channels for name in terms.merchants)
        return payable and self._network is not None and isinstance(self._network.connector(source), RemoteControl)

    async def scanned(self, code: str) -> Plug:
        """The connector that a code at a pile names. Raises BadInput, NotFound."""
        told = read_code(code)
        found = self._network.named(told.ids, told.operator) if self._network is not None else ()
        if not found:
            raise NotFound(
                "没有找到这个充电桩：它的运营商可能尚未接入，请使用运营商自己的应用",
                "no pile here has this code: its operator may not have joined, use the operator's own application",
                code="NO_SUCH_CONNECTOR",
            )
        if len(found) > 1:
            raise BadInput(
                "有多个充电桩使用这个编号：请扫描二维码，或在地图上选择",
                "several piles have this number: scan the code, or choose on the map",
                code="CODE_AMBIGUOUS",
            )
        evse_id, station_id = found[0]
        return await self._plug(station_id, evse_id, None)

    async def start(self, caller: Caller, wanted: StartWanted, key: str) -> Order:
        """Begins the order, once for each of a person's keys.

        Raises BadInput, with a code each: the quote's time is over, the price has changed since, the channel or the
        operator cannot be used, another session is there, the amount is out of range. Raises NotFound.
        """
        asked = msgspec.json.encode(wanted)
        before = await self.orders.begun(caller.person, asked, key)
        if before is not None:
            return before
        plug = await self._wanted(wanted)
        terms = self._terms(plug.operator)
        if terms is None or not plug.startable:
            raise BadInput(
                "这个充电桩还不能从这里启动，请使用运营商自己的应用",
                "this pile cannot be started from here yet: use the operator's own application",
                code="NOT_STARTABLE",
            )
        merchant, channel = terms.merchants.get(wanted.channel), self.channels.get(wanted.channel)
        if merchant is None or channel is None:
            raise BadInput(
                "这个充电桩不支持所选的支付方式，请换一种",
                "this pile cannot be paid in this way: choose another",
                code="CHANNEL_UNKNOWN",
            )
        agreement = await self._agreement(caller, wanted)
        ask = StartAsk(
            operator=plug.operator,
            evse_id=plug.evse.id,
            connector_id=plug.connector.id,
            channel=wanted.channel,
            sub_merchant=merchant,
            agreement=agreement.id,
            agreed=agreement.standing and channel.holds_agreed and wanted.cap.fen <= agreement.cap.fen,
            title=plug.station.name[:MAX_TITLE],
            cap=wanted.cap,
            commission_permille=terms.commission_permille,
            tariff=plug.tariff,
        )
        return await self.orders.start(caller.person, ask, key, asked)

    async def _agreement(self, caller: Caller, wanted: StartWanted) -> Agreement:
        """The one that was chosen, else the newest at the channel; where there is none yet, it is agreed to now."""
        if wanted.agreement is not None:
            chosen = await self._agreements.usable(caller.person, wanted.agreement)
            if chosen.channel != wanted.channel:
                raise BadInput(
                    "所选付款协议不属于这个支付渠道，请另选",
                    "the agreement is with another channel: choose one with this",
                    code="AGREEMENT_CHANNEL",
                )
            return chosen
        there = [each for each in await self._agreements.of(caller.person) if each.channel == wanted.channel]
        still = [each for each in there if each.ended_at is None]
        if still:
            return still[-1]
        return await self._agreements.open(caller, wanted.channel, MAX_CAP, Word(), standing=False)

    async def _wanted(self, wanted: StartWanted) -> Plug:
        if (wanted.quote_id is None) == (wanted.code is None):
            raise BadInput(
                "请给出报价编号或二维码，二者之一",
                "give either a quote's id or a scanned code",
                code="QUOTE_OR_CODE",
            )
        if wanted.code is not None:
            return await self.scanned(wanted.code)
        assert wanted.quote_id is not None
        quoted = self.quote_ids.read(wanted.quote_id, self._clock())
        plug = await self._plug(quoted.station_id, quoted.evse_id, quoted.connector_id)
        if tariff_digest(plug.tariff) != quoted.tariff:
            raise BadInput(
                "价格刚刚变了：请查看新的报价再启动",
                "the price has just changed: look at a new quote",
                code="PRICE_CHANGED",
            )
        return plug

    async def _plug(self, station_id: StationId, evse_id: EvseId, connector_id: str | None) -> Plug:
        station = await self._stations.station(station_id) if self._stations is not None else None
        for evse in station.evses if station is not None else ():
            for connector in evse.connectors if evse.id == evse_id else ():
                if connector_id in (None, connector.id):
                    assert station is not None
                    return Plug(station, evse, connector, self.startable(evse_id))
        raise NotFound("没有这个充电接口", "there is no such connector", code="NO_SUCH_CONNECTOR")
