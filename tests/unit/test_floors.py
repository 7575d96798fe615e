from pathlib import Path

import pytest

from finder.dev.floors import below_floor


@pytest.mark.parametrize(
    ("pin", "low"), [("starlette==1.5.0", True), ("starlette==1.5.1", False), ("starlette==1.10.0", False)]
)
def test_a_pin_below_its_floor_is_named(pin: str, low: bool) -> None:
    assert bool(below_floor(f"{pin} \\\n    --hash=sha256:00\n")) is low


def test_our_locks_hold_the_floors() -> None:
    for lock in Path(__file__).parents[2].glob("requirements*.lock"):
        assert below_floor(lock.read_text()) == []
