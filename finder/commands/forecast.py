"""`finder forecast`: measures the forecast on real series."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

forecast = typer.Typer(no_args_is_help=True, help="空闲预测 · the forecast of free bays")


@forecast.callback()
def _group() -> None:
    pass  # with one command alone, Typer would drop the group's name


@forecast.command()
def evaluate(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="真实序列 · real series")],
    into: Annotated[Path | None, typer.Option(help="写入该文档的表格 · the page whose table is written anew")] = None,
) -> None:
    """与三种简单预测比较：MAE、Brier、校准 · against last value, same hour last week and hourly mean."""
    from finder.live.forecast.evaluate.measure import Result
    from finder.live.forecast.evaluate.measure import evaluate as measuring
    from finder.live.forecast.evaluate.report import HEAD, rows, verdict, write
    from finder.live.forecast.evaluate.series import read_folder

    results: list[Result] = []
    out = Console(width=200, soft_wrap=True) if not Console().is_terminal else Console()
    with Progress(console=Console(stderr=True)) as bar:
        for series in read_folder(folder):
            task = bar.add_task(series.name, total=1.0)
            found = measuring(series, told=lambda share, task=task: bar.update(task, completed=share))  # type: ignore[misc]
            bar.update(task, completed=1.0)
            results += found
            if not found:
                out.print(f"{series.name}: 数据太少 · too little to learn from")
    table = Table(*HEAD)
    for row in rows(results):
        table.add_row(*row)
    out.print(table)
    out.print(verdict(results), highlight=False)
    if into is not None:
        write(results, into, into.with_name(f"{into.stem}-calibration.svg"))
