"""The port to a car park that takes word of who has charged, and one that is spoken to over signed HTTP.

A car park knows an entitlement by our number: the same content again does nothing twice.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from finder.connectors.sdk.http import Caution
from finder.kernel.clock import Clock
from finder.kernel.ids import Number
from finder.money.channels.http import CAUTION
from finder.money.signed import Peer, SignedPeer, told
from finder.stations.model import EvseId


class EntitlementAsk(msgspec.Struct, frozen=True, rename="camel"):
    """Whoever charged may stand here free for so long, or for so much less, until then.

    `plate_hmac` is HMAC-SHA256 in hex of the plate under the car park's key, so that it finds a plate that its camera
    reads and learns none; `plate` is told only where the driver agreed to that.
    """

    number: Number
    order: Number
    plate_hmac: str | None
    plate: str | None
    minutes_free: int
    discount_percent: int
    until: datetime

    def __repr__(self) -> str:
        return f"EntitlementAsk({self.number})"


class Entitled(msgspec.Struct, frozen=True, rename="camel"):
    """What the car park answered: our number, and its own."""

    number: Number
    reference: str


class CarPark(Protocol):
    """A car park. Raises like a channel: ChannelUnavailable, ChannelRefused, ChannelLied."""

    @property
    def terms(self) -> "ParkingTerms":
        """What it gives to whom."""

    def hashed(self, plate: str) -> str:
        """The plate's HMAC under the car park's key."""

    async def entitle(self, ask: EntitlementAsk) -> Entitled:
        """Tells it of one."""

    async def close(self) -> None:
        """Lets go of connections."""


@dataclass(frozen=True, slots=True)
class ParkingTerms:
    """What charging is worth at a car park: minutes that are free, a discount in percent, and how long one may stay.

    `covers` holds operators' source ids and EVSE ids.
    """

    minutes_free: int
    discount_percent: int = 0
    leave_within: timedelta = timedelta(minutes=30)  # after charging ended
    covers: frozenset[str] = frozenset()


def car_park_of(parks: Mapping[str, CarPark], evse_id: EvseId) -> str | None:
    """The car park in which an EVSE stands: one that names it before one that names its operator."""
    for name in (evse_id, evse_id.partition("/")[0]):
        for known, park in parks.items():
            if name in park.terms.covers:
                return known
    return None


@dataclass(slots=True)
class SignedCarPark:
    """A car park behind `POST <url>/entitlements`."""

    peer: Peer
    terms: ParkingTerms
    plate_key: bytes = field(repr=False)
    clock: Clock
    caution: Caution = CAUTION
    _http: SignedPeer = field(init=False)

    def __post_init__(self) -> None:
        self._http = SignedPeer(self.peer, self.clock, self.caution)

    def hashed(self, plate: str) -> str:
        """See CarPark."""
        return plate_hmac(self.plate_key, plate)

    async def entitle(self, ask: EntitlementAsk) -> Entitled:
        """See CarPark."""
        answer = await self._http.post("/entitlements", told(ask), Entitled)
        if answer.number != ask.number or not 0 < len(answer.reference) <= 64:
            raise self._http.lied("OTHER_ENTITLEMENT", "应答的不是该权益", "it answered for something else")
        return answer

    async def close(self) -> None:
        """Lets go of connections."""
        await self._http.close()


def plate_hmac(key: bytes, plate: str) -> str:
    """In hex."""
    return hmac.digest(key, plate.encode(), hashlib.sha256).hex()
