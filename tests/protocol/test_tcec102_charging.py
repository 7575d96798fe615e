"""A car charges at a practice operator over real HTTP, and the connector survives whatever goes wrong."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finder.connectors.sdk.control import (
    BillCheck,
    BillSource,
    EnergySource,
    Outcome,
    PlugCheck,
    PlugState,
    PriceSource,
    Reason,
    RemoteControl,
    SessionRef,
    SessionSource,
    StartRequest,
)
from finder.connectors.sdk.desk import Claimed, Difference, Disputed, Heard
from finder.connectors.sdk.http import Caution
from finder.connectors.sdk.sessions import SessionState, StopReason
from finder.errors import BadInput, OperatorError, OperatorLied, OperatorRefused, OperatorUnavailable
from finder.kernel.money import Money
from finder.sandbox.faults import SessionFault
from tests.protocol.charging_scene import NAME, ORDER, Scene, charging

pytestmark = pytest.mark.slow
IMPATIENT = Caution(attempts=1, total_s=0.2)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with charging(tmp_path) as scene:
        yield scene


@pytest.mark.parametrize("source", ["jinbei", "yanmen"])
async def test_a_whole_charge_from_plug_to_bill(tmp_path: Path, source: str) -> None:
    async with charging(tmp_path, source) as scene:
        connector = scene.connector
        for capability in (RemoteControl, SessionSource, PlugCheck, PriceSource, EnergySource, BillCheck):
            assert isinstance(connector, capability)
        assert not isinstance(connector, BillSource)  # the protocol has bills pushed

        assert await connector.plug(ORDER, scene.evse) == PlugState(ready=True)
        assert await connector.session(scene.ref) is None
        started = await scene.start()
        assert (started.outcome, started.native_id) == (Outcome.ACCEPTED, f"MA0FINDER{NAME}")
        # Taken, and not yet charging: SuccStat 0 with Stat 1.
        assert (await scene.seen()).state is SessionState.STARTING
        assert await scene.running() == []

        await scene.later(seconds=5)
        assert await scene.running() == [scene.evse]
        await scene.later(minutes=12)
        seen = await scene.seen()
        assert (seen.state, seen.order, seen.evse_id) == (SessionState.CHARGING, NAME, scene.evse)
        assert seen.kwh == scene.charge.meter.kw / 5
        told = (await scene.desk.running(source))[scene.evse]
        assert (told.kwh, told.total, told.soc, told.kw) == (seen.kwh, seen.total, seen.soc, seen.kw)

        stopped = await scene.stop()
        assert stopped.outcome is Outcome.ACCEPTED
        await scene.later(seconds=1)
        assert (await scene.seen()).state is SessionState.ENDED
        assert await scene.running() == []
        ((bill, heard),) = await scene.bills()
        assert (heard, scene.confirmed) == (Heard.ACCEPTED, [0])
        assert (bill.order, bill.evse_id, bill.stop_reason) == (NAME, scene.evse, StopReason.PLATFORM)
        assert bill.kwh == (await scene.seen()).kwh
        assert bill.electricity
        assert bill.service
        assert bill.total == Money(bill.electricity.fen + bill.service.fen)
        if (tariff := await connector.price(scene.evse)) is not None:
            (line,) = bill.lines
            noon = tariff.at(12 * 60)
            assert noon
            assert (line.electricity_price, line.service_price) == (noon.electricity, noon.service)
        again = await scene.stop()
        assert (again.outcome, again.reason) == (Outcome.REJECTED, Reason.ALREADY_STOPPED)


async def test_a_charge_over_a_change_of_price_has_a_line_for_each(scene: Scene) -> None:
    scene.clock.now = scene.clock.now.replace(hour=4, minute=50)  # 12:50 there; at 13:00 the low price ends
    await scene.charged(minutes=20)
    ((bill, heard),) = await scene.bills()
    assert heard is Heard.ACCEPTED
    low, flat = bill.lines
    assert low.ended_at == flat.started_at
    assert low.electricity_price
    assert flat.electricity_price
    assert low.electricity_price < flat.electricity_price
    assert low.kwh + flat.kwh == bill.kwh


async def test_a_full_battery_ends_the_charge(scene: Scene) -> None:
    await scene.start()
    await scene.later(hours=2)
    await scene.later(seconds=1)
    ((bill, _),) = await scene.bills()
    assert bill.stop_reason is StopReason.VEHICLE
    assert abs(bill.kwh - 60) < Decimal("0.1")


async def test_a_repeated_start_starts_nothing_twice(scene: Scene) -> None:
    assert [(await scene.start()).outcome for _ in range(3)] == [Outcome.ACCEPTED] * 3
    assert len(scene.platform.charging.charges) == 1


@pytest.mark.parametrize(("status", "ready", "reason"), [(255, False, Reason.OFFLINE), (3, True, Reason.OTHER)])
async def test_a_gun_that_cannot_charge_says_why(scene: Scene, status: int, ready: bool, reason: Reason) -> None:
    scene.sandbox.day.pin(scene.gun, status)
    assert (await scene.connector.plug(ORDER, scene.evse)).ready is ready
    refused = await scene.start()
    assert (refused.outcome, refused.reason) == (Outcome.REJECTED, reason)


async def test_a_gun_that_is_not_there_and_one_of_another_operator(scene: Scene) -> None:
    nowhere = await scene.connector.start(StartRequest(ORDER, "jinbei/nowhere"))
    assert (nowhere.outcome, nowhere.reason) == (Outcome.REJECTED, Reason.NO_SUCH_EVSE)
    unknown = await scene.connector.stop(SessionRef("9", scene.evse))
    assert (unknown.outcome, unknown.reason) == (Outcome.REJECTED, Reason.NO_SUCH_EVSE)
    for order, evse in ((ORDER, "yanmen/1"), ("x", scene.evse), ("Z" * 17, scene.evse), ("0", scene.evse)):
        with pytest.raises(BadInput):
            await scene.connector.start(StartRequest(order, evse))


async def test_no_car_at_the_plug(scene: Scene) -> None:
    scene.fault(SessionFault.UNPLUGGED)
    assert await scene.connector.plug(ORDER, scene.evse) == PlugState(ready=False, reason=Reason.NOT_PLUGGED)


async def test_a_start_that_is_rejected(scene: Scene) -> None:
    scene.fault(SessionFault.START_REJECTED)
    assert (await scene.start()).outcome is Outcome.REJECTED
    assert await scene.connector.session(scene.ref) is None


async def test_a_start_that_is_accepted_and_never_charges(scene: Scene) -> None:
    scene.fault(SessionFault.NEVER_CHARGES)
    assert (await scene.start()).outcome is Outcome.ACCEPTED
    await scene.later(hours=1)
    assert (await scene.seen()).state is SessionState.STARTING
    assert await scene.running() == []
    assert (await scene.stop()).outcome is Outcome.ACCEPTED
    await scene.later(seconds=1)
    assert (await scene.seen()).state is SessionState.ENDED
    ((bill, _),) = await scene.bills()
    assert (bill.kwh, bill.total) == (Decimal(0), Money(0))


async def test_a_start_without_an_answer_is_unknown_and_the_session_tells(tmp_path: Path) -> None:
    async with charging(tmp_path, caution=IMPATIENT) as scene:
        scene.fault(SessionFault.START_TIMES_OUT)
        assert (await scene.start()).outcome is Outcome.UNKNOWN
        scene.fault()
        await scene.later(seconds=5)
        assert (await scene.seen()).state is SessionState.CHARGING
        assert await scene.running() == [scene.evse]
        assert (await scene.start()).outcome is Outcome.ACCEPTED
        assert len(scene.platform.charging.charges) == 1


async def test_a_stop_without_an_answer_is_unknown_and_the_session_tells(tmp_path: Path) -> None:
    async with charging(tmp_path, caution=IMPATIENT) as scene:
        await scene.start()
        await scene.later(minutes=5)
        scene.fault(SessionFault.STOP_TIMES_OUT)
        assert (await scene.stop()).outcome is Outcome.UNKNOWN
        await scene.later(seconds=1)
        assert (await scene.seen()).state is SessionState.ENDED


async def test_a_command_that_never_left_is_an_error_and_may_be_given_again(tmp_path: Path) -> None:
    async with charging(tmp_path) as scene:
        await scene.connector.plug(ORDER, scene.evse)  # so that it has a token
        await scene.sandbox.close()
        # Its connection was kept and is broken now: whether the command was read, nobody can say.
        outcomes: set[str] = set()
        for _ in range(3):
            try:
                outcomes.add((await scene.start()).outcome)
            except OperatorUnavailable as error:
                outcomes.add(error.code)
        assert "OPERATOR_UNREACHABLE" in outcomes
        assert outcomes <= {"OPERATOR_UNREACHABLE", Outcome.UNKNOWN}


async def test_a_lost_stop_shows_in_the_session(scene: Scene) -> None:
    scene.fault(SessionFault.STOP_LOST)
    await scene.charged(minutes=5)
    await scene.later(minutes=5)
    assert (await scene.seen()).state is SessionState.CHARGING
    assert await scene.running() == [scene.evse]
    scene.fault()
    await scene.stop()
    await scene.later(seconds=1)
    assert await scene.running() == []


async def test_a_start_that_is_not_reported_is_learnt_from_progress(scene: Scene) -> None:
    scene.fault(SessionFault.START_UNREPORTED)
    await scene.start()
    await scene.later(seconds=5)
    assert await scene.running() == []
    await scene.later(seconds=50)
    assert await scene.running() == [scene.evse]


async def test_late_news_does_not_reopen_what_has_ended(scene: Scene) -> None:
    scene.fault(SessionFault.STATUS_AFTER_END)
    await scene.charged(minutes=5)
    assert await scene.running() == []
    assert all(ret == b'{"Ret": 0' for ret in scene.finder.rets)


async def test_a_late_bill_is_taken(scene: Scene) -> None:
    scene.fault(SessionFault.BILL_LATE)
    await scene.charged(minutes=5)
    await scene.later(minutes=9)
    assert await scene.bills() == []
    await scene.later(minutes=1)
    assert [heard for _, heard in await scene.bills()] == [Heard.ACCEPTED]


async def test_a_bill_before_the_stop(scene: Scene) -> None:
    scene.fault(SessionFault.BILL_BEFORE_STOP)
    await scene.charged(minutes=5)
    assert [heard for _, heard in await scene.bills()] == [Heard.ACCEPTED]
    assert await scene.running() == []


@pytest.mark.parametrize("byte_for_byte", [False, True])
async def test_a_repeated_bill_is_confirmed_and_counts_once(scene: Scene, byte_for_byte: bool) -> None:
    scene.fault(*(() if byte_for_byte else (SessionFault.BILL_TWICE,)), repeat_pushes=byte_for_byte)
    await scene.charged(minutes=5)
    assert [heard for _, heard in await scene.bills()] == [Heard.ACCEPTED]
    assert scene.confirmed == [0]


async def test_another_bill_of_the_same_charge_is_disputed_and_kept(scene: Scene) -> None:
    scene.fault(SessionFault.BILL_CHANGES)
    await scene.charged(minutes=5)
    (first, heard), (second, other) = await scene.bills()
    assert (heard, other) == (Heard.ACCEPTED, Heard.DISPUTED)
    assert second.total == Money(first.total.fen + 1)
    assert scene.confirmed == [1]


async def test_a_total_that_is_not_the_sum_is_disputed(scene: Scene) -> None:
    scene.fault(SessionFault.BILL_WRONG_TOTAL)
    await scene.charged(minutes=5)
    assert [heard for _, heard in await scene.bills()] == [Heard.DISPUTED]
    assert scene.confirmed == [1]


async def test_a_bill_for_another_connector_is_kept_as_it_was_told(scene: Scene) -> None:
    scene.fault(SessionFault.BILL_OTHER_CONNECTOR)
    await scene.charged(minutes=5)
    ((bill, _),) = await scene.bills()
    assert bill.order == NAME
    assert bill.evse_id != scene.evse


async def test_a_number_that_is_too_short_is_refused_and_nothing_is_kept(scene: Scene) -> None:
    scene.fault(SessionFault.SERIAL_LENGTH)
    # The number in the answer is not the one that was sent, so nobody can say what was started.
    assert (await scene.start()).outcome is Outcome.UNKNOWN
    await scene.later(seconds=5)
    with pytest.raises(OperatorLied):
        await scene.seen()
    await scene.later(minutes=100)
    assert set(scene.finder.rets) == {b'{"Ret": 0', b'{"Ret": 4004'}
    assert (await scene.bills(), await scene.running()) == ([], [])


async def test_a_bill_is_sent_until_it_is_confirmed_with_longer_and_longer_waits(scene: Scene) -> None:
    url, scene.pusher.push_to = scene.pusher.push_to, "http://127.0.0.1:9"
    await scene.charged(minutes=5)

    (waiting,) = scene.pusher._bills
    for tries, wait_s in enumerate((150, 300, 450, 600), start=1):
        await scene.later(seconds=wait_s - 1)
        assert waiting.tries == tries
        await scene.later(seconds=1)
        assert waiting.tries == tries + 1
    scene.pusher.push_to = url
    await scene.later(seconds=750)
    assert [heard for _, heard in await scene.bills()] == [Heard.ACCEPTED]
    assert scene.confirmed == [0]


async def over_midnight(scene: Scene) -> dict[str, Any]:
    """The answer to the operator's list of the day."""
    scene.clock.now = scene.midnight() + timedelta(minutes=1)
    await scene.later()
    assert scene.pusher.checked is not None
    return scene.pusher.checked


async def test_after_midnight_the_list_of_the_day_agrees(scene: Scene) -> None:
    await scene.charged(minutes=5)
    answer = await over_midnight(scene)
    assert (answer["TotalDisputeOrder"], answer["DisputeOrders"]) == (0, [])
    scene.pusher.checked = None
    await scene.later(minutes=1)
    assert scene.pusher.checked is None  # once a day


@pytest.mark.parametrize(("fault", "reason"), [(SessionFault.BILL_NEVER, 1), (SessionFault.BILL_WRONG_TOTAL, 2)])
async def test_the_list_of_the_day_brings_a_lost_or_false_bill_to_light(
    scene: Scene, fault: SessionFault, reason: int
) -> None:
    scene.fault(fault)
    await scene.charged(minutes=5)
    answer = await over_midnight(scene)
    assert answer["TotalDisputeOrder"] == 1
    assert [(o["StartChargeSeq"], o["DisputeReason"]) for o in answer["DisputeOrders"]] == [
        (scene.charge.serial, reason)
    ]


@pytest.mark.parametrize("source", ["jinbei", "yanmen"])
async def test_our_own_list_of_the_day_is_compared_by_the_operator(tmp_path: Path, source: str) -> None:
    async with charging(tmp_path, source) as scene:
        await scene.charged(minutes=5)
        ((bill, _),) = await scene.bills()
        true = Claimed(bill.native_id, bill.kwh, bill.total)
        dear = Claimed(bill.native_id, bill.kwh, Money(bill.total.fen + 1))
        more = Claimed(bill.native_id, bill.kwh + 1, bill.total)
        gone = Claimed("MA0FINDER" + "9" * 18, Decimal(1), Money(100))
        since, until = scene.midnight() - timedelta(days=1), scene.midnight()
        check = scene.connector.check_bills
        assert await check(since, until, []) == []
        assert await check(since, until, [true]) == []
        assert await check(since, until, [dear, gone]) == [
            Disputed(dear, Difference.MONEY),
            Disputed(gone, Difference.MISSING),
        ]
        assert await check(since, until, [more]) == [Disputed(more, Difference.ENERGY)]


async def test_a_stations_energy_is_the_sum_of_its_connectors(scene: Scene) -> None:
    site = next(iter(scene.platform.sites.values()))
    day = date(2026, 11, 20)
    counted = await scene.connector.energy(f"jinbei/{site.id}", day, day + timedelta(days=6))
    assert counted.kwh == sum(kwh for _, kwh in counted.evses) > 0
    assert [evse for evse, _ in counted.evses] == [f"jinbei/{gun.id}" for gun in site.guns]
    with pytest.raises(OperatorRefused):
        await scene.connector.energy(f"jinbei/{site.id}", day, day + timedelta(days=7))
    with pytest.raises(OperatorRefused):
        await scene.connector.energy("jinbei/nowhere", day, day)


async def test_a_platform_that_is_busy_did_nothing(scene: Scene) -> None:
    scene.fault(busy=True)
    with pytest.raises(OperatorError):
        await scene.start()
    scene.fault()
    assert not scene.platform.charging.charges
    assert (await scene.start()).outcome is Outcome.ACCEPTED
