"""Bills as comma-separated tables, read by the names of their columns: channels move columns about."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

import structlog

from finder.errors import BadInput, ChannelLied, ChannelUnavailable
from finder.kernel.clock import SHANGHAI, Clock
from finder.kernel.ids import Number, check_number
from finder.money.channels.yuan import from_yuan

log = structlog.get_logger(__name__)
MAX_ROWS = 1_000_000
READY_AT = time(10)  # on the next day
# Who paid is nobody's business here: these columns are emptied in the row that is kept for a person.
_PERSONAL = ("用户标识", "对方账户", "对方账号")


def check_ready(channel: str, day: date, clock: Clock) -> None:
    """That the bill of this day is made by now: one asked for too early looks like that of an empty day.

    Raises ChannelUnavailable.
    """
    ready_at = datetime.combine(day + timedelta(days=1), READY_AT, SHANGHAI)
    if clock() < ready_at:
        raise ChannelUnavailable(
            f"{channel}：{day} 的账单次日 10:00 后才能下载",
            f"{channel}: the bill of {day} can be had from 10:00 on the next day",
            code="BILL_NOT_READY",
        )


class BillLine:
    """One line of a bill. Methods raise ChannelLied, which names the column and not its content."""

    def __init__(self, channel: str, columns: Mapping[str, int], cells: Sequence[str]) -> None:
        self._channel, self._columns, self._cells = channel, columns, cells

    @property
    def raw(self) -> str:
        """The line as it came, without who paid."""
        return ",".join("" if name in _PERSONAL else self._cells[at] for name, at in self._columns.items())

    def text(self, *names: str) -> str:
        """The first of these columns that the bill has, without the marks that keep spreadsheets from guessing."""
        for name in names:
            if (at := self._columns.get(name)) is not None:
                return self._cells[at].strip().lstrip("`").strip()
        raise self.lied(names[0])

    def fen(self, *names: str) -> int:
        """An amount in yuan as fen; an empty cell is 0."""
        try:
            return from_yuan(self.text(*names) or "0").fen
        except ValueError:
            raise self.lied(names[0]) from None

    def number(self, text: str) -> Number | None:
        """One of our numbers, or None for anything else."""
        try:
            return check_number(text)
        except BadInput:
            return None

    def day(self, *names: str) -> date:
        """The date that a column begins with, in the bill's own zone, Asia/Shanghai."""
        try:
            return date.fromisoformat(self.text(*names)[:10])
        except ValueError:
            raise self.lied(names[0]) from None

    def unread(self, kind: str) -> None:
        """Says in the log that a line of a kind that we do not know was passed over."""
        log.warning("bill_line_unread", channel=self._channel, kind=kind[:40])

    def lied(self, name: str) -> ChannelLied:
        """What to raise for a column that cannot be believed."""
        return ChannelLied(
            f"{self._channel}：账单的“{name}”列缺失或有误",
            f"{self._channel}: the bill's column {name} is missing or cannot be read",
            code="BILL_FORM",
        )


def read_table(channel: str, text: str, first: str) -> Iterator[BillLine]:
    """The lines below the heading that has a column `first`, up to the next heading, a '#' or the end."""
    columns: dict[str, int] = {}
    rows = text.lstrip("\ufeff").splitlines()
    if len(rows) > MAX_ROWS:
        raise ChannelLied(
            f"{channel}：账单超过 {MAX_ROWS} 行", f"{channel}: the bill is over {MAX_ROWS} lines", code="BILL_TOO_LARGE"
        )
    for row in rows:
        if not row.strip():
            continue
        cells = _cells(channel, row)
        if not columns:
            if first in cells:
                columns = {name: at for at, name in enumerate(cells)}
            continue
        if row.startswith("#") or cells[0].startswith("总"):
            break
        if len(cells) != len(columns):
            raise ChannelLied(
                f"{channel}：账单的一行有 {len(cells)} 列，表头有 {len(columns)} 列",
                f"{channel}: a line of the bill has {len(cells)} columns, its heading {len(columns)}",
                code="BILL_FORM",
            )
        yield BillLine(channel, columns, cells)
    if not columns:
        raise ChannelLied(
            f"{channel}：账单没有“{first}”列", f"{channel}: the bill has no column {first}", code="BILL_FORM"
        )


def _cells(channel: str, row: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([row]))]
    except csv.Error:
        raise ChannelLied(
            f"{channel}：账单的一行无法读取", f"{channel}: a line of the bill cannot be read", code="BILL_FORM"
        ) from None
