"""What may not come in is told apart by its bytes, before anything is decoded."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from finder.errors import BadInput, FinderError
from finder.reports.photos.cleaner import Kept
from finder.reports.photos.envelope import (
    MAX_BYTES,
    MAX_PIXELS,
    MAX_PIXELS_ALPHA,
    MAX_PIXELS_WEBP,
    MAX_SIDE,
    MIN_SIDE,
    Envelope,
    Kind,
    _check_size,
    read_envelope,
)
from tests.unit.photographs import bomb, encoded, street

SMALL = street(320, 240)


def code(raw: bytes) -> str:
    with pytest.raises(BadInput) as refused:
        read_envelope(raw)
    return refused.value.code


@pytest.mark.parametrize(
    ("form", "kind", "more"),
    [
        ("JPEG", Kind.JPEG, {}),
        ("JPEG", Kind.JPEG, {"progressive": True}),
        ("JPEG", Kind.JPEG, {"subsampling": 0, "restart_marker_blocks": 3}),
        ("PNG", Kind.PNG, {}),
        ("WEBP", Kind.WEBP, {}),
        ("WEBP", Kind.WEBP, {"lossless": True}),
        ("WEBP", Kind.WEBP, {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0"}),
    ],
)
def test_a_picture_is_known_by_its_content(form: str, kind: Kind, more: dict[str, object]) -> None:
    assert read_envelope(encoded(SMALL, form, **more)) == Envelope(kind, 320, 240)


@pytest.mark.parametrize("raw", [b"", b"GIF89a" + b"\0" * 99, b"<svg xmlns='x'/>", b"\0" * 100, encoded(SMALL, "BMP")])
def test_other_kinds_are_refused(raw: bytes) -> None:
    assert code(raw) == "PHOTO_KIND"


def test_a_pixel_bomb_is_refused_by_its_header() -> None:
    raw = bomb()
    assert len(raw) < 600_000
    assert code(raw) == "PHOTO_PIXELS"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_two_things_in_one_file_are_refused(form: str) -> None:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as inside:
        inside.writestr("index.html", "<script>alert(1)</script>")
    picture = encoded(SMALL, form)
    assert code(picture + archive.getvalue()) == "PHOTO_TWO_THINGS"
    assert code(picture + picture) == "PHOTO_TWO_THINGS"
    assert code(picture + b"\0" * 65) == "PHOTO_TWO_THINGS"
    assert read_envelope(picture + b"\0" * 64).width == 320  # some cameras fill up


def test_a_picture_that_is_a_document_too_is_refused() -> None:
    assert code(encoded(SMALL, comment=b"%PDF-1.7 1 0 obj")) == "PHOTO_TWO_THINGS"


def test_moving_pictures_are_refused() -> None:
    frames = [street(128, 128, seed) for seed in (1, 2)]
    for form in ("PNG", "WEBP"):
        assert code(encoded(frames[0], form, save_all=True, append_images=frames[1:])) == "PHOTO_MOVES"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.integers(0, 6_000), st.binary(max_size=8))
def test_whatever_is_cut_or_changed_is_read_or_refused_in_words(form: str, at: int, put: bytes) -> None:
    raw = encoded(SMALL, form)
    for changed in (raw[:at] + put + raw[at + len(put) :], raw[:at]):
        assert said(changed) is None or str(said(changed)).startswith("PHOTO_")


def said(raw: bytes) -> str | None:
    """The code of a refusal; any other error is the test's failure."""
    try:
        read_envelope(raw)
    except FinderError as refused:
        return refused.code
    return None


def test_every_limit_at_it_and_one_past_it() -> None:
    for kind, alpha, most in (
        (Kind.JPEG, False, MAX_PIXELS),
        (Kind.PNG, False, MAX_PIXELS),
        (Kind.PNG, True, MAX_PIXELS_ALPHA),
        (Kind.WEBP, False, MAX_PIXELS_WEBP),
    ):
        _check_size(Envelope(kind, most // 10_000 * 2, 5_000, alpha=alpha))
        with pytest.raises(BadInput, match="megapixels"):
            _check_size(Envelope(kind, most // 10_000 * 2, 5_001, alpha=alpha))
    for sides in ((MIN_SIDE, MIN_SIDE), (MAX_SIDE, MIN_SIDE), (MIN_SIDE, MAX_SIDE)):
        _check_size(Envelope(Kind.JPEG, *sides))
    for sides in (
        (MIN_SIDE - 1, MIN_SIDE),
        (MIN_SIDE, MIN_SIDE - 1),
        (MAX_SIDE + 1, MIN_SIDE),
        (MIN_SIDE, MAX_SIDE + 1),
    ):
        with pytest.raises(BadInput, match="pixels"):
            _check_size(Envelope(Kind.JPEG, *sides))


def test_ten_megabytes_are_read_and_a_byte_more_is_not() -> None:
    assert code(b"\0" * MAX_BYTES) == "PHOTO_KIND"
    assert code(b"\0" * (MAX_BYTES + 1)) == "PHOTO_TOO_LARGE"


def test_transparency_is_seen_in_the_header() -> None:
    assert read_envelope(encoded(SMALL.convert("RGBA"), "PNG")).alpha
    assert read_envelope(encoded(Image.new("LA", (64, 64)), "PNG")).alpha


@pytest.mark.parametrize("frame", [(0, 0, 0.6, 0.4), (0.4, 0.6, 0.6, 0.4), (0.999, 0.999, 0.001, 0.001)])
def test_a_frame_may_be_as_large_as_a_plate(frame: tuple[float, ...]) -> None:
    assert Kept(*frame).width == frame[2]


@pytest.mark.parametrize(
    "frame",
    [
        (0, 0, 0.61, 0.1),
        (0, 0, 0.1, 0.41),
        (-0.01, 0, 0.1, 0.1),
        (0.5, 0, 0.51, 0.1),
        (0, 0, 0, 0.1),
        (0, 0, float("nan"), 0.1),
    ],
)
def test_a_frame_that_is_larger_or_lies_outside_is_refused(frame: tuple[float, ...]) -> None:
    with pytest.raises(BadInput) as refused:
        Kept(*frame)
    assert refused.value.code == "PHOTO_FRAME"
