"""The process that decodes one picture from its standard input and writes a clean one: nothing else, with little.

Its limits are set before anything of the picture is read. Exit codes: 0 done, 3 not a picture that can be read,
4 more memory than it may have; anything else is a fault.
"""

import io
import json
import resource
import struct
import sys

MAX_DATA_BYTES = 200 * 1024 * 1024  # private memory of the process
MAX_CPU_S = 10
STORED_SIDE = 1_280  # pixels of the longer side of what is kept
QUALITY = 82
UNREADABLE, TOO_HEAVY = 3, 4


def limit() -> None:
    """No more memory, time, files or core dumps than one picture needs."""
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_DATA_BYTES, MAX_DATA_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_S, MAX_CPU_S + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))


def peak_kb() -> int:
    """The most memory that this process had resident; what getrusage tells is partly its parent's."""
    with open("/proc/self/status") as status:  # noqa: PTH123 - nothing more is loaded than must be
        return next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), 0)


def clean(raw: bytes, keep: list[float] | None) -> tuple[bytes, dict[str, object]]:
    """A JPEG without metadata, faces or plates, and what was found. `keep`: a rectangle (x, y, width, height, as
    shares of the upright picture) in which a plate stays readable."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # the envelope was checked; Pillow would only warn
    with Image.open(io.BytesIO(raw), formats=["JPEG", "PNG", "WEBP"]) as opened:
        opened.draft("RGB", (STORED_SIDE, STORED_SIDE))  # of a JPEG only as much is decoded as is kept
        opened.thumbnail((STORED_SIDE, STORED_SIDE), Image.Resampling.BOX, reducing_gap=None)
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    import cv2
    import numpy as np

    from finder.reports.photos.faces import Region, find_faces, find_plates, hide

    cv2.setNumThreads(1)
    pixels = np.array(upright)
    faces, plates = find_faces(pixels), find_plates(pixels)
    height, width = pixels.shape[:2]
    spared = None
    if keep is not None:
        x, y, w, h = (share * side for share, side in zip(keep, (width, height) * 2, strict=True))
        spared = Region(int(x), int(y), int(w), int(h))
        saved = pixels[spared.y : spared.y + spared.height, spared.x : spared.x + spared.width].copy()
    hide(pixels, plates)
    if spared is not None:
        pixels[spared.y : spared.y + spared.height, spared.x : spared.x + spared.width] = saved
    hide(pixels, faces)  # a face is hidden wherever it is
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=QUALITY, optimize=True)
    told = {"width": width, "height": height, "faces": len(faces), "plates": len(plates), "peak_kb": peak_kb()}
    return out.getvalue(), told


def main() -> None:
    """Reads `length of JSON, JSON, picture`; writes the same."""
    limit()
    (length,) = struct.unpack(">I", sys.stdin.buffer.read(4))
    keep = json.loads(sys.stdin.buffer.read(length))["keep"]
    try:
        picture, told = clean(sys.stdin.buffer.read(), keep)
    except MemoryError:
        sys.exit(TOO_HEAVY)
    except Exception as bad:
        # OpenCV has an error of its own for memory that it does not get.
        sys.exit(TOO_HEAVY if "Insufficient memory" in str(bad) else UNREADABLE)
    head = json.dumps(told).encode()
    sys.stdout.buffer.write(struct.pack(">I", len(head)) + head + picture)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
