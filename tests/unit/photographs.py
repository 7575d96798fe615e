"""Pictures that tests make: streets with a plate, with positions in their metadata, bombs, and two things at once."""

import io
import zlib
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

PLATE_TEXT = "HD12345"  # after the province's character, which not every machine has in a font


def encoded(image: Image.Image, form: str = "JPEG", **more: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


def street(width: int = 1280, height: int = 960, seed: int = 0) -> Image.Image:
    """Grey patches, softly: nothing in it looks like a plate."""
    rough = np.random.default_rng(seed).integers(90, 150, (height // 160 + 1, width // 160 + 1), dtype=np.uint8)
    return Image.fromarray(rough).resize((width, height), Image.Resampling.BICUBIC).convert("RGB")


def plate(
    width: int, colour: tuple[int, int, int] = (10, 60, 180), ink: tuple[int, int, int] = (255, 255, 255)
) -> Image.Image:
    """A plate of China's form, 440 by 140 mm."""
    drawn = Image.new("RGB", (440, 140), colour)
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((6, 6, 433, 133), outline=ink, width=4)
    letters = Image.new("L", (70, 11), 0)
    ImageDraw.Draw(letters).text((1, 0), f"#{PLATE_TEXT}", fill=255)
    mask = letters.crop(letters.getbbox()).resize((400, 96), Image.Resampling.BILINEAR)
    drawn.paste(Image.new("RGB", mask.size, ink), (20, 22), mask)
    return drawn.resize((width, round(width * 140 / 440)), Image.Resampling.LANCZOS).filter(
        ImageFilter.GaussianBlur(0.5)
    )


def with_plates(*at: tuple[int, int, int], size: tuple[int, int] = (1280, 960)) -> Image.Image:
    """A street with a blue plate (x, y, width) each."""
    image = street(*size)
    for x, y, width in at:
        image.paste(plate(width), (x, y))
    return image


def with_position(image: Image.Image) -> bytes:
    """A JPEG whose EXIF tells who took it, where, and that it lies on its side."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112], exif[0x013B] = "CANARY-MAKER", 6, "CANARY-ARTIST"
    exif.get_ifd(0x8825).update({1: "N", 2: (38.0, 24.0, 30.0), 3: "E", 4: (112.0, 43.0, 59.0)})
    return encoded(image, exif=exif, comment=b"CANARY-COMMENT")


def bomb(side: int = 13_300) -> bytes:
    """A PNG of 177 megapixels in half a megabyte or less."""
    rows = zlib.compressobj(9)
    body = b"".join(rows.compress(b"\0" * (side * 3 + 1)) for _ in range(side)) + rows.flush()
    header = side.to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def likeness(one: Image.Image, two: Image.Image, box: tuple[int, int, int, int]) -> float:
    """How much the same both are within the box: 1 for the same, about 0 for nothing in common."""
    a, b = (np.asarray(each.convert("L").crop(box), dtype=np.float64).ravel() for each in (one, two))
    return 0.0 if a.std() < 1e-9 or b.std() < 1e-9 else float(np.corrcoef(a, b)[0, 1])
