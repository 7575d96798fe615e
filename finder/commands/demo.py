"""`finder demo`: things to look at, on practice operators and channels."""

from decimal import Decimal
from typing import Annotated

import typer

demo = typer.Typer(no_args_is_help=True, help="演示 · to look at")


@demo.command()
def charge(
    speed: Annotated[float, typer.Option(min=1, max=600, help="比真实快多少倍 · how much faster than real")] = 60.0,
    kwh: Annotated[int, typer.Option(min=1, max=200, help="报价的电量 · the energy of the quote")] = 20,
) -> None:
    """一次完整充电：报价、冻结、启动、停止、账单、扣款、分账，并打印每条分录 · one whole session with every posting."""
    from finder.demo import charge as run

    raise typer.Exit(run(speed, Decimal(kwh)))


@demo.command()
def report() -> None:
    """两位市民和一个车位传感器：“可用”数如何变化 · two citizens and a sensor, and how 'usable' changes."""
    from finder.demo_report import report as run

    raise typer.Exit(run())
