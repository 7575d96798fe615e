"""Who is told of a freed bay, and where those go whose station has filled; each once, whoever waited longest first."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from finder.charging.machines import Session
from finder.charging.order import ORDER
from finder.notices.letters import ring
from finder.notices.model import NEXT_AFTER, TOLD_A_BAY, Alternative, Watch, WatchKind
from finder.notices.rows import end, open_watches, tell
from finder.notices.tables import FREED, WATCH
from finder.stations.model import Evse, Station
from finder.storage.unit import Unit, from_us, to_us


async def tell_freed(
    unit: Unit, station: Station, evse: Evse, seen_at: datetime, *, flipped: bool
) -> tuple[Sequence[Watch], datetime]:
    """Tells of a bay that is free: whom, and from when on the next ones are told if it still is.

    `seen_at`: when its operator saw it free; `flipped`: it was not before. Of several processes that see the same
    flip one tells; a flip that is no newer than what was told last is the same one.
    """
    own, fresh = FREED.c.evse == evse.id, unit.insert(FREED).values(evse=evse.id, freed_at=0, told_at=0)
    locked = fresh.on_conflict_do_update(index_elements=["evse"], set_={"told_at": FREED.c.told_at})
    row = (await unit.connection.execute(locked.returning(*FREED.c))).one()
    again_at = from_us(row.told_at) + NEXT_AFTER
    if unit.now < again_at and not (flipped and to_us(seen_at) > row.freed_at):
        return (), again_at
    here = (WATCH.c.station == station.id, WATCH.c.kind == WatchKind.FREES.value)
    waiting = [watch for watch in await open_watches(unit.connection, unit.now, *here) if watch.suits(evse)]
    told = [watch for watch in waiting[:TOLD_A_BAY] if await tell(unit, watch.id, told_evse=evse.id)]
    if told:
        known = {"freed_at": max(row.freed_at, to_us(seen_at)), "told_at": to_us(unit.now)}
        await unit.connection.execute(sa.update(FREED).where(own).values(**known))
        again_at = unit.now + NEXT_AFTER
    for watch in told:
        await ring(unit, watch.id, watch.person)
    return told, again_at


async def tell_filled(
    unit: Unit, station: Station, watches: Sequence[Watch], found: Mapping[str, Alternative | None]
) -> Sequence[Watch]:
    """Tells these that their station has filled, each with its alternative; not whoever has begun to charge there."""
    arrived = await _charging_at(unit, station, watches)
    await end(unit, [watch.id for watch in watches if watch.person in arrived])
    told = []
    for watch in watches:
        other = found.get(watch.id)
        more = (
            {}
            if other is None
            else {
                "other": other.station,
                "other_name": other.name,
                "other_m": other.distance_m,
                "other_free": other.free,
            }
        )
        if await tell(unit, watch.id, **more):
            told.append(watch)
            await ring(unit, watch.id, watch.person)
    return told


async def _charging_at(unit: Unit, station: Station, watches: Sequence[Watch]) -> set[str]:
    """Those of them who have begun a session at this station since they set out, and whose start was not refused."""
    set_out = {watch.person: to_us(watch.since) for watch in watches}
    begun = sa.select(ORDER.c.person, ORDER.c.created_at).where(
        ORDER.c.person.in_(sorted(set_out)),
        ORDER.c.evse_id.in_([evse.id for evse in station.evses]),
        ORDER.c.created_at >= min(set_out.values()),
        ORDER.c.session.not_in([Session.IDLE.value, Session.REJECTED.value]),
    )
    found = await unit.connection.execute(begun)
    return {row.person for row in found if row.created_at >= set_out[row.person]}
