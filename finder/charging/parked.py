"""What a driver sees and says of car parks: what one was told of an order, and whether it may be told a plate."""

from finder.charging.order import load
from finder.charging.parking import Entitlement, entitlement_of, share_plate
from finder.errors import NotFound
from finder.identity.vault import Vault
from finder.kernel.ids import Number
from finder.storage.unit import Work


class Parked:
    """Entitlements in one database."""

    def __init__(self, work: Work, vault: Vault) -> None:
        self._work, self._vault = work, vault

    async def entitlement(self, person: str, number: Number) -> Entitlement | None:
        """What a car park was told of one's own order. Raises NotFound, for another's too."""
        async with self._work.read() as connection:
            if (await load(connection, number)).person != person:
                raise NotFound(f"没有订单 {number!r}", f"there is no order {number!r}", code="NO_SUCH_ORDER")
            return await entitlement_of(connection, self._vault, number)

    async def share_plate(self, person: str, *, agreed: bool) -> None:
        """Whether car parks may be told one's plate itself; else they are told only what finds it again."""
        async with self._work.begin() as unit:
            await share_plate(unit, person, agreed=agreed)
