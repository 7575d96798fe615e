"""The port to where clean pictures lie, and how their names are made."""

import re
import secrets
from typing import Protocol

from finder.errors import BadInput, NotFound

MAX_STORED_BYTES = 4 * 1024 * 1024  # of a clean picture: 1,280 pixels of noise take less than one
_NAME = re.compile(r"[0-9a-f]{32}")


def new_name() -> str:
    """A name that nobody guesses and that tells nothing of the picture."""
    return secrets.token_hex(16)


def key_of(name: str) -> str:
    """Where a picture lies, below the store's root. Raises NotFound for what was never a name."""
    if not _NAME.fullmatch(name):
        raise absent()
    return f"{name[:2]}/{name}.jpg"


def absent() -> NotFound:
    """That there is no such picture, or no longer."""
    return NotFound("照片不存在或已删除", "the photo is not there, or was removed", code="NO_SUCH_PHOTO")


def check_size(jpeg: bytes) -> None:
    """Raises BadInput, PHOTO_TOO_LARGE: nothing that the cleaner makes is so large."""
    if not 0 < len(jpeg) <= MAX_STORED_BYTES:
        raise BadInput(
            "照片大小超出存储限制", "the photo is empty, or larger than what is stored", code="PHOTO_TOO_LARGE"
        )


class PhotoStore(Protocol):
    """Keeps clean pictures by name. Every method raises StoreUnavailable where the store does not answer."""

    async def put(self, name: str, jpeg: bytes) -> None:
        """Keeps it whole or not at all; the same again changes nothing. Raises BadInput for its size."""

    async def get(self, name: str) -> bytes:
        """The picture. Raises NotFound."""

    async def remove(self, name: str) -> None:
        """Removes it; one that is not there is no error."""

    async def ready(self) -> None:
        """Raises StoreUnavailable where it could not be written to."""
