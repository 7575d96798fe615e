"""The store of photos is named by the settings."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from finder.errors import SettingsError
from finder.pictures import choose_photos
from finder.reports.photos.objects import ObjectPhotos
from finder.reports.photos.store import new_name
from finder.settings import Settings

KEYS = {"photos_key_id": SecretStr("id"), "photos_key": SecretStr("word")}


async def test_with_nothing_configured_photos_lie_in_the_data_folder(tmp_path: Path) -> None:
    store = choose_photos(Settings(data_dir=tmp_path))
    name = new_name()
    await store.put(name, b"one")
    assert (tmp_path / "photos" / name[:2] / f"{name}.jpg").read_bytes() == b"one"


def test_a_bucket_needs_its_keys() -> None:
    url = "s3+https://photos.example/bucket?region=cn-north-1"
    assert isinstance(choose_photos(Settings(photos_url=url, **KEYS)), ObjectPhotos)  # type: ignore[arg-type]
    for missing in KEYS:
        with pytest.raises(SettingsError, match="FINDER_PHOTOS_KEY"):
            choose_photos(Settings(photos_url=url, **{**KEYS, missing: None}))  # type: ignore[arg-type]


def test_another_engine_is_refused() -> None:
    with pytest.raises(SettingsError, match="no such engine"):
        choose_photos(Settings(photos_url="ftp://x/y"))
