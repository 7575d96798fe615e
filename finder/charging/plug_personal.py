"""What of a person is in charging by the plug, for its export and its erasure; all of it goes with the person."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.plug_tables import BINDING, CASE, NOTICE
from finder.identity.privacy import BesidePeople
from finder.identity.tables import PERSON
from finder.storage.unit import from_us

_TABLES = (
    ("binding", BINDING, ("vehicle", "agreement", "proof", "made_at", "proven_at", "suspended_at")),
    ("case", CASE, ("kind", "vehicle", "order", "opened_at", "decision", "decided_at")),
    ("notice", NOTICE, ("kind", "order", "vehicle", "at", "read_at")),
)


class PlugsHeld(BesidePeople):
    """Is a Holding; to stand before the orders, since it keeps new ones from beginning while a person is erased."""

    name = "plugAndCharge"

    async def export(self, connection: AsyncConnection, person: str) -> Sequence[dict[str, Any]]:
        """Every binding with its contract, every case and every notice, each with what it is."""
        told: list[dict[str, Any]] = []
        for what, table, names in _TABLES:
            for row in (await connection.execute(sa.select(table).where(table.c.person == person))).all():
                found = {name: _told(name, getattr(row, name)) for name in names}
                if table is BINDING:
                    found["contract"] = self._store.open(row.contract, BINDING.c.contract, row.vehicle)
                told.append({"what": what, **found})
        return told

    async def let_go(self, connection: AsyncConnection, person: str) -> None:
        """Waits for whoever is deciding on a car of this person's; from here on nobody decides on one."""
        await connection.execute(sa.select(PERSON.c.id).where(PERSON.c.id == person).with_for_update())


def _told(name: str, value: Any) -> Any:
    return from_us(value) if value is not None and (name == "at" or name.endswith("_at")) else value
