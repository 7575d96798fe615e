"""Takes a citizen's picture: cleaned first, and only the clean one is kept."""

from dataclasses import dataclass

from finder.reports.photos.cleaner import Cleaner, Kept
from finder.reports.photos.store import PhotoStore, new_name


@dataclass(frozen=True, slots=True)
class Taken:
    """A kept picture by its name, with its size in pixels and how many faces and plates were hidden in it."""

    name: str
    width: int
    height: int
    faces: int
    plates: int


class Photos:
    """The pictures of reports. The original never leaves memory."""

    def __init__(self, cleaner: Cleaner, store: PhotoStore) -> None:
        self._cleaner, self._store = cleaner, store

    async def take(self, raw: bytes, keep: Kept | None = None) -> Taken:
        """Cleans and keeps it. `keep`: where the reported plate is, which stays readable; every other plate is hidden.

        Raises what Cleaner.clean raises, and StoreUnavailable.
        """
        clean = await self._cleaner.clean(raw, keep)
        name = new_name()
        await self._store.put(name, clean.jpeg)
        return Taken(name, clean.width, clean.height, clean.faces, clean.plates)

    async def show(self, name: str) -> bytes:
        """The clean JPEG. Raises NotFound and StoreUnavailable."""
        return await self._store.get(name)

    async def remove(self, name: str) -> None:
        """When its case is closed, or its reporter asks. Raises StoreUnavailable."""
        await self._store.remove(name)
