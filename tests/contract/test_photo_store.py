"""Where pictures lie: a folder and a server that speaks S3, held to the same promises."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from finder.errors import BadInput, NotFound, SettingsError, StoreUnavailable
from finder.reports.photos.objects import folder_photos, s3_photos
from finder.reports.photos.store import MAX_STORED_BYTES, PhotoStore, key_of, new_name
from tests.contract.s3_server import BUCKET, KEY_ID, SECRET, client, s3_server

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the server's own libraries


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    with s3_server() as url:
        yield url


def s3(url: str, bucket: str = BUCKET) -> PhotoStore:
    return s3_photos(f"s3+{url}/{bucket}", SecretStr(KEY_ID), SecretStr(SECRET))


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> PhotoStore:
    return folder_photos(tmp_path / "photos") if request.param == "folder" else s3(request.getfixturevalue("s3_url"))


async def test_a_picture_is_had_back_as_it_was_kept(store: PhotoStore) -> None:
    name, other = new_name(), new_name()
    await store.put(name, b"one")
    await store.put(other, b"two")
    await store.put(name, b"one")
    assert (await store.get(name), await store.get(other)) == (b"one", b"two")


async def test_a_removed_picture_is_gone_and_removing_again_is_no_error(store: PhotoStore) -> None:
    name = new_name()
    await store.put(name, b"one")
    await store.remove(name)
    await store.remove(name)
    with pytest.raises(NotFound) as gone:
        await store.get(name)
    assert gone.value.code == "NO_SUCH_PHOTO"


@pytest.mark.parametrize("name", ["", "../secret", "A" * 32, "0" * 31, "0" * 33, "0" * 32 + "/x", "00/probe"])
async def test_what_was_never_a_name_reaches_no_store(store: PhotoStore, name: str) -> None:
    with pytest.raises(NotFound):
        await store.get(name)
    with pytest.raises(NotFound):
        await store.put(name, b"x")


async def test_the_largest_is_kept_and_one_byte_more_is_not(store: PhotoStore) -> None:
    name = new_name()
    await store.put(name, b"x" * MAX_STORED_BYTES)
    assert len(await store.get(name)) == MAX_STORED_BYTES
    for bad in (b"x" * (MAX_STORED_BYTES + 1), b""):
        with pytest.raises(BadInput):
            await store.put(new_name(), bad)


async def test_a_store_says_that_it_is_ready(store: PhotoStore) -> None:
    await store.ready()


async def test_in_s3_a_picture_has_its_media_type(s3_url: str) -> None:
    name = new_name()
    await s3(s3_url).put(name, b"one")
    head = await asyncio.to_thread(client(s3_url).head_object, Bucket=BUCKET, Key=key_of(name))
    assert (head["ContentType"], head["ContentLength"]) == ("image/jpeg", 3)


async def test_a_store_that_is_away_is_unavailable_and_its_secret_is_not_told(s3_url: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = s3(f"http://127.0.0.1:{nobody.getsockname()[1]}")
        for asked in (away.get(new_name()), away.put(new_name(), b"x"), away.ready()):
            with pytest.raises(StoreUnavailable) as refused:
                await asked
            assert SECRET not in str(refused.value)
    with pytest.raises((StoreUnavailable, NotFound)):
        await s3(s3_url, "none").put(new_name(), b"x")


@pytest.mark.parametrize(
    "url", ["s3+ftp://h/b", "s3+https:///b", "s3+https://h", "s3+https://h/b/c", "s3+https://key:word@h/b"]
)
def test_an_address_that_cannot_be_used_is_refused_without_telling_it(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        s3_photos(url, SecretStr(KEY_ID), SecretStr(SECRET))
    assert "word@" not in str(refused.value)
