"""Whose pictures lie in the store, and what they prove; those that prove nothing are removed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from finder.errors import BadInput, NotFound, TooLarge, Unavailable
from finder.identity.store import Store
from finder.reports.photos.cleaner import Cleaner, Kept
from finder.reports.photos.store import PhotoStore, absent, new_name
from finder.reports.tables import PHOTO
from finder.storage.unit import Unit, Work, to_us

UNUSED_FOR = timedelta(days=1)
MOST_UNUSED = 5  # of one person
_AT_ONCE = 200
log = structlog.get_logger(__name__)


class PhotoBook:
    """Citizens' pictures: cleaned, kept under a row that says whose they are, shown to those who decide cases."""

    def __init__(self, work: Work, people: Store, cleaner: Cleaner, store: PhotoStore) -> None:
        self._work, self._people, self._cleaner, self._store = work, people, cleaner, store

    async def take(self, person: str, raw: bytes, keep: Kept | None = None) -> str:
        """Cleans and keeps it; its name, to be used within UNUSED_FOR.

        Raises what Cleaner.clean raises, TooLarge PHOTOS_WAITING, StoreUnavailable.
        """
        await self._people.made()
        mine = sa.select(sa.func.count()).where(PHOTO.c.person == person, PHOTO.c.subject.is_(None))
        async with self._work.read() as connection:
            waiting = (await connection.execute(mine.where(PHOTO.c.gone_at.is_(None)))).scalar_one()
        if waiting >= MOST_UNUSED:
            raise TooLarge(
                f"您有 {MOST_UNUSED} 张照片尚未用于报告：请先提交报告",
                f"{MOST_UNUSED} photos of yours are in no report yet: send those reports first",
                code="PHOTOS_WAITING",
            )
        clean = await self._cleaner.clean(raw, keep)
        name = new_name()
        # The row first: a file without one would never be removed.
        async with self._work.begin() as unit:
            row = {"name": name, "person": person, "taken_at": to_us(unit.now)}
            await unit.connection.execute(sa.insert(PHOTO).values(**row))
        await self._store.put(name, clean.jpeg)
        return name

    async def show(self, name: str) -> bytes:
        """A picture that proves something, for whoever decides. Raises NotFound, StoreUnavailable."""
        await self._people.made()
        used = (PHOTO.c.name == name, PHOTO.c.subject.is_not(None), PHOTO.c.gone_at.is_(None))
        async with self._work.read() as connection:
            if (await connection.execute(sa.select(PHOTO.c.name).where(*used))).first() is None:
                raise absent()
        return await self._store.get(name)

    async def sweep(self, now: datetime) -> int:
        """Removes what nobody used within UNUSED_FOR, and what is done with; how many."""
        await self._people.made()
        unused = sa.and_(PHOTO.c.subject.is_(None), PHOTO.c.taken_at <= to_us(now - UNUSED_FOR))
        due = sa.select(PHOTO.c.name).where(sa.or_(unused, PHOTO.c.gone_at <= to_us(now))).limit(_AT_ONCE)
        async with self._work.read() as connection:
            names = list((await connection.execute(due)).scalars())
        for name in names:
            try:
                await self._store.remove(name)
            except NotFound:  # a name that was never one
                pass
            except Unavailable as away:
                log.warning("photo_removal_waits", code=away.code)
                return 0
            async with self._work.begin() as unit:
                await unit.connection.execute(sa.delete(PHOTO).where(PHOTO.c.name == name))
        return len(names)


async def use_photos(unit: Unit, person: str, names: Sequence[str], subject: str) -> None:
    """Says what these pictures of a person's prove, within the unit that writes that. Raises BadInput."""
    for name in names:
        mine = (PHOTO.c.name == name, PHOTO.c.person == person, PHOTO.c.subject.is_(None), PHOTO.c.gone_at.is_(None))
        used = await unit.connection.execute(sa.update(PHOTO).where(*mine).values(subject=subject))
        if not used.rowcount:
            raise BadInput(
                "照片不存在、已用于其他报告或已过期：请重新上传",
                "there is no such photo, or another report has it, or it was removed: send it again",
                code="NO_SUCH_PHOTO",
            )


async def drop_photos(unit: Unit, subject: str) -> None:
    """Lets go of what proved this, within the unit that is done with it; whose they were is forgotten at once."""
    of = PHOTO.c.subject == subject
    await unit.connection.execute(sa.update(PHOTO).where(of).values(gone_at=to_us(unit.now), person=None))
