"""`finder ledger statement`: an operator's settlement statement of a month, as CSV and as PDF."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from finder.settings import load_settings

Month = Annotated[str, typer.Option(help="月份 · the month: 2026-11")]
Csv = Annotated[Path | None, typer.Option("--csv", help="CSV 文件 · write a CSV here")]
Pdf = Annotated[Path | None, typer.Option("--pdf", help="PDF 文件 · write a PDF here")]


def statement(operator: str, month: Month, csv: Csv = None, pdf: Pdf = None) -> None:
    """运营商结算对账单（CSV、PDF） · an operator's settlement statement of a month."""
    from finder.app import choose_work
    from finder.money.statement_csv import digest, summary, to_csv
    from finder.money.statement_pdf import to_pdf
    from finder.money.statements import Statement
    from finder.money.statements import month as month_of
    from finder.money.statements import statement as made_of

    async def run() -> Statement:
        work = choose_work(load_settings())
        try:
            return await made_of(work, operator, month_of(month))
        finally:
            await work.close()

    made = asyncio.run(run())
    if csv is not None:
        csv.write_bytes(to_csv(made))
    if pdf is not None:
        pdf.write_bytes(to_pdf(made))
    console = Console()
    for name, said in summary(made):
        console.print(f"{name}: {said}", highlight=False, markup=False)
    console.print(f"SHA-256: {digest(made)}", highlight=False, soft_wrap=True)
