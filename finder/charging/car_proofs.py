"""Who vouches that a car is somebody's: a payment channel that knows both, or a vehicle platform."""

from typing import Protocol

from finder.money.channels.alipay.pnc import Car, PlugAndCharge


class CarProof(Protocol):
    """One who knows cars and their drivers. `channel` says by whose agreement a driver is known there."""

    @property
    def channel(self) -> str:
        """The channel at which the driver must have an agreement."""

    async def vouches(self, vin: str, payer: str) -> bool:
        """Whether this car is this driver's. Raises ChannelError where that cannot be learned now."""


class AlipayCars:
    """Alipay's charger.pnc.certify, asked in the name of one operator that has authorised us."""

    channel = "alipay"

    def __init__(self, plugs: PlugAndCharge) -> None:
        self._plugs = plugs

    async def vouches(self, vin: str, payer: str) -> bool:
        """See CarProof."""
        return await self._plugs.certified(Car(vin, payer))
