"""What a driver sees and says of car parks: what one was told of an order, and whether it may be told a plate."""

from finder.charging.order import load
from finder.charging.parking import Entitlement, entitlement_of, plate_shared, share_plate
from finder.errors import NotFound
from finder.identity.vault import Vault
from finder.kernel.ids import Number
from finder.storage.unit import Work


class Parked:
    """Entitlements in one database; `told` says whether there is any car park to be told."""

    def __init__(self, work: Work, vault: Vault, *, told: bool) -> None:
        self._work, self._vault, self._told = work, vault, told

    async def entitlement(self, person: str, number: Number) -> Entitlement | None:
        """What a car park was told of one's own order. Raises NotFound, for another's too."""
        async with self._work.read() as connection:
            if (await load(connection, number)).person != person:
                raise NotFound(f"没有订单 {number!r}", f"there is no order {number!r}", code="NO_SUCH_ORDER")
            return await entitlement_of(connection, self._vault, number)

    async def plate_shared(self, person: str) -> bool | None:
        """Whether one agrees that car parks are told one's plate; None where there is nothing to agree to or undo."""
        async with self._work.read() as connection:
            agreed = await plate_shared(connection, person)
        return agreed or (False if self._told else None)

    async def share_plate(self, person: str, *, agreed: bool) -> None:
        """Whether car parks may be told one's plate itself; else they are told only what finds it again."""
        async with self._work.begin() as unit:
            await share_plate(unit, person, agreed=agreed)
