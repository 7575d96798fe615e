"""Where citizens' photos lie: the store that the settings name, for whoever composes reports."""

from finder.errors import SettingsError
from finder.reports.photos.objects import folder_photos, s3_photos
from finder.reports.photos.store import PhotoStore
from finder.settings import Settings


def choose_photos(settings: Settings) -> PhotoStore:
    """What FINDER_PHOTOS_URL names; a folder in the data folder where it is empty. Raises SettingsError."""
    url = settings.photos_url
    if not url:
        return folder_photos((settings.data_dir / "photos").absolute())
    if not url.startswith("s3+"):
        raise SettingsError(
            "FINDER_PHOTOS_URL：没有这种引擎，请留空或使用 s3+https://主机/存储桶",
            "FINDER_PHOTOS_URL: no such engine; leave it empty or use s3+https://host/bucket",
        )
    if settings.photos_key_id is None or settings.photos_key is None:
        raise SettingsError(
            "设置了 FINDER_PHOTOS_URL 时须同时设置 FINDER_PHOTOS_KEY_ID 和 FINDER_PHOTOS_KEY",
            "where FINDER_PHOTOS_URL is set, set FINDER_PHOTOS_KEY_ID and FINDER_PHOTOS_KEY too",
        )
    return s3_photos(url, settings.photos_key_id, settings.photos_key)
