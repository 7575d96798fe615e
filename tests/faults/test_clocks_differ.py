"""A clock six minutes off: signatures are refused beyond five, nothing is lost, and all goes on once it is set."""

from datetime import timedelta

import pytest

from finder.charging.machines import Capture, Hold, Session
from finder.charging.verify import verify
from finder.money.verify import Broken
from tests.protocol.test_pay_routes import Scene, scene

__all__ = ["scene"]


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_channels_clock_that_is_off_delays_and_loses_nothing(scene: Scene, minutes: float) -> None:
    scene.ours.off = timedelta(minutes=minutes)
    order = await scene.start()
    for _ in range(10):
        await scene.later(2)
    waits = await scene.now(order)
    assert (waits.hold, waits.session) == (Hold.UNKNOWN, Session.IDLE)  # nothing is believed, nothing is given up
    scene.ours.off = timedelta(0)
    for _ in range(60):
        await scene.later(2)
    ended = await scene.now(order)
    assert (ended.hold, ended.capture, ended.problem) == (Hold.CONSUMED, Capture.CAPTURED, None)
    async for found in verify(scene.world.work):
        assert not isinstance(found, Broken), found


@pytest.mark.parametrize("minutes", [-4, 4])
async def test_a_channels_clock_that_is_a_little_off_changes_nothing(scene: Scene, minutes: float) -> None:
    scene.ours.off = timedelta(minutes=minutes)
    order = await scene.start()
    for _ in range(40):
        await scene.later(2)
    assert (await scene.now(order)).capture is Capture.CAPTURED
