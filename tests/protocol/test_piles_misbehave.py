"""What piles do wrong, by fault or by malice, and what comes of it: never half a charge, never a stranger's money."""

import asyncio
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from finder.connectors.sdk.control import Outcome, SessionRef, StartRequest
from finder.connectors.sdk.sessions import SessionState
from finder.errors import StoreUnavailable
from finder.kernel.money import Money
from finder.live.model import Status
from finder.sandbox.ocpp import PracticePile16, PracticePile201
from tests.protocol.pile_gateway import NIGHTS, PASSWORD, VERSIONS, Gateway, basic, gateway, pile_of, until

both = pytest.mark.parametrize("version", VERSIONS)
EVSE = "street/LAMP-1-1"
HEARTBEAT = '[2,"beat","Heartbeat",{}]'


def raw(g: Gateway, version: str) -> Any:
    """A connection on which a test writes what it likes."""
    spoken = [Subprotocol(VERSIONS[version].subprotocol)]
    return connect(
        f"{g.url}/LAMP-1", subprotocols=spoken, additional_headers=basic("LAMP-1", PASSWORD), proxy=None, max_size=None
    )


async def answer(pile: ClientConnection, text: str) -> Any:
    await pile.send(text)
    return json.loads(await pile.recv())


@both
async def test_what_is_no_call_we_know_gets_an_error_and_the_next_call_is_answered(version: str) -> None:
    late = version == "2.0.1"
    async with gateway() as g, raw(g, version) as pile:
        for text, code in (
            ('[2,"1","Nonsense",{}]', "NotSupported"),
            ('[2,"1","../../etc",{}]', "NotSupported"),
            ('[2,"1","SetChargingProfile",{}]', "NotImplemented"),  # ours to send, not the pile's
            ('[2,"1","BootNotification",{}]', "ProtocolError"),
            ('[2,"1","Heartbeat",{"more":1}]', "FormatViolation" if late else "FormationViolation"),
            ('[2,"1","StatusNotification",{"connectorId":"x"}]', None),
            ('[2,"1","Heartbeat"]', "RpcFrameworkError" if late else "FormationViolation"),
            ('[2,"1","Heartbeat",{},{}]', "RpcFrameworkError" if late else "FormationViolation"),
            ('[9,"1","Heartbeat",{}]', "RpcFrameworkError" if late else "FormationViolation"),
        ):
            said = await answer(pile, text)
            assert said[:2] == [4, "1"], text
            assert code in (None, said[2]), text
            assert said[3:] == ["", {}]  # nothing of what came, nothing of us
            assert (await answer(pile, HEARTBEAT))[:2] == [3, "beat"]


@both
async def test_garbage_is_borne_five_times_in_a_row(version: str) -> None:
    garbage = (b"\xff\xfe", "no json", "[" * 50_000, '{"a":1}', '[2,"1","Heartbeat",{"a":NaN}]')
    async with gateway() as g, raw(g, version) as pile:
        for text in garbage[:4]:
            await pile.send(text)
        await pile.send(HEARTBEAT)  # a word in order, and the count begins anew
        while json.loads(await pile.recv())[0] != 3:
            pass
        for text in garbage:
            await pile.send(text)
        await pile.wait_closed()
        assert pile.close_code == 1007


@both
async def test_a_message_at_the_limit_is_read_and_one_past_it_ends_the_connection(version: str) -> None:
    frame = '[2,"1","DataTransfer",{"vendorId":"x","data":"%s"}]'
    room = 128 * 1024 - len(frame % "")
    async with gateway() as g, raw(g, version) as pile:
        assert (await answer(pile, frame % ("a" * room)))[:2] == [3, "1"]
        await pile.send(frame % ("a" * (room + 1)))
        await pile.wait_closed()
        assert pile.close_code == 1009


@both
async def test_a_flood_without_waiting_for_answers_is_cut(version: str) -> None:
    card = '"idTag":"X"' if version == "1.6" else '"idToken":{"idToken":"X","type":"ISO14443"}'
    async with gateway() as g, raw(g, version) as pile:
        g.desk.slow_s = 0.1
        for n in range(40):
            await pile.send(f'[2,"{n}","Authorize",{{{card}}}]')
        await pile.wait_closed()
        assert pile.close_code == 1008
        assert len(g.desk.asked) <= 1


async def test_a_fast_pile_is_held_back_and_loses_nothing() -> None:
    async with gateway(burst=5, per_second=200.0) as g, raw(g, "1.6") as pile:
        began = asyncio.get_running_loop().time()
        for _ in range(25):
            assert (await answer(pile, HEARTBEAT))[0] == 3
        assert asyncio.get_running_loop().time() - began >= 0.09


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
actions = st.sampled_from(
    ["StartTransaction", "StopTransaction", "MeterValues", "TransactionEvent", "StatusNotification", "Authorize", "X"]
)
fields = st.dictionaries(
    st.sampled_from(["connectorId", "idTag", "meterStart", "timestamp", "transactionId", "meterStop", "eventType"]),
    json_values,
    max_size=7,
)
frames = st.tuples(
    st.sampled_from([2, 2, 2, 3, 4, 7]), st.text(max_size=40) | st.just("1"), actions, fields | json_values
)


@pytest.mark.slow
@both
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.lists(frames, max_size=8))
def test_whatever_is_sent_the_next_call_is_answered_and_nothing_is_charged(version: str, sent: list[Any]) -> None:
    async def run() -> None:
        async with gateway(bad_frames=100, burst=1000) as g, raw(g, version) as pile:
            for frame in sent:
                await pile.send(json.dumps(frame))
            await pile.send(HEARTBEAT)
            while json.loads(await pile.recv())[:2] != [3, "beat"]:
                pass
            assert g.desk.bills == []

    asyncio.run(run())


@both
async def test_a_start_that_is_said_again_after_a_lost_answer_makes_one_session(version: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        await pile.join()
        pile.faults.drops_when_told = True
        await pile.begin(1, "DRIVER")
        assert not pile.online
        pile.faults.drops_when_told = False
        g.clock.later(600)
        pile.flow(600)
        await pile.join()  # tells the same again
        assert pile.charges[1].allowed
        await pile.finish()
        assert [bill.native_id for bill in g.desk.bills] == ["1"]
        assert {seen.native_id for seen in g.desk.sessions} == {"1"}
        assert {seen.order for seen in g.desk.sessions} == {"card-1"}


@both
async def test_a_stop_while_offline_arrives_later_with_its_own_time(version: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        await pile.join()
        await pile.swipe("DRIVER")
        await pile.drop()
        g.clock.later(1800)
        pile.flow(1800)
        await pile.measure()
        await pile.finish()
        ended = g.clock.now
        g.clock.later(7200)
        await pile.join()
        (bill,) = g.desk.bills
        assert (bill.kwh, bill.ended_at, bill.total) == (Decimal("3.5"), ended, Money(210))


@both
async def test_a_whole_charge_while_offline_is_billed_once_under_its_card(version: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        await pile.begin(1, "DRIVER")
        g.clock.later(1800)
        pile.flow(1800)
        await pile.finish()
        await pile.join()
        (bill,) = g.desk.bills
        assert (bill.kwh, bill.order) == (Decimal("3.5"), "card-1")


@both
async def test_a_stop_that_is_said_twice_bills_once(version: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        await pile.join()
        await pile.swipe("DRIVER")
        charge = pile.charges[1]
        g.clock.later(60)
        await pile.finish()
        pile._note_ended(charge, "Local")
        await pile.flush()
        assert len(g.desk.bills) == 1


@both
@pytest.mark.parametrize("off", [timedelta(days=-400), timedelta(days=9)], ids=["years behind", "days ahead"])
async def test_a_wrong_clock_is_put_right_by_ours(version: str, off: timedelta) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        pile.faults.clock_off = off
        await pile.join()
        began = g.clock.now
        await pile.swipe("DRIVER")
        g.clock.later(1800)
        pile.flow(1800)
        await pile.finish()
        (bill,) = g.desk.bills
        assert (bill.started_at, bill.ended_at, bill.kwh) == (began, g.clock.now, Decimal("3.5"))
        pile.faults.clock_off = timedelta(0)  # it learnt the time
        await pile.plug_in()
        assert g.last() is Status.OCCUPIED


@both
@pytest.mark.parametrize(("fault", "why"), [("meter_falls", "METER_BACKWARDS"), ("meter_jumps", "METER_JUMP")])
async def test_of_a_broken_meter_no_bill_is_made(version: str, fault: str, why: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        await pile.join()
        await pile.swipe("DRIVER")
        g.clock.later(600)
        pile.flow(600)
        await pile.measure()
        setattr(pile.faults, fault, True)
        g.clock.later(600)
        pile.flow(600)
        await pile.finish()
        assert g.desk.bills == []
        last = g.desk.sessions[-1]
        assert (last.state, last.reason, last.total) == (SessionState.ENDED, why, None)


@both
async def test_a_charge_that_ends_in_the_second_in_which_it_began_costs_nothing(version: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        await pile.join()
        await pile.swipe("DRIVER")
        await pile.finish()
        assert [(bill.kwh, bill.total) for bill in g.desk.bills] == [(Decimal(0), Money(0))]


async def test_an_end_without_a_beginning_is_a_session_without_a_bill() -> None:
    async with gateway() as g:
        pile = g.pile("2.0.1")
        await pile.begin(1, "DRIVER")  # offline
        pile._waiting.clear()  # and forgotten
        g.clock.later(600)
        await pile.join()
        charge = pile.charges[1]
        assert isinstance(pile, PracticePile201)
        token = {"idToken": "DRIVER", "type": "ISO14443"}
        last = pile.event(charge, "Ended", "StopAuthorized", pile.stamp(), 1_001_000, "EVConnected", id_token=token)
        await pile.call(last)
        assert (g.desk.sessions[-1].state, g.desk.sessions[-1].reason) == (SessionState.ENDED, "METER_MISSING")
        assert g.desk.bills == []


@both
async def test_a_pile_that_never_stops_has_no_bill_until_it_says_how_it_ended(version: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        pile.faults.never_stops = True
        await pile.join()
        said = await g.connector.start(StartRequest(order="order-1", evse_id=EVSE))
        await until(lambda: pile.charges and pile.charges[1].allowed)
        ref = SessionRef(order="order-1", evse_id=EVSE, native_id=said.native_id)
        assert (await g.connector.stop(ref)).outcome is Outcome.ACCEPTED
        assert g.desk.sessions[-1].state is SessionState.STOPPING
        g.clock.later(600)
        pile.flow(600)
        await pile.measure()
        assert (g.desk.sessions[-1].state, g.desk.bills) == (SessionState.STOPPING, [])
        await pile.finish()
        assert [bill.kwh for bill in g.desk.bills] == [Decimal("1.167")]


@both
async def test_another_charge_at_the_plug_ends_the_one_of_which_no_end_was_told(version: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        await pile.join()
        await pile.swipe("DRIVER")
        del pile.charges[1]  # it forgot
        g.clock.later(600)
        await pile.swipe("OWNER")
        lost = [seen for seen in g.desk.sessions if seen.native_id == "1"][-1]
        assert (lost.state, lost.reason, g.desk.bills) == (SessionState.ENDED, "END_NOT_TOLD", [])


@both
async def test_a_charge_that_a_pile_forgot_ends_when_its_plug_has_long_been_free(version: str) -> None:
    async with gateway(lost_s=0.05) as g:
        pile = g.pile(version)
        await pile.join()
        await pile.swipe("DRIVER")
        await asyncio.sleep(0.1)
        assert g.desk.sessions[-1].state is not SessionState.ENDED  # the plug is not free
        forgotten = pile.charges[1]
        g.clock.later(600)
        await pile.tell_status(1)
        await until(lambda: g.desk.sessions[-1].state is SessionState.ENDED)
        assert (g.desk.sessions[-1].reason, g.desk.bills) == ("END_NOT_TOLD", [])
        pile.flow(600)
        pile._note_ended(forgotten, "Other")  # and then it remembers
        await pile.flush()
        assert [bill.kwh for bill in g.desk.bills] == [Decimal("1.167")]


@both
async def test_whoever_tries_tokens_at_a_pile_is_not_answered_for_a_while(version: str) -> None:
    async with gateway(pile_of(), pile_of("LAMP-2"), refusals=3) as g:
        pile, other = g.pile(version), g.pile(version, "LAMP-2")
        await pile.join()
        await other.join()
        for n in range(2):
            assert not await pile.swipe(f"GUESS-{n}")
        assert await pile.swipe("DRIVER")
        await pile.finish()
        assert not await pile.swipe("GUESS-3")
        asked = len(g.desk.asked)
        assert not await pile.swipe("DRIVER")
        assert len(g.desk.asked) == asked
        assert await other.swipe("OWNER")  # the others do not notice
        g.clock.later(599)
        assert not await pile.swipe("DRIVER")
        g.clock.later(1)
        assert await pile.swipe("DRIVER")


@both
async def test_what_the_desk_could_not_hear_it_is_told_later(version: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        await pile.join()
        await pile.swipe("DRIVER")
        g.clock.later(60)
        g.desk.away = StoreUnavailable("数据库没有回应", "the database does not answer")
        await pile.finish()
        assert g.desk.bills == []
        g.desk.away = None
        await until(lambda: g.desk.bills)
        assert g.desk.sessions[-1].state is SessionState.ENDED


@both
async def test_while_the_book_is_away_a_start_is_not_taken_and_is_taken_when_said_again(version: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        await pile.join()
        kept = g.book.begin

        async def away(*_: object) -> None:
            raise StoreUnavailable("数据库没有回应", "the database does not answer")

        g.book.begin = away  # type: ignore[method-assign, assignment]
        with pytest.raises(Exception, match="InternalError"):
            await pile.begin(1, "DRIVER")
        g.book.begin = kept  # type: ignore[method-assign]
        await pile.flush()
        assert pile.charges[1].allowed
        g.clock.later(60)
        await pile.finish()
        assert len(g.desk.bills) == 1


@both
async def test_a_desk_that_is_slow_or_faulty_allows_nothing(version: str) -> None:
    async with gateway(authorize_s=0.05) as g:
        pile = g.pile(version)
        await pile.join()
        g.desk.slow_s = 0.2
        assert not await pile.swipe("DRIVER")
        g.desk.slow_s, g.desk.away = 0.0, RuntimeError("DRIVER is not at home")
        assert not await pile.swipe("DRIVER")


async def test_no_pile_can_end_another_piles_charge() -> None:
    async with gateway(pile_of(), pile_of("LAMP-2")) as g:
        good, bad = g.pile("1.6"), g.pile("1.6", "LAMP-2")
        await good.join()
        await bad.join()
        await good.swipe("DRIVER")
        stolen = good.charges[1]
        bad._note_ended(stolen, "Local")
        await bad.flush()
        assert g.desk.bills == []
        assert g.desk.sessions[-1].state is not SessionState.ENDED


async def test_a_token_made_for_one_pile_opens_no_other() -> None:
    async with gateway(pile_of(), pile_of("LAMP-2")) as g:
        good, bad = g.pile("1.6"), g.pile("1.6", "LAMP-2")
        await good.join()
        await bad.join()
        await g.connector.start(StartRequest(order="order-1", evse_id=EVSE))
        t = await g.book.ordered("street", "order-1")
        assert t is not None
        assert not await bad.swipe(t.tag or "")


async def test_a_plug_that_the_register_does_not_have_charges_nothing() -> None:
    async with gateway() as g, raw(g, "1.6") as pile:
        payload = {"connectorId": 7, "idTag": "DRIVER", "meterStart": 0, "timestamp": "2026-11-24T04:00:00Z"}
        said = await answer(pile, json.dumps([2, "1", "StartTransaction", payload]))
        assert said[2] == "PropertyConstraintViolation"
        status = {"connectorId": 7, "errorCode": "NoError", "status": "Available"}
        assert (await answer(pile, json.dumps([2, "1", "StatusNotification", status])))[0] == 3
        assert g.seen == []
    async with gateway() as g, raw(g, "2.0.1") as pile:
        event = {
            "eventType": "Started",
            "timestamp": "2026-11-24T04:00:00Z",
            "triggerReason": "Authorized",
            "seqNo": 0,
            "transactionInfo": {"transactionId": "t"},
            "evse": {"id": 7},
            "idToken": {"idToken": "DRIVER", "type": "ISO14443"},
        }
        assert (await answer(pile, json.dumps([2, "1", "TransactionEvent", event])))[2] == "PropertyConstraintViolation"


async def test_readings_that_do_not_say_of_which_charge_belong_to_the_one_at_that_plug() -> None:
    async with gateway() as g:
        pile = g.pile("1.6")
        pile.faults.leaves_out_number = True
        await pile.join()
        await pile.swipe("DRIVER")
        g.clock.later(600)
        pile.flow(600)
        await pile.measure()
        assert g.desk.sessions[-1].kwh == Decimal("1.167")


async def test_a_repeat_of_the_same_start_by_1_6_under_a_new_message_is_the_same_charge() -> None:
    async with gateway() as g:
        pile = g.pile("1.6")
        assert isinstance(pile, PracticePile16)
        await pile.join()
        await pile.swipe("DRIVER")
        pile.say_again(pile.start_message(pile.charges[1]))
        await pile.flush()
        assert {seen.native_id for seen in g.desk.sessions} == {"1"}
        again = pile.start_message(pile.charges[1])
        g.clock.later(60)
        await pile.finish()
        pile.say_again(again)  # also long after its end
        await pile.flush()
        assert {seen.native_id for seen in g.desk.sessions} == {"1"}


async def test_a_cable_without_a_token_is_no_charge_and_becomes_one_with_it() -> None:
    async with gateway() as g, raw(g, "2.0.1") as pile:
        info = {"transactionId": "t-1", "chargingState": "EVConnected"}
        event: dict[str, Any] = {
            "eventType": "Started",
            "timestamp": "2026-11-24T04:00:00Z",
            "triggerReason": "CablePluggedIn",
            "seqNo": 0,
            "transactionInfo": info,
            "evse": {"id": 1, "connectorId": 1},
        }
        assert await answer(pile, json.dumps([2, "1", "TransactionEvent", event])) == [3, "1", {}]
        assert g.desk.sessions == []
        token = {"idToken": "DRIVER", "type": "ISO14443"}
        event |= {"eventType": "Updated", "triggerReason": "Authorized", "seqNo": 1, "idToken": token}
        del event["evse"]
        said = await answer(pile, json.dumps([2, "2", "TransactionEvent", event]))
        assert said[2]["idTokenInfo"]["status"] == "Accepted"
        assert g.desk.sessions[-1].order == "card-1"


async def test_2_0_1_learns_why_it_may_not_charge_now() -> None:
    async with gateway(pile_of(hours=NIGHTS)) as g, raw(g, "2.0.1") as pile:
        told = {"idToken": {"idToken": "DRIVER", "type": "ISO14443"}}
        said = await answer(pile, json.dumps([2, "1", "Authorize", told]))
        assert said[2] == {"idTokenInfo": {"status": "NotAtThisTime"}}
        assert PracticePile201.subprotocol == pile.subprotocol
