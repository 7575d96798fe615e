"""Charging at piles that join directly, in both versions of OCPP, over real sockets."""

from decimal import Decimal

import pytest

from finder.connectors.sdk.control import Outcome, Reason, SessionRef, StartRequest
from finder.connectors.sdk.sessions import SessionState, StopReason
from finder.kernel.money import Money
from finder.live.model import Status
from tests.protocol.pile_gateway import NIGHTS, OWNER, VERSIONS, gateway, pile_of, until

pytestmark = pytest.mark.parametrize("version", VERSIONS)
EVSE = "street/LAMP-1-1"


def start(order: str = "order-1", **more: object) -> StartRequest:
    return StartRequest(order=order, evse_id=EVSE, **more)  # type: ignore[arg-type]


async def test_a_pile_joins_charges_on_a_remote_start_and_bills_to_the_fen(version: str) -> None:
    async with gateway() as g:
        pages = [page async for page in g.connector.stations(None)]
        assert [s.id for s in pages[0].stations] == ["street/LAMP-1"]
        pile = g.pile(version)
        await pile.join()
        shown = [g.last()]
        await pile.plug_in()
        assert [*shown, g.last()] == [Status.AVAILABLE, Status.OCCUPIED]
        assert (await g.connector.plug("order-1", EVSE)).ready

        said = await g.connector.start(start())
        assert said.outcome is Outcome.ACCEPTED
        await until(lambda: g.last() is Status.CHARGING)
        await until(lambda: pile.charges and pile.charges[1].allowed)
        g.clock.later(1800)
        pile.flow(1800)
        await pile.measure()
        seen = g.desk.sessions[-1]
        assert (seen.state, seen.kwh, seen.total) == (SessionState.CHARGING, Decimal("3.5"), Money(210))

        stopped = await g.connector.stop(SessionRef(order="order-1", evse_id=EVSE, native_id=said.native_id))
        assert stopped.outcome is Outcome.ACCEPTED
        await until(lambda: g.desk.bills)
        bill = g.desk.bills[0]
        assert (bill.order, bill.kwh, bill.stop_reason) == ("order-1", Decimal("3.5"), StopReason.PLATFORM)
        assert (bill.electricity, bill.service, bill.total) == (Money(175), Money(35), Money(210))
        await until(lambda: g.last() is Status.AVAILABLE)
        assert await g.connector.session(SessionRef(order="order-1", evse_id=EVSE)) == g.desk.sessions[-1]
        assert g.desk.sessions[-1].state is SessionState.ENDED


async def test_a_charge_over_a_border_of_prices_is_billed_in_two_lines(version: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        await pile.join()
        g.clock.later(5.5 * 3600)  # 17:30 in Shanghai
        assert await pile.swipe("DRIVER")
        g.clock.later(3600)
        pile.flow(3600)
        await pile.finish()
        (bill,) = g.desk.bills
        assert [line.kwh for line in bill.lines] == [Decimal("3.5"), Decimal("3.5")]
        assert bill.total == Money(175 + 35 + 350 + 70)
        assert bill.order == "card-1"


async def test_a_repeated_start_of_one_order_starts_nothing_twice(version: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        await pile.join()
        first = await g.connector.start(start())
        again = await g.connector.start(start())
        assert first == again
        await until(lambda: pile.charges and pile.charges[1].allowed)
        assert pile.asked == ["start"]


async def test_an_unknown_card_charges_nothing(version: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        await pile.join()
        assert not await pile.swipe("STRANGER")
        assert not await pile.swipe("ARREARS")
        assert g.desk.bills == []


async def test_outside_the_owners_hours_only_the_owner_may_charge(version: str) -> None:
    async with gateway(pile_of(hours=NIGHTS)) as g:
        pile = g.pile(version)
        await pile.join()
        assert not await pile.swipe("DRIVER")  # it is noon
        refused = await g.connector.start(start(person="household-99"))
        assert (refused.outcome, refused.reason) == (Outcome.REJECTED, Reason.CLOSED)
        assert "hours" in (refused.said or "")
        assert pile.asked == []
        assert (await g.connector.start(start(person=OWNER))).outcome is Outcome.ACCEPTED
        await until(lambda: pile.charges and pile.charges[1].allowed)
        await pile.finish()
        assert await pile.swipe("OWNER")


async def test_within_the_owners_hours_anybody_may_charge_and_finish_after_them(version: str) -> None:
    async with gateway(pile_of(hours=NIGHTS)) as g:
        pile = g.pile(version)
        await pile.join()
        g.clock.later(11.5 * 3600)  # 23:30
        assert await pile.swipe("DRIVER")
        g.clock.later(3600)
        pile.flow(3600)
        await pile.measure()
        await pile.finish()
        assert [bill.kwh for bill in g.desk.bills] == [Decimal(7)]
        assert not await pile.swipe("DRIVER")


async def test_a_pile_that_charges_what_it_was_refused_is_stopped(version: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        pile.faults.goes_on_refused = True
        await pile.join()
        await pile.begin(1, "STRANGER")
        await until(lambda: pile.asked == ["stop"] and not pile.charges)
        assert g.desk.sessions[-1].order is None


async def test_a_charge_stops_before_it_costs_more_than_its_order_may(version: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        await pile.join()
        assert (await g.connector.start(start(limit=Money(200)))).outcome is Outcome.ACCEPTED
        await until(lambda: pile.charges and pile.charges[1].allowed)
        for cost in (70, 140):
            g.clock.later(600)
            pile.flow(600)
            await pile.measure()
            assert g.desk.sessions[-1].total == Money(cost)
        await until(lambda: g.desk.bills)  # the next ten minutes would have been too much
        assert g.desk.bills[0].total == Money(140)


async def test_a_pile_that_says_no_to_a_start_charges_nothing(version: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        pile.faults.rejects = True
        await pile.join()
        said = await g.connector.start(start())
        assert said.outcome is Outcome.REJECTED
        assert g.desk.sessions[-1].state is SessionState.REJECTED
        assert (await g.connector.start(start())).outcome is Outcome.REJECTED


async def test_a_start_that_was_never_answered_is_unknown_and_never_sent_again(version: str) -> None:
    async with gateway(command_s=0.1) as g:
        pile = g.pile(version)
        await pile.join()
        pile.faults.deaf = True
        assert (await g.connector.start(start())).outcome is Outcome.UNKNOWN
        assert (await g.connector.start(start())).outcome is Outcome.UNKNOWN
        assert pile.asked == ["start"]


async def test_a_start_at_a_pile_that_is_not_here_is_rejected_at_once(version: str) -> None:
    async with gateway() as g:
        assert (await g.connector.start(start())).reason is Reason.OFFLINE
        nowhere = StartRequest(order="order-2", evse_id="street/LAMP-1-2")
        assert (await g.connector.start(nowhere)).reason is Reason.NO_SUCH_EVSE
        foreign = StartRequest(order="order-3", evse_id="lane/LAMP-1-1")
        assert (await g.connector.start(foreign)).reason is Reason.NO_SUCH_EVSE
        unknown = await g.connector.stop(SessionRef(order="order-9", evse_id=EVSE))
        assert unknown.reason is Reason.UNKNOWN_SESSION


async def test_what_is_stopped_before_it_begins_never_charges(version: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        pile.faults.deaf = False
        await pile.join()
        pile.obey_start = _nothing  # type: ignore[method-assign, assignment]
        said = await g.connector.start(start())
        ref = SessionRef(order="order-1", evse_id=EVSE, native_id=said.native_id)
        assert (await g.connector.stop(ref)).outcome is Outcome.ACCEPTED
        assert g.desk.sessions[-1].state is SessionState.REJECTED
        t = await g.book.ordered("street", "order-1")
        assert t is not None
        charge = await pile.begin(1, t.tag or "", t.number if version == "2.0.1" else None)
        assert charge.allowed is False
        again = await g.connector.stop(ref)
        assert again.reason is Reason.ALREADY_STOPPED


async def test_a_start_to_which_no_car_comes_is_given_up(version: str) -> None:
    async with gateway() as g:
        pile = g.pile(version)
        await pile.join()
        pile.obey_start = _nothing  # type: ignore[method-assign, assignment]
        await g.connector.start(start())
        g.clock.later(299)
        assert not g.desk.sessions or g.desk.sessions[-1].state is not SessionState.REJECTED
        g.clock.later(2)
        await until(lambda: g.desk.sessions and g.desk.sessions[-1].state is SessionState.REJECTED)
        assert g.desk.sessions[-1].reason == "NOT_BEGUN"


async def _nothing(*_: object) -> None:
    return None
