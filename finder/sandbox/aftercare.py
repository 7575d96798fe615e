"""A practice issuer and a practice car park, and how another process is told of them."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from finder.kernel.clock import Clock
from finder.money.issuer import SignedIssuer
from finder.money.issuers import Issuers
from finder.money.parking import CarPark, ParkingTerms, SignedCarPark
from finder.money.signed import Peer
from finder.sandbox.car_park import PracticeCarPark
from finder.sandbox.invoices import PracticeIssuer
from finder.sandbox.ocpp.street import STREET_SOURCE
from finder.sandbox.operators import TCEC102_OPERATORS
from finder.sandbox.signed import SignedServer

SOURCES = (*(each.source for each in TCEC102_OPERATORS), STREET_SOURCE)
MINUTES_FREE = 120


class PeerTold(msgspec.Struct, frozen=True):
    """A peer as it passes between two processes; keys in base64."""

    name: str
    url: str
    ours: str
    theirs: str

    @classmethod
    def of(cls, peer: Peer) -> "PeerTold":
        """Written down."""
        return cls(peer.name, peer.url, _write(peer.ours.private_bytes_raw()), _write(peer.theirs.public_bytes_raw()))

    def peer(self) -> Peer:
        """Read again."""
        ours = Ed25519PrivateKey.from_private_bytes(base64.b64decode(self.ours))
        return Peer(self.name, self.url, ours, Ed25519PublicKey.from_public_bytes(base64.b64decode(self.theirs)))


class PracticeAftercare(msgspec.Struct, frozen=True):
    """Addresses and secrets of both, made anew at each start."""

    issuer: PeerTold
    car_park: PeerTold
    plate_key: bytes

    def issuers(self, clock: Clock) -> Issuers:
        """One issuer for every practice operator, and for us."""
        issuer = SignedIssuer(self.issuer.peer(), clock)
        return Issuers({issuer.name: issuer}, dict.fromkeys(SOURCES, issuer.name), {}, issuer.name)

    def car_parks(self, clock: Clock) -> dict[str, CarPark]:
        """One car park, in which every practice operator's EVSEs stand."""
        terms = ParkingTerms(MINUTES_FREE, leave_within=timedelta(minutes=30), covers=frozenset(SOURCES))
        return {self.car_park.name: SignedCarPark(self.car_park.peer(), terms, self.plate_key, clock)}


@asynccontextmanager
async def practice_aftercare() -> AsyncIterator[PracticeAftercare]:
    """Runs both on loopback."""
    lot = PracticeCarPark()
    servers = [await SignedServer(PracticeIssuer()).start(), await SignedServer(lot).start()]
    try:
        told = [PeerTold.of(server.peer()) for server in servers]
        yield PracticeAftercare(told[0], told[1], lot.plate_key)
    finally:
        for server in servers:
            await server.close()


def _write(key: bytes) -> str:
    return base64.b64encode(key).decode()
