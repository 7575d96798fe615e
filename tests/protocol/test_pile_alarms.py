"""What a pile is afraid of reaches whoever watches over safety, and nothing else does."""

import pytest
from ocpp.v16 import call

from finder.connectors.sdk.alarms import DeviceAlarm
from finder.live.model import Status
from tests.protocol.pile_gateway import gateway, pile_of


@pytest.mark.parametrize(
    ("word", "kind"), [("HighTemperature", DeviceAlarm.TEMPERATURE), ("GroundFailure", DeviceAlarm.INSULATION)]
)
async def test_a_pile_that_is_too_hot_or_leaks_to_ground_is_an_alarm(word: str, kind: DeviceAlarm) -> None:
    async with gateway() as g:
        pile = g.pile("1.6")
        await pile.join()
        at = g.clock()
        await pile.call(call.StatusNotification(1, word, "Faulted", at.isoformat(), "87 °C"))
        [news] = g.alarms
        assert (news.evse_id, news.kind, news.at, news.code, news.text) == (
            "street/LAMP-1-1", kind, at, word, "87 °C",
        )  # fmt: skip
        assert g.last() is Status.FAULTED


async def test_what_is_said_of_the_whole_pile_is_said_of_each_plug() -> None:
    async with gateway(pile_of(plugs=2)) as g:
        pile = g.pile("1.6")
        await pile.join()
        await pile.call(call.StatusNotification(0, "HighTemperature", "Faulted"))
        assert [news.evse_id for news in g.alarms] == ["street/LAMP-1-1", "street/LAMP-1-2"]


@pytest.mark.parametrize("word", ["NoError", "ReaderFailure", "WeakSignal"])
async def test_what_is_not_about_safety_is_no_alarm(word: str) -> None:
    async with gateway() as g:
        pile = g.pile("1.6")
        await pile.join()
        await pile.call(call.StatusNotification(1, word, "Faulted"))
        await pile.call(call.StatusNotification(9, "HighTemperature", "Faulted"))  # no plug of its
        assert g.alarms == []
