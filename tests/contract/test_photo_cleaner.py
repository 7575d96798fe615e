"""A picture comes out of the worker's process clean, in little memory, whatever it was."""

import asyncio
import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from finder.errors import BadInput, Busy, TooLarge
from finder.reports.photos import cleaner as cleaning
from finder.reports.photos.cleaner import Cleaner, Kept
from finder.reports.photos.objects import folder_photos
from finder.reports.photos.photos import Photos
from tests.unit.photographs import bomb, encoded, likeness, street, with_plates, with_position

MOST_KB = 200 * 1024


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg))


async def test_position_names_and_comments_are_gone_and_it_stands_upright() -> None:
    raw = with_position(street(640, 480))
    clean = await Cleaner().clean(raw)
    assert b"CANARY" in raw
    assert b"CANARY" not in clean.jpeg
    assert b"Exif" not in clean.jpeg
    found = opened(clean.jpeg)
    assert dict(found.getexif()) == {}
    assert found.size == (480, 640) == (clean.width, clean.height)  # its EXIF had it turned
    assert set(found.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


async def test_a_bystanders_plate_is_hidden_and_the_reported_one_is_kept() -> None:
    ours, theirs = (200, 600, 240), (850, 650, 200)
    image = with_plates(ours, theirs)
    boxes = [(x, y, x + width, y + round(width * 140 / 440)) for x, y, width in (ours, theirs)]
    kept = Kept(180 / 1280, 580 / 960, 290 / 1280, 120 / 960)
    clean = opened((await Cleaner().clean(encoded(image, quality=95), kept)).jpeg)
    assert likeness(image, clean, boxes[0]) > 0.9
    assert likeness(image, clean, boxes[1]) < 0.45


async def test_without_a_frame_every_plate_is_hidden() -> None:
    image = with_plates((200, 600, 240), (850, 650, 200))
    clean = await Cleaner().clean(encoded(image, quality=95))
    assert clean.plates >= 2
    assert likeness(image, opened(clean.jpeg), (200, 600, 440, 676)) < 0.45


LARGEST: dict[str, Callable[[], bytes]] = {
    "JPEG of 25 megapixels": lambda: encoded(street(5_000, 5_000), "JPEG"),
    "progressive JPEG": lambda: encoded(street(5_000, 5_000), "JPEG", progressive=True),
    "CMYK": lambda: encoded(street(5_000, 5_000).convert("CMYK"), "JPEG"),
    "PNG of 25 megapixels": lambda: encoded(street(5_000, 5_000), "PNG", compress_level=1),
    "transparent PNG of 12": lambda: encoded(street(4_000, 3_000).convert("RGBA"), "PNG", compress_level=1),
    "WebP of 6 megapixels": lambda: encoded(street(3_000, 2_000), "WEBP", method=0),
}


@pytest.mark.parametrize("name", list(LARGEST))
async def test_the_largest_that_is_taken_needs_less_than_200_mb(name: str) -> None:
    clean = await Cleaner(timeout_s=120).clean(LARGEST[name]())
    assert max(clean.width, clean.height) == 1_280
    assert clean.peak_kb < MOST_KB


async def test_what_a_phone_takes_needs_less_still() -> None:
    clean = await Cleaner(timeout_s=120).clean(encoded(street(4_000, 3_000)))
    assert clean.peak_kb < MOST_KB * 2 // 3


def polyglot() -> bytes:
    """A JPEG of 12 megapixels, which is an archive too."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as inside:
        inside.writestr("index.html", "<script>alert(1)</script>")
    return encoded(street(4_000, 3_000)) + archive.getvalue()


# With the worker's own limits; its peak is told whatever becomes of the picture.
PEAK = """import sys; sys.path.insert(0, sys.argv[1])
from finder.reports.photos import worker
worker.limit()
try:
    worker.clean(sys.stdin.buffer.read(), None)
    print("DONE", worker.peak_kb())
except BaseException as bad:
    print(type(bad).__name__, worker.peak_kb())
"""


@pytest.mark.parametrize(("raw", "ends"), [(bomb, "MemoryError"), (polyglot, "DONE")])
async def test_what_gets_past_the_envelope_stays_within_the_limit(raw: Callable[[], bytes], ends: str) -> None:
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-c", PEAK, cleaning._ROOT),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=cleaning._ENVIRONMENT,
    )
    out, _ = await worker.communicate(raw())
    how, peak = out.decode().split()
    assert how == ends
    assert int(peak) < MOST_KB


async def test_noise_in_which_much_looks_like_something_needs_no_more() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (960, 1_280, 3), dtype=np.uint8)
    clean = await Cleaner(timeout_s=120).clean(encoded(Image.fromarray(noise)))
    assert clean.peak_kb < MOST_KB


async def test_what_would_take_more_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "read_envelope", lambda raw: None)  # as if a header had lied
    raw = encoded(Image.new("RGB", (12_000, 8_000)), "PNG", compress_level=1)
    with pytest.raises(TooLarge) as refused:
        await Cleaner(timeout_s=60).clean(raw)
    assert refused.value.code == "PHOTO_TOO_HEAVY"


async def test_what_takes_too_long_is_ended() -> None:
    with pytest.raises(TooLarge) as refused:
        await Cleaner(timeout_s=0.05).clean(encoded(street(640, 480)))
    assert refused.value.code == "PHOTO_TOO_HEAVY"


async def test_a_damaged_picture_is_refused() -> None:
    raw = bytearray(encoded(street(640, 480), "PNG"))
    raw[len(raw) // 2] ^= 0xFF
    with pytest.raises(BadInput) as refused:
        await Cleaner(timeout_s=60).clean(bytes(raw))
    assert refused.value.code == "PHOTO_DAMAGED"


async def test_more_than_wait_in_line_are_told_to_come_again() -> None:
    cleaner = Cleaner()
    cleaner._waiting = cleaning.AT_ONCE + cleaning.MOST_WAITING
    with pytest.raises(Busy):
        await cleaner.clean(encoded(street(640, 480)))
    cleaner._waiting -= 1
    await cleaner.clean(encoded(street(320, 240)))


async def test_only_the_clean_picture_is_kept_and_it_can_be_removed(tmp_path: Path) -> None:
    photos = Photos(Cleaner(), folder_photos(tmp_path))
    taken, other = await asyncio.gather(*(photos.take(with_position(street(640, 480))) for _ in range(2)))
    assert taken.name != other.name
    assert len(kept := files(tmp_path)) == 2
    assert all(b"CANARY" not in path.read_bytes() for path in kept)
    assert (await photos.show(taken.name))[:3] == b"\xff\xd8\xff"
    await photos.remove(taken.name)
    assert len(files(tmp_path)) == 1


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
