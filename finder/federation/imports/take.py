"""Takes a file's stations into the store; a repeat changes nothing."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from finder.errors import BadInput
from finder.federation.imports.files import documents
from finder.federation.imports.model import Context, ImportReport, Item, Kind, RefusedRecord
from finder.federation.imports.read import read_document, sniff
from finder.kernel.clock import Clock, system_clock
from finder.stations.model import SourceId, Station, StationId
from finder.stations.store import StationStore

BATCH = 2_000
_BREATH = 500  # records between two moments for others

Progress = Callable[[str, int], None]  # phase "read" or "write", records so far


def _items(
    path: Path, kind: Kind | None, source: SourceId | None, now: datetime, report: ImportReport
) -> Iterator[Item]:
    def note(zh: str, en: str) -> None:
        report.notes[zh, en] += 1

    with documents(path) as found:
        for name, stream in found:
            which = kind
            try:
                which = kind or sniff(stream, name)
                report.kind = which
                yield from read_document(stream, which, Context(name, now, source, note))
            except BadInput as error:
                # One bad document of many is refused like a record; alone it is the file's own fault.
                if not report.read:
                    raise
                yield RefusedRecord(name, "", error.code, error.zh, error.en)


async def import_file(
    path: Path,
    store: StationStore,
    *,
    kind: Kind | None = None,
    source: SourceId | None = None,
    progress: Progress | None = None,
    clock: Clock = system_clock,
) -> ImportReport:
    """Reads the file twice: once to judge every record and find ids that come again, once to write.

    Raises BadInput for a file of which nothing can be read or an unusable source, StoreUnavailable; batches that
    were written by then stay, and a repeat completes them.
    """
    if source is not None and (not source or "/" in source or "\0" in source):
        raise BadInput("数据源编号不能为空或含有“/”", "a source must not be empty or hold a '/'", code="SOURCE_ID")
    now = clock()
    report = ImportReport(str(path), kind or Kind.GENERIC)
    tell = progress or (lambda _phase, _count: None)
    last = await _judge(path, kind, source, now, report, tell)
    await _write(path, kind, source, now, report, store, last, tell)
    return report


async def _judge(
    path: Path, kind: Kind | None, source: SourceId | None, now: datetime, report: ImportReport, tell: Progress
) -> dict[StationId, int]:
    """Counts and refuses; returns which record of each id is the last."""
    last: dict[StationId, int] = {}
    for n, item in enumerate(_items(path, kind, source, now, report)):
        report.read += 1
        if isinstance(item, RefusedRecord):
            report.refuse(item)
        else:
            if item.id in last:
                report.duplicates.append(item.id)
            last[item.id] = n
        if n % _BREATH == 0:
            tell("read", n)
            await asyncio.sleep(0)
    tell("read", report.read)
    return last


async def _write(
    path: Path,
    kind: Kind | None,
    source: SourceId | None,
    now: datetime,
    report: ImportReport,
    store: StationStore,
    last: dict[StationId, int],
    tell: Progress,
) -> None:
    batches: dict[SourceId, list[Station]] = defaultdict(list)

    async def flush(feed: SourceId) -> None:
        batch = batches.pop(feed)
        written = await store.put(feed, batch)
        report.added += written.added
        report.changed += written.changed
        report.unchanged += written.unchanged
        report.sources[feed] += len(batch)

    again = ImportReport(report.path, report.kind, read=report.read)
    for n, item in enumerate(_items(path, kind, source, now, again)):
        if isinstance(item, Station) and last.get(item.id) == n:
            feed = item.provenance[0].source
            batches[feed].append(item)
            if len(batches[feed]) >= BATCH:
                await flush(feed)
        if n % _BREATH == 0:
            tell("write", n)
            await asyncio.sleep(0)
    for feed in list(batches):
        await flush(feed)
    tell("write", report.read)
