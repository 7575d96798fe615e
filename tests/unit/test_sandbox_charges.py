from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from finder.sandbox.charges import ENDED, RUNNING, Charge
from finder.sandbox.meter import Meter
from finder.sandbox.prices import TARIFFS
from tests.protocol.tcec102_peer import NOON


@given(st.integers(0, 10_000_000), st.integers(0, 3_000_000), st.sampled_from([1, 20, 60]))
def test_the_reading_at_the_end_is_never_below_one_before_it(began_us: int, later_us: int, speed: int) -> None:
    meter = Meter(Decimal(90), Decimal(speed), TARIFFS[0])
    charge = Charge("S1", "G1", meter, NOON, stat=RUNNING, started_at=NOON)
    before = NOON + timedelta(microseconds=began_us)
    seen = charge.status(before)["TotalPower"]
    # As charging.py ends it: a whole second, as it is told.
    charge.stat, charge.ended_at = ENDED, (before + timedelta(microseconds=later_us)).replace(microsecond=0)
    assert charge.status(before)["TotalPower"] >= seen
    assert charge.bill()["TotalPower"] == charge.status(before)["TotalPower"]
