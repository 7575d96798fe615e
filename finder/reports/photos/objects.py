"""Pictures in a folder or in an S3-compatible store; both through the same library, below the same port."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store
from pydantic import SecretStr

from finder.errors import NotFound, SettingsError, StoreUnavailable
from finder.reports.photos.store import absent, check_size, key_of

_PROBE = "00/probe"
_SECONDS = 10


class ObjectPhotos:
    """PhotoStore over an object store."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    async def put(self, name: str, jpeg: bytes) -> None:
        """See PhotoStore."""
        check_size(jpeg)
        with _mapped():
            await self._objects.put_async(key_of(name), jpeg, attributes=self._attributes())

    async def get(self, name: str) -> bytes:
        """See PhotoStore."""
        with _mapped():
            found = await self._objects.get_async(key_of(name))
            return bytes(await found.bytes_async())

    async def remove(self, name: str) -> None:
        """See PhotoStore."""
        key = key_of(name)
        with suppress(NotFound), _mapped():  # a folder says so, S3 does not
            await self._objects.delete_async(key)

    async def ready(self) -> None:
        """See PhotoStore."""
        with _mapped():
            await self._objects.put_async(_PROBE, b"ok")
            await self._objects.delete_async(_PROBE)

    def _attributes(self) -> dict[str, str] | None:
        # A folder has no place for a media type.
        return None if isinstance(self._objects, LocalStore) else {"Content-Type": "image/jpeg"}


def folder_photos(folder: Path) -> ObjectPhotos:
    """Pictures below this folder, which is made where it is missing."""
    return ObjectPhotos(LocalStore(folder, mkdir=True))


def s3_photos(url: str, key_id: SecretStr, secret: SecretStr) -> ObjectPhotos:
    """Pictures in a bucket: s3+https://host/bucket?region=… (s3+http for a test on this machine).

    Raises SettingsError, which shows nothing of the secret.
    """
    parts = urlsplit(url)
    bucket, region = parts.path.strip("/"), parse_qs(parts.query).get("region", ["us-east-1"])[0]
    scheme = parts.scheme.removeprefix("s3+")
    if scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc or not bucket or "/" in bucket:
        raise SettingsError(
            "FINDER_PHOTOS_URL 应为 s3+https://主机/存储桶?region=区域，密钥另设",
            "FINDER_PHOTOS_URL must be s3+https://host/bucket?region=…, its keys apart from it",
        )
    return ObjectPhotos(
        S3Store(
            bucket,
            endpoint=f"{scheme}://{parts.netloc}",
            region=region,
            access_key_id=key_id.get_secret_value(),
            secret_access_key=secret.get_secret_value(),
            virtual_hosted_style_request=False,
            client_options={"allow_http": scheme == "http", "timeout": timedelta(seconds=_SECONDS)},
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=_SECONDS)},
        )
    )


@contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as gone:
        raise absent() from gone
    except (BaseError, OSError) as bad:
        # What the library says may hold the address and the key's name: only its kind is told.
        raise StoreUnavailable(
            f"照片存储无应答（{type(bad).__name__}），请稍后重试",
            f"the store of photos does not answer ({type(bad).__name__}): try again in a moment",
        ) from None
