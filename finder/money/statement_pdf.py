"""A statement as PDF: the same rows as the CSV, its digest and the page's number at the foot of every page.

The Chinese font is STSong-Light, which PDF readers bring along: no font file is needed, and none is embedded.
"""

import io
from collections.abc import Iterator, Sequence

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from finder.money.spreadsheet import yuan
from finder.money.statement_csv import DIGEST, HEAD, amounts, digest, summary
from finder.money.statements import Statement

_FONT, _SIZE, _ROW_PT, _MARGIN_PT = "STSong-Light", 6.5, 11.0, 28.0
_WIDTH, _HEIGHT = landscape(A4)
_FOOT_PT = 34.0
# Shares of the width: order, session, day, kWh, then amounts of equal width.
_SHARES = (14.0, 11.0, 5.5, 4.5, *(4.5,) * 13)
_RIGHT_FROM = 3  # of these columns on, numbers stand under one another
Row = tuple[Sequence[str], bool]  # cells, and whether they are a heading


def to_pdf(statement: Statement) -> bytes:
    """The same statement gives the same bytes."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(_WIDTH, _HEIGHT), invariant=1)
    canvas.setTitle(f"Settlement statement {statement.operator} {statement.period.since} {statement.period.until}")
    pages, mark = list(_pages(statement)), digest(statement)
    for number, rows in enumerate(pages, 1):
        _page(canvas, rows)
        canvas.setFont(_FONT, _SIZE)
        canvas.drawString(_MARGIN_PT, _FOOT_PT - 12, f"{DIGEST} {mark}")
        count = f"第 {number} 页，共 {len(pages)} 页 · page {number} of {len(pages)}"
        canvas.drawRightString(_WIDTH - _MARGIN_PT, _FOOT_PT - 12, count)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _pages(statement: Statement) -> Iterator[list[Row]]:
    """Rows by pages; the table's heading stands on each page that goes on with it."""
    fit = int((_HEIGHT - _MARGIN_PT - _FOOT_PT) / _ROW_PT)
    page: list[Row] = []
    heading: Row | None = None
    for row in _rows(statement):
        if len(page) == fit:
            yield page
            page = [] if heading is None else [heading]
        page.append(row)
        heading = row if row[1] else heading
    yield page


def _rows(statement: Statement) -> Iterator[Row]:
    for name, said in summary(statement):
        yield (name, "", said), False
    yield (), False
    yield HEAD, True
    for line in statement.lines:
        parts = (yuan(part) for part in (line.electricity, line.service, line.parking))
        kwh = "" if line.kwh is None else f"{line.kwh:f}"
        yield (line.order, line.session or "", line.day.isoformat(), kwh, *parts, *amounts(line.amounts)), False
    sums = (yuan(statement.listed(part)) for part in ("electricity", "service", "parking"))
    yield ("合计 total", "", "", f"{statement.kwh:f}", *sums, *amounts(statement.totals)), False
    yield (), False
    columns = ("应付 payable", "应收 receivable", "在途 in transit", "挂账 suspense")
    yield ("未结清订单 open items", "", "", *columns), True
    for item in statement.open_items:
        left = map(yuan, (item.payable, item.receivable, item.in_transit, item.suspense))
        yield (item.order, "", "", *left), False
    yield (), False
    yield ("未决差异 open differences", "事项 entry, 差异 kind", "业务日 day"), True
    for each in statement.differences:
        yield (each.ref, f"{each.entry.value} {each.kind.value}", each.day.isoformat()), False


def _page(canvas: Canvas, rows: Sequence[Row]) -> None:
    inner = _WIDTH - 2 * _MARGIN_PT
    widths = [share * inner / sum(_SHARES) for share in _SHARES]
    for n, (cells, heading) in enumerate(rows):
        y = _HEIGHT - _MARGIN_PT - (n + 1) * _ROW_PT
        if heading:
            canvas.setFillGray(0.9)
            canvas.rect(_MARGIN_PT, y - 3, inner, _ROW_PT, stroke=0, fill=1)
            canvas.setFillGray(0)
        x = _MARGIN_PT
        for at, (cell, width) in enumerate(zip(cells, widths, strict=False)):
            if at >= _RIGHT_FROM:
                _draw(canvas, cell, x + width - 2, y, width - 3, right=True)
            else:  # what is long goes on over the empty cells beside it
                room = sum(widths[at : _until(cells, at)])
                _draw(canvas, cell, x, y, room - 3, right=False)
            x += width


def _until(cells: Sequence[str], at: int) -> int:
    end = at + 1
    while end < len(_SHARES) and (end >= len(cells) or not cells[end]):
        end += 1
    return end


def _draw(canvas: Canvas, text: str, x: float, y: float, room: float, *, right: bool) -> None:
    """Whole, in smaller letters where it would not fit: an amount is never cut."""
    wide = pdfmetrics.stringWidth(text, _FONT, _SIZE)
    canvas.setFont(_FONT, _SIZE if wide <= room else _SIZE * room / wide)
    (canvas.drawRightString if right else canvas.drawString)(x, y, text)
