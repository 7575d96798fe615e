"""`finder import`: a file into the store, with a progress bar and a report for people."""

import asyncio
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from finder.errors import BadInput, FinderError
from finder.federation.imports.model import ImportReport, Kind
from finder.federation.imports.take import import_file
from finder.stations.store import StationStore

SHOWN_REFUSALS = 20
_PHASES = {"read": "检查 checking", "write": "写入 writing"}


def run_import(
    path: Path,
    store: StationStore,
    *,
    kind: str | None = None,
    source: str | None = None,
    console: Console | None = None,
) -> int:
    """Imports, prints the report, closes the store; 0 where anything was taken or is there already, else 1."""
    console = console or Console()
    try:
        report = asyncio.run(_run(path, store, _kind(kind), source, console))
    except FinderError as error:
        console.print(f"{error.code}: {error.zh}\n{error.en}", style="red", markup=False)
        return 1
    print_report(report, console)
    return 0 if report.added + report.changed + report.unchanged else 1


def _kind(kind: str | None) -> Kind | None:
    if kind is None:
        return None
    try:
        return Kind(kind.lower())
    except ValueError:
        known = ", ".join(Kind)
        raise BadInput(
            f"没有 {kind!r} 这种文件，可用：{known}", f"there is no kind {kind!r}; use one of {known}", code="FILE_KIND"
        ) from None


async def _run(
    path: Path, store: StationStore, kind: Kind | None, source: str | None, console: Console
) -> ImportReport:
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.completed}"),
        TimeElapsedColumn(), console=console,
    )  # fmt: skip
    try:
        with bar:
            task = bar.add_task(_PHASES["read"], total=None)

            def tell(phase: str, count: int) -> None:
                if phase == "write" and bar.tasks[0].total is None:
                    bar.update(task, total=bar.tasks[0].completed)
                bar.update(task, description=_PHASES[phase], completed=count)

            return await import_file(path, store, kind=kind, source=source, progress=tell)
    finally:
        await store.close()


def print_report(report: ImportReport, console: Console) -> None:
    """Numbers, notes and the first refusals, in Chinese and English."""
    table = Table(
        "", "", title=f"{Path(report.path).name} · {report.kind.value}", show_header=False, title_justify="left"
    )
    for zh, en, count in (
        ("读取", "read", report.read),
        ("新增", "added", report.added),
        ("变更", "changed", report.changed),
        ("未变", "unchanged", report.unchanged),
        ("拒收", "refused", report.refused_total),
        ("重复编号", "ids that came again, the last counts", len(report.duplicates)),
    ):
        table.add_row(f"{zh} {en}", f"{count:,}")
    console.print(table)
    if report.sources:
        feeds = Table("数据源 feed", "站点 stations", title_justify="left")
        for feed, count in report.sources.most_common():
            feeds.add_row(feed, f"{count:,}")
        console.print(feeds)
    if report.refused:
        refusals = Table("位置 where", "编号 id", "代码 code", "原因 reason")
        for code, count in report.refused_by_code.most_common():
            refusals.add_row("", "", code, f"× {count:,}")
        for record in report.refused[:SHOWN_REFUSALS]:
            refusals.add_row(record.where, record.native_id, record.code, f"{record.zh}\n{record.en}")
        console.print(refusals)
    for (zh, en), count in report.notes.most_common():
        console.print(f"· {zh}\n  {en} (× {count:,})", markup=False)
