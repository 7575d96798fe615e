"""How long after a payment a channel takes its split is the channel's own word, and its practice server holds to it."""

from datetime import timedelta

import pytest

from finder.errors import ChannelRefused
from finder.money.channels.port import Stand, Step
from tests.contract.channel_world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_share_is_split_off_from_when_the_channel_takes_it_and_not_before(world: World) -> None:
    hold = await world.held(world.order())
    ask = world.capture_ask(hold)
    await world.channel.capture(ask)
    capture = await world.channel.query(Step.CAPTURE, ask.number, ask.hold, world.kind.sub)
    world.clock.now += world.channel.split_after - timedelta(seconds=1)
    if world.channel.name == "wechat":  # Alipay only advises to wait
        with pytest.raises(ChannelRefused):
            await world.channel.split(world.split_ask(capture))
    world.clock.now += timedelta(seconds=1)
    assert (await world.split_done(capture)).stand is Stand.DONE
    assert timedelta(0) < world.channel.split_after < timedelta(days=30)
