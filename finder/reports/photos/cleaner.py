"""Has pictures cleaned, each in a process of its own that may take little and lives for seconds."""

import asyncio
import json
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

import structlog

import finder
from finder.errors import BadInput, Busy, FinderError, TooLarge
from finder.reports.photos.envelope import read_envelope
from finder.reports.photos.worker import TOO_HEAVY, UNREADABLE

log = structlog.get_logger(__name__)

AT_ONCE = 2
MOST_WAITING = 20
TIMEOUT_S = 30.0
MOST_KEPT_WIDTH, MOST_KEPT_HEIGHT = 0.6, 0.4  # of the picture: a plate, not the street
_START = "import sys; sys.path.insert(0, sys.argv[1]); from finder.reports.photos.worker import main; main()"
_ROOT = str(Path(finder.__file__).parents[1])
# Nothing of our environment, which holds secrets; one thread, so that nothing is mapped for others.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"} | {
    "MALLOC_MMAP_THRESHOLD_": "65536"  # what was decoded is given back when it is done with
}


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the reported plate is in the upright picture, as shares of its width and height. Raises BadInput."""

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        inside = 0 <= self.x <= self.x + self.width <= 1 and 0 <= self.y <= self.y + self.height <= 1
        if not (inside and 0 < self.width <= MOST_KEPT_WIDTH and 0 < self.height <= MOST_KEPT_HEIGHT):
            raise BadInput(
                "车牌框应在照片之内，且宽不超过 60%、高不超过 40%",
                "the plate's frame must lie within the photo, at most 60 % wide and 40 % high",
                code="PHOTO_FRAME",
            )


@dataclass(frozen=True, slots=True)
class Clean:
    """A JPEG without metadata, with `faces` and `plates` hidden; sizes in pixels. `peak_kb`: what the process took."""

    jpeg: bytes
    width: int
    height: int
    faces: int
    plates: int
    peak_kb: int


class Cleaner:
    """Cleans AT_ONCE pictures at once; MOST_WAITING more wait, others are refused."""

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self._turns, self._waiting, self._timeout_s = asyncio.Semaphore(AT_ONCE), 0, timeout_s

    async def clean(self, raw: bytes, keep: Kept | None = None) -> Clean:
        """Raises what read_envelope raises, BadInput PHOTO_DAMAGED, TooLarge PHOTO_TOO_HEAVY, and Busy."""
        read_envelope(raw)
        if self._waiting >= AT_ONCE + MOST_WAITING:
            raise Busy("照片处理繁忙，请稍后重试", "too many photos at once: send it again in a moment")
        self._waiting += 1
        try:
            async with self._turns:
                return await self._run(raw, keep)
        finally:
            self._waiting -= 1

    async def _run(self, raw: bytes, keep: Kept | None) -> Clean:
        wanted = None if keep is None else [keep.x, keep.y, keep.width, keep.height]
        head = json.dumps({"keep": wanted}).encode()
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", _START, _ROOT),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # a decoder's complaint may quote the picture
            env=_ENVIRONMENT,
        )
        try:
            async with asyncio.timeout(self._timeout_s):
                out, _ = await worker.communicate(struct.pack(">I", len(head)) + head + raw)
        except TimeoutError as slow:
            raise _too_heavy() from slow
        finally:
            if worker.returncode is None:
                worker.kill()
                await worker.wait()
        if worker.returncode != 0:
            raise _refused(worker.returncode)
        (length,) = struct.unpack(">I", out[:4])
        told = json.loads(out[4 : 4 + length])
        return Clean(out[4 + length :], **told)


def _refused(code: int | None) -> FinderError:
    if code == UNREADABLE:
        return BadInput("照片已损坏，请重新拍摄", "the photo is damaged: take it again", code="PHOTO_DAMAGED")
    if code != TOO_HEAVY:  # killed by a limit, or it fell over something: the picture's fault all the same
        log.warning("photo_worker_fell", exit=code)
    return _too_heavy()


def _too_heavy() -> TooLarge:
    return TooLarge(
        "照片无法在限定的内存和时间内处理，请降低分辨率后重试",
        "the photo takes more memory or time than it may: take it at a lower resolution",
        code="PHOTO_TOO_HEAVY",
    )
