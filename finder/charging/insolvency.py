"""Staff's word on an operator that cannot pay: no new starts, nothing split or passed on, refunds first."""

from finder.charging.news import release_money
from finder.charging.order import ORDER, Held, find, load
from finder.charging.standing import Standing, put_standing, standings
from finder.errors import BadInput
from finder.identity.audit import Actor, Audit
from finder.kernel.ids import Number
from finder.stations.model import SourceId
from finder.storage.unit import Work

_AT_ONCE = 100


class Insolvency:
    """Says of an operator that it is insolvent, or no longer. Each change stands in the audit."""

    def __init__(self, work: Work, audit: Audit) -> None:
        self._work, self._audit = work, audit

    async def all(self) -> list[Standing]:
        """Every operator of whom anything was said."""
        async with self._work.read() as connection:
            return await standings(connection)

    async def declare(self, operator: SourceId, by: Actor, reason: str) -> bool:
        """From now on its orders' money stays where it is; whether that is new. Raises BadInput without a reason."""
        return await self._say(operator, by, reason, insolvent=True)

    async def lift(self, operator: SourceId, by: Actor, reason: str) -> int:
        """It stands well again: what was held goes its way, also where that was cut off before; how many orders."""
        await self._say(operator, by, reason, insolvent=False)
        released, after = 0, Number()
        while True:
            async with self._work.read() as connection:
                held = (ORDER.c.operator == operator, ORDER.c.held == Held.OPERATOR.value, ORDER.c.number > after)
                found = await find(connection, *held, limit=_AT_ONCE)
            for order in found:
                async with self._work.begin() as unit:
                    now = await load(unit.connection, order.number, lock=True)
                    if now.held == Held.OPERATOR:
                        await release_money(unit, now)
                        released += 1
            if len(found) < _AT_ONCE:
                return released
            after = found[-1].number

    async def _say(self, operator: SourceId, by: Actor, reason: str, *, insolvent: bool) -> bool:
        if not reason.strip():
            raise BadInput("请填写理由", "say why", code="REASON_MISSING")
        await self._audit.made()
        async with self._work.begin() as unit:
            new = await put_standing(unit, operator, by.who, reason, insolvent=insolvent)
            if new:
                what = "operator.insolvent" if insolvent else "operator.solvent"
                await self._audit.append(unit.connection, by, what, operator, {"reason": reason})
            return new
