"""What bytes say they are, read from the bytes alone and before anything is decoded."""

from dataclasses import dataclass
from enum import StrEnum

from finder.errors import BadInput, TooLarge

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 25_000_000
MAX_PIXELS_ALPHA = 12_000_000  # of a PNG with transparency, which has to be held twice
MAX_PIXELS_WEBP = 6_000_000  # its decoder holds the picture three times
MIN_SIDE, MAX_SIDE = 64, 12_000
_PADDING = 64  # zero bytes that some cameras leave at the end
_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF markers of a JPEG, which hold its size
_BARE = frozenset(range(0xD0, 0xD9)) | {0x01}  # markers without a length


class Kind(StrEnum):
    """Formats that are taken, by their media types."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A picture's format and its size in pixels, as its header says."""

    kind: Kind
    width: int
    height: int
    alpha: bool = False

    @property
    def most_pixels(self) -> int:
        """How many it may have, so that 200 MB are enough to decode it."""
        if self.kind is Kind.WEBP:
            return MAX_PIXELS_WEBP
        return MAX_PIXELS_ALPHA if self.alpha else MAX_PIXELS


def read_envelope(raw: bytes) -> Envelope:
    """Raises TooLarge and BadInput: PHOTO_TOO_LARGE, PHOTO_PIXELS, PHOTO_SIZE, PHOTO_KIND, PHOTO_DAMAGED,
    PHOTO_MOVES, PHOTO_TWO_THINGS."""
    if len(raw) > MAX_BYTES:
        raise TooLarge(
            "照片超过 10 MB，请压缩后重试", "the photo is over 10 MB: make it smaller", code="PHOTO_TOO_LARGE"
        )
    # Readers of PDF look for its mark anywhere in the first kilobyte, whatever comes before.
    if b"%PDF-" in raw[:1024]:
        raise _two_things()
    try:
        if raw.startswith(b"\xff\xd8\xff"):
            found, end = _jpeg(raw)
        elif raw.startswith(_PNG):
            found, end = _png(raw)
        elif raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
            found, end = _webp(raw)
        else:
            raise BadInput("只接受 JPEG、PNG 或 WebP 照片", "only JPEG, PNG or WebP are taken", code="PHOTO_KIND")
    except (IndexError, ValueError) as bad:
        raise _damaged() from bad
    if len(raw) - end > _PADDING or raw[end:].strip(b"\0"):
        raise _two_things()
    _check_size(found)
    return found


def _check_size(found: Envelope) -> None:
    most = found.most_pixels
    if found.width * found.height > most:
        raise TooLarge(
            f"照片超过 {most // 10_000} 万像素，请降低分辨率",
            f"the photo has more than {most // 1_000_000} megapixels: take it at a lower resolution",
            code="PHOTO_PIXELS",
        )
    if not all(MIN_SIDE <= side <= MAX_SIDE for side in (found.width, found.height)):
        raise BadInput(
            f"照片边长应为 {MIN_SIDE} 至 {MAX_SIDE} 像素",
            f"each side of the photo must have {MIN_SIDE} to {MAX_SIDE} pixels",
            code="PHOTO_SIZE",
        )


def _number(raw: bytes, at: int, count: int, *, little: bool = False) -> int:
    part = raw[at : at + count]
    if len(part) < count:
        raise ValueError("cut off")
    return int.from_bytes(part, "little" if little else "big")


def _jpeg(raw: bytes) -> tuple[Envelope, int]:
    at, size = 2, None
    while True:
        if raw[at] != 0xFF:
            raise ValueError("no marker")
        marker = raw[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        at += 2
        if marker == 0xD9:
            break
        if marker in _BARE:
            continue
        length = _number(raw, at, 2)
        if length < 2:
            raise ValueError("a segment without length")
        if marker in _FRAMES:
            size = Envelope(Kind.JPEG, _number(raw, at + 5, 2), _number(raw, at + 3, 2))
        at += length
        if marker == 0xDA:
            at = _after_scan(raw, at)
    if size is None:
        raise ValueError("no frame")
    return size, at


def _after_scan(raw: bytes, at: int) -> int:
    while True:
        at = raw.index(b"\xff", at)
        if raw[at + 1] != 0 and not 0xD0 <= raw[at + 1] <= 0xD7:
            return at
        at += 2


def _png(raw: bytes) -> tuple[Envelope, int]:
    at, size = len(_PNG), None
    while True:
        length, name = _number(raw, at, 4), raw[at + 4 : at + 8]
        if name == b"acTL":
            raise _moves()
        if size is None:
            if name != b"IHDR":
                raise ValueError("no header")
            size = Envelope(Kind.PNG, _number(raw, at + 8, 4), _number(raw, at + 12, 4), alpha=raw[at + 17] in (4, 6))
        at += 12 + length
        if at > len(raw):
            raise ValueError("cut off")
        if name == b"IEND":
            return size, at


def _webp(raw: bytes) -> tuple[Envelope, int]:
    end = 8 + _number(raw, 4, 4, little=True)
    if end > len(raw):
        raise ValueError("cut off")
    kind = raw[12:16]
    if kind == b"VP8X":
        if raw[20] & 2 or b"ANIM" in raw[30:64]:
            raise _moves()
        width, height = (1 + _number(raw, at, 3, little=True) for at in (24, 27))
    elif kind == b"VP8L":
        bits = _number(raw, 21, 4, little=True)
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif kind == b"VP8 ":
        width, height = (_number(raw, at, 2, little=True) & 0x3FFF for at in (26, 28))
    else:
        raise ValueError("no frame")
    return Envelope(Kind.WEBP, width, height), end + end % 2 if end + end % 2 <= len(raw) else end


def _damaged() -> BadInput:
    return BadInput("照片已损坏，请重新拍摄", "the photo is damaged: take it again", code="PHOTO_DAMAGED")


def _moves() -> BadInput:
    return BadInput("请上传静态照片", "moving pictures are not taken: send a still one", code="PHOTO_MOVES")


def _two_things() -> BadInput:
    return BadInput(
        "文件除照片外还含有其他内容，请关闭动态照片后重新拍摄",
        "the file holds something besides the photo: turn off motion photos and take it again",
        code="PHOTO_TWO_THINGS",
    )
