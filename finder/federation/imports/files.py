"""Opens what a person gives us: plain, .gz or .tar.gz, with limits against bombs."""

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from finder.errors import BadInput, TooLarge

MAX_DOCUMENT = 512 * 1024 * 1024  # bytes of one JSON document, unpacked
MAX_TOTAL = 16 * 1024 * 1024 * 1024  # bytes of a file, unpacked
MAX_MEMBERS = 1_000_000


class Limited(io.RawIOBase):
    """A stream that ends in TooLarge after so many bytes."""

    def __init__(self, inner: IO[bytes], limit: int) -> None:
        self._inner, self._left = inner, limit

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """See io.RawIOBase."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        data = self._inner.read(min(len(view), 1 << 20))
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge(
                "文件解压后过大，请拆分后再导入", "the unpacked file is too large: split it", code="FILE_TOO_LARGE"
            )
        view[: len(data)] = data
        return len(data)


@contextmanager
def documents(path: Path) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """Each document of a file with its name, in order; to be read before the next. Raises BadInput."""
    try:
        with path.open("rb") as file:
            yield _documents(path, file)
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise BadInput(
            f"无法读取文件 {path.name}：{error}",
            f"the file {path.name} cannot be read: {error}",
            code="FILE_UNREADABLE",
        ) from error


def _documents(path: Path, file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    name = path.name
    if file.peek(2)[:2] == b"PK":  # type: ignore[attr-defined]
        raise BadInput(
            f"{name} 是 Excel 或 zip 文件，请先解压或另存为 CSV",
            f"{name} is an Excel or zip file: unpack it, or save it as CSV",
            code="FILE_KIND",
        )
    packed = file.peek(2)[:2] == b"\x1f\x8b"  # type: ignore[attr-defined]
    plain = cast("IO[bytes]", gzip.GzipFile(fileobj=file) if packed else file)
    stream = cast("io.BufferedReader", io.BufferedReader(Limited(plain, MAX_TOTAL), 1 << 16))
    name = name.removesuffix(".gz").removesuffix(".tgz") if packed else name
    if not _is_tar(stream):
        yield name, stream
        return
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for n, member in enumerate(archive):
            if n >= MAX_MEMBERS:
                raise TooLarge("压缩包内文件过多", "the archive holds too many files", code="FILE_TOO_LARGE")
            if member.isfile() and (content := archive.extractfile(member)) is not None:
                # A member of a streamed archive cannot say whether it can be sought; a reader of its own can.
                yield Path(member.name).name, cast("IO[bytes]", io.BufferedReader(Limited(content, MAX_TOTAL), 1 << 16))


def _is_tar(stream: io.BufferedReader) -> bool:
    return stream.peek(262)[257:262] == b"ustar"


def whole(stream: IO[bytes], name: str) -> bytes:
    """A document's bytes without a byte order mark. Raises TooLarge."""
    data = stream.read(MAX_DOCUMENT + 1)
    if len(data) > MAX_DOCUMENT:
        raise TooLarge(
            f"{name} 超过 {MAX_DOCUMENT >> 20} MiB，请拆分后再导入",
            f"{name} is over {MAX_DOCUMENT >> 20} MiB: split it",
            code="FILE_TOO_LARGE",
        )
    return data.removeprefix(b"\xef\xbb\xbf")
