"""Our list of yesterday's bills: when it is sent, what is in it, and where what is disputed is seen."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from finder.connectors.sdk.desk import Claimed, Difference, Disputed, Heard
from finder.connectors.sdk.sessions import Bill
from finder.federation.daily import DailyBills, next_check
from finder.federation.quality.guard import Guard
from finder.federation.quality.model import Flaw
from finder.kernel.clock import SHANGHAI
from finder.kernel.money import Money
from tests.contract.hand import Hand

DAY = date(2026, 11, 23)


def bill(number: str, fen: int = 100, *, session: str | None = None) -> Bill:
    ended = datetime(2026, 11, 23, 12, tzinfo=UTC)
    return Bill(
        source="op",
        native_id=number,
        session_id=session,
        started_at=ended - timedelta(hours=1),
        ended_at=ended,
        kwh=Decimal(10),
        total=Money(fen),
    )


class Platform:
    """Disputes whatever costs an odd number of fen."""

    def __init__(self) -> None:
        self.asked: list[tuple[datetime, datetime, Sequence[Claimed]]] = []

    async def check_bills(self, since: datetime, until: datetime, claims: Sequence[Claimed]) -> list[Disputed]:
        self.asked.append((since, until, claims))
        return [Disputed(claim, Difference.MONEY) for claim in claims if claim.total.fen % 2]


async def test_a_day_is_a_day_in_shanghai_and_each_session_is_claimed_once() -> None:
    platform, guard = Platform(), Guard("op", Hand())
    kept = [
        (bill("b1"), Heard.ACCEPTED),
        (bill("b2", 201, session="s2"), Heard.ACCEPTED),
        (bill("b2", 300, session="s2"), Heard.DISPUTED),
    ]

    async def bills(source: str, since: datetime, until: datetime) -> list[tuple[Bill, Heard]]:
        assert source == "op"
        return kept

    found = await DailyBills("op", platform, bills, guard.disputed, Hand()).compare(DAY)
    ((since, until, claims),) = platform.asked
    assert since == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert until - since == timedelta(days=1)
    assert [(c.native_id, c.total.fen) for c in claims] == [("b1", 100), ("s2", 201)]
    assert [d.claim.native_id for d in found] == ["s2"]
    (finding,) = guard.findings()
    assert (finding.flaw, finding.subject, finding.quarantined) == (Flaw.BILL_DISPUTED, "s2", False)
    assert guard.quarantined() == set()


@pytest.mark.parametrize(
    ("now", "dice", "at"),
    [
        ((24, 0, 30), 0.0, (24, 1, 0)),
        ((24, 0, 59), 0.5, (24, 2, 0)),
        ((24, 1, 0), 0.0, (25, 1, 0)),
        ((24, 2, 30), 0.5, (25, 2, 0)),
        ((24, 12, 0), 1.0, (25, 3, 0)),
    ],
)
def test_it_is_sent_in_the_small_hours(now: tuple[int, int, int], dice: float, at: tuple[int, int, int]) -> None:
    def moment(day: int, hour: int, minute: int) -> datetime:
        return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)

    assert next_check(moment(*now).astimezone(UTC), dice) == moment(*at)
