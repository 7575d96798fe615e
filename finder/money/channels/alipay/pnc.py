"""Alipay's plug-and-charge (即插即充): which driver a car belongs to, by VIN and open_id.

Source: the models of alipay.commerce.transport.charger.pnc.certify, sync, query and close in Alipay's own SDKs.
"""

from dataclasses import dataclass, field

from finder.money.channels.alipay.client import AlipayClient, NotThere

_BASE = "alipay.commerce.transport.charger.pnc."


@dataclass(frozen=True, slots=True)
class Car:
    """A car and its driver's id at Alipay. Neither is ever shown."""

    vin: str = field(repr=False)
    open_id: str = field(repr=False)

    @property
    def asked(self) -> dict[str, str]:
        """As Alipay wants to be told."""
        return {"vin": self.vin, "open_id": self.open_id}


class PlugAndCharge:
    """The binding of cars for one operator. Every method raises ChannelError.

    The phone number and the plate that Alipay tells with a certified car are not read: nobody here needs them.
    """

    def __init__(self, client: AlipayClient, merchant: str) -> None:
        self._client, self._merchant = client, merchant

    async def certified(self, car: Car) -> bool:
        """Whether Alipay vouches that this car is this driver's."""
        try:
            told = await self._client.call(f"{_BASE}certify", car.asked, self._merchant)
        except NotThere:
            return False
        told.same("vin", car.vin)
        told.same("open_id", car.open_id)
        return True

    async def tell(self, car: Car, *, opened: bool) -> None:
        """Tells Alipay that plug-and-charge was opened or closed with us."""
        status = "OPEN" if opened else "CLOSE"
        await self._client.call(f"{_BASE}sync", {**car.asked, "status": status}, self._merchant)

    async def opened(self, car: Car) -> bool:
        """Whether Alipay knows it as open."""
        try:
            told = await self._client.call(f"{_BASE}query", car.asked, self._merchant)
        except NotThere:
            return False
        return told.truth("status")

    async def close(self, car: Car) -> bool:
        """Closes it at Alipay; whether that was done."""
        return (await self._client.call(f"{_BASE}close", car.asked, self._merchant)).truth("status")
