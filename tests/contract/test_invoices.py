"""Invoices of orders that were paid, on SQLite and on a real PostgreSQL, at a practice issuer over real HTTP."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.decide import over
from finder.charging.effects import handlers
from finder.charging.invoice_effects import NOT_REVERSED, invoice_handlers
from finder.charging.invoicing import InvoicesHeld, Invoicing
from finder.charging.machines import Capture, Item
from finder.charging.order import Order
from finder.connectors.sdk.http import Caution
from finder.errors import BadInput, Conflict, FinderError
from finder.identity.vault import Vault
from finder.kernel.ids import part
from finder.kernel.money import Money
from finder.money.channels.port import Step
from finder.money.invoice import Buyer, Invoice, Part, State, read_buyer, read_tax_classes
from finder.money.issuer import SignedIssuer
from finder.money.issuers import Issuers
from finder.money.verify import Invariant, broken
from finder.sandbox.invoices import PracticeIssuer
from finder.sandbox.signed import SignedFaults, SignedServer
from finder.storage.database import Database
from finder.storage.outbox import Outbox
from tests.faults.charging_world import World

QUICK = Caution(connect_s=1.0, read_s=1.0, total_s=2.0, max_bytes=64 * 1024, attempts=1)
COMPANY = Buyer("忻州某某科技有限公司", "91140900MA0K2PRX12")


class Scene:
    """Orders that are paid, an issuer, and an outbox for both."""

    def __init__(self, database: Database) -> None:
        self.world = World(database, seed=1, trouble=0)
        self.issuer = PracticeIssuer("jinbei-invoices", self.world.clock)
        self.server = SignedServer(self.issuer, self.world.clock)
        self.vault = Vault({"k": bytes(32)})
        self.drivers = 0

    async def start(self) -> None:
        await self.server.start()
        signed = SignedIssuer(self.server.peer(), self.world.clock, QUICK)
        name = signed.name
        self.issuers = Issuers({name: signed}, {"jinbei": name}, {}, name)
        self.invoicing = Invoicing(self.world.work, self.vault, self.issuers, read_tax_classes())
        world, vault = self.world, self.vault
        effects = handlers(world.outside) | invoice_handlers(world.work, vault, self.issuers)
        self.world.outbox = Outbox(self.world.work, effects, at_once=1)

    async def close(self) -> None:
        await self.issuers.close()
        await self.server.close()

    async def paid(self, person: str = "driver") -> Order:
        """An order of this driver that is paid and settled."""
        while True:
            self.drivers += 1
            order = await self.world.orders.start(person, self.world.ask(self.drivers), f"k{self.drivers}")
            ended = await self._ended(order)
            if ended.capture is Capture.CAPTURED:  # some let their hold lapse
                return ended

    async def _ended(self, order: Order) -> Order:
        for n in range(200):
            await self.world.happen(5)
            view = await self.world.orders.order(order.person, order.number)
            if n == 1:
                await self.world.orders.stop(order.person, order.number)
            if over(view.order, view.items):
                return view.order
        raise AssertionError("it never ended")

    async def go(self, passes: int = 3) -> None:
        for _ in range(passes):
            await self.world.happen(1)

    async def of(self, order: Order) -> list[Invoice]:
        """The newest first."""
        return [each for each, _ in await self.invoicing.of_order(order.person, order.number)]


@pytest.fixture
async def scene(database: Database) -> AsyncIterator[Scene]:
    made = Scene(database)
    await made.start()
    yield made
    await made.close()


async def code(awaited: object) -> str:
    with pytest.raises(FinderError) as refused:
        await awaited  # type: ignore[misc]
    assert refused.value.zh
    return refused.value.code


def fen(order: Order) -> int:
    assert order.captured is not None
    return order.captured.fen


async def test_several_orders_are_one_invoice_of_their_operator_for_what_was_paid(scene: Scene) -> None:
    orders = [await scene.paid() for _ in range(3)]
    numbers = [order.number for order in orders]
    (made,) = await scene.invoicing.request("driver", numbers, COMPANY, "k")
    assert (made.state, made.issuer, made.total.fen) == (State.REQUESTED, "jinbei-invoices", sum(map(fen, orders)))
    await scene.go(1)
    (issued,) = await scene.of(orders[0])
    assert issued.state is State.ISSUED
    assert len(issued.invoice_no or "") == 20
    assert {line.part: line.rate_percent for line in issued.lines} == {Part.ELECTRICITY: 13, Part.SERVICE: 6}
    (told,) = scene.issuer.invoices.values()
    assert (told["title"], told["taxNumber"]) == (COMPANY.title, COMPANY.tax_number)
    again = await scene.invoicing.request("driver", numbers[::-1], COMPANY, "k")
    assert [each.number for each in again] == [issued.number]
    assert await code(scene.invoicing.request("driver", numbers, Buyer("别人"), "k")) == "KEY_REUSED"
    assert await code(scene.invoicing.request("driver", numbers[:1], COMPANY, "k")) == "KEY_REUSED"
    assert await code(scene.invoicing.request("driver", numbers[:1], COMPANY, "k2")) == "INVOICED_ALREADY"
    assert len(scene.issuer.invoices) == 1


async def test_ten_requests_at_once_are_one_invoice(scene: Scene) -> None:
    order = await scene.paid()
    asked = [scene.invoicing.request("driver", [order.number], COMPANY, f"k{n}") for n in range(5)]
    ends = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(end, Conflict) for end in ends) == 4
    await scene.go(1)
    assert scene.issuer.standing_fen() == fen(order)


async def test_nobody_invoices_what_is_not_his_or_not_paid_or_more_orders_than_a_request_takes(scene: Scene) -> None:
    order, unpaid = await scene.paid(), await scene.world.orders.start("driver", scene.world.ask(99), "late")
    request = scene.invoicing.request
    assert await code(request("stranger", [order.number], COMPANY, "k")) == "NO_SUCH_ORDER"
    assert await code(request("driver", [unpaid.number], COMPANY, "k")) == "INVOICE_NOT_PAID"
    assert await code(request("driver", [], COMPANY, "k")) == "INVOICE_ORDERS"
    assert await code(request("driver", [part(order.number, "A", n) for n in range(100)], COMPANY, "k")) == (
        "NO_SUCH_ORDER"
    )
    many = [part(order.number, letter, n) for letter in "AB" for n in range(100)][:101]
    assert await code(request("driver", many, COMPANY, "k")) == "INVOICE_ORDERS"
    none = Invoicing(scene.world.work, scene.vault, Issuers(), read_tax_classes())
    assert await code(none.request("driver", [order.number], COMPANY, "k")) == "NO_ISSUER"


async def test_an_invoice_is_reversed_before_money_goes_back_and_the_rest_is_issued_anew(scene: Scene) -> None:
    order, other = await scene.paid(), await scene.paid()
    await scene.invoicing.request("driver", [order.number, other.number], COMPANY, "k")
    await scene.go(1)
    await scene.world.orders.refund(order.number, Money(100), "差价", "r")
    scene.server.faults = SignedFaults(silent=True)
    await scene.world.post()
    assert part(order.number, "B", 0) not in scene.world.channel.effects
    (reversing,) = await scene.of(order)
    assert reversing.state is State.REVERSING
    scene.server.faults = SignedFaults()
    await scene.go(10)
    assert part(order.number, "B", 0) in scene.world.channel.effects
    new, old = await scene.of(order)
    assert (old.state, new.state, new.replaces) == (State.REVERSED, State.ISSUED, old.number)
    assert new.total.fen == fen(order) + fen(other) - 100 == scene.issuer.standing_fen()
    assert [each.number for each in await scene.of(other)] == [new.number, old.number]
    view = await scene.world.orders.order("driver", order.number)
    assert over(view.order, view.items)
    assert await books_hold(scene)


async def test_of_an_order_that_is_refunded_whole_no_invoice_is_left(scene: Scene) -> None:
    order = await scene.paid()
    await scene.invoicing.request("driver", [order.number], COMPANY, "k")
    await scene.world.orders.refund(order.number, Money(fen(order)), "未充电", "r")  # before it was issued
    await scene.go()
    (only,) = await scene.of(order)
    assert (only.state, scene.issuer.standing_fen()) == (State.REVERSED, 0)
    assert await code(scene.invoicing.request("driver", [order.number], COMPANY, "k2")) == "INVOICE_NOTHING"


async def test_a_refund_waits_while_its_invoice_cannot_be_reversed_and_a_person_has_it_tried_again(
    scene: Scene,
) -> None:
    order = await scene.paid()
    await scene.invoicing.request("driver", [order.number], COMPANY, "k")
    await scene.go(1)
    (issued,) = await scene.of(order)
    assert await code(scene.invoicing.reverse_again(issued.number)) == "NOT_TO_REVERSE"
    scene.server.faults = SignedFaults(refuses="DEDUCTED_ALREADY")
    await scene.world.orders.refund(order.number, Money(100), "差价", "r")
    await scene.go()
    view = await scene.world.orders.order("driver", order.number)
    assert view.order.problem == NOT_REVERSED
    assert [item.state for item in view.items if item.step is Step.REFUND] == [Item.NEW]
    (held,) = await scene.of(order)
    assert (held.state, held.reason) == (State.ISSUED, "DEDUCTED_ALREADY")
    assert await code(scene.invoicing.request("driver", [order.number], COMPANY, "k3")) == "INVOICE_REFUNDING"
    scene.server.faults = SignedFaults()
    await scene.invoicing.reverse_again(held.number)
    await scene.go()
    view = await scene.world.orders.order("driver", order.number)
    assert (view.order.problem, view.order.reversing) == (None, None)
    assert over(view.order, view.items)
    assert scene.issuer.standing_fen() == fen(order) - 100


async def test_what_an_issuer_refuses_may_be_asked_for_again(scene: Scene) -> None:
    order = await scene.paid()
    scene.server.faults = SignedFaults(refuses="TITLE_UNKNOWN")
    await scene.invoicing.request("driver", [order.number], COMPANY, "k")
    await scene.go(1)
    (refused,) = await scene.of(order)
    assert (refused.state, refused.reason) == (State.REFUSED, "TITLE_UNKNOWN")
    scene.server.faults = SignedFaults()
    await scene.invoicing.request("driver", [order.number], COMPANY, "k2")
    await scene.go(1)
    assert scene.issuer.standing_fen() == fen(order)


@pytest.mark.parametrize(
    "faults",
    [
        SignedFaults(breaks_after=True),
        SignedFaults(bad_signature=True),
        SignedFaults(unsigned=True),
        SignedFaults(another=True),
        pytest.param(SignedFaults(hangs_after=True), marks=pytest.mark.slow),
    ],
    ids=str,
)
async def test_an_answer_that_is_lost_or_not_believed_leaves_one_invoice(scene: Scene, faults: SignedFaults) -> None:
    order = await scene.paid()
    await scene.invoicing.request("driver", [order.number], COMPANY, "k")
    scene.server.faults = faults
    await scene.world.post()
    (waits,) = await scene.of(order)
    assert waits.state is State.REQUESTED
    scene.server.faults = SignedFaults()
    await scene.go(10)
    (issued,) = await scene.of(order)
    assert issued.state is State.ISSUED
    assert len(scene.issuer.invoices) == 1
    assert scene.server.requests >= 2


async def test_a_refusal_that_is_not_signed_refuses_nothing(scene: Scene) -> None:
    order = await scene.paid()
    await scene.invoicing.request("driver", [order.number], COMPANY, "k")
    scene.server.faults = SignedFaults(refuses="NO", unsigned=True)
    await scene.world.post()
    (waits,) = await scene.of(order)
    assert waits.state is State.REQUESTED


async def test_our_commission_is_invoiced_to_the_operator_for_what_was_split_off(scene: Scene) -> None:
    orders = [await scene.paid() for _ in range(2)]
    numbers = [order.number for order in orders]
    await scene.invoicing.request_commission("jinbei", numbers, COMPANY, "2026-11")
    await scene.go(1)
    (told,) = scene.issuer.invoices.values()
    assert told["totalFen"] == sum(fen(order) * 55 // 1000 for order in orders)
    assert {line["part"] for line in told["lines"]} == {"COMMISSION"}
    assert await code(scene.invoicing.request_commission("yanmen", numbers, COMPANY, "x")) == "NO_SUCH_ORDER"
    assert await scene.of(orders[0]) == []  # it is nothing that a driver asked for
    await scene.world.orders.refund(numbers[0], Money(fen(orders[0])), "未充电", "r")
    await scene.go(10)
    assert scene.issuer.standing_fen() == fen(orders[1]) * 55 // 1000


async def test_whom_an_invoice_is_for_is_sealed_exported_and_erased(scene: Scene, database: Database) -> None:
    order = await scene.paid()
    await scene.invoicing.request("driver", [order.number], COMPANY, "k")
    held = InvoicesHeld(scene.world.work, scene.vault)
    async with scene.world.work.begin() as unit:
        assert await code(held.let_go(unit.connection, "driver")) == "INVOICE_OPEN"
    await scene.go(1)
    async with scene.world.work.begin() as unit:
        (told,) = await held.export(unit.connection, "driver")
        assert (told["title"], told["taxNumber"]) == (COMPANY.title, COMPANY.tax_number)
        assert await held.export(unit.connection, "stranger") == []
        canaries = await _everything(unit.connection)
        assert COMPANY.title.encode() not in canaries
        assert (COMPANY.tax_number or "").encode() not in canaries
        await held.let_go(unit.connection, "driver")
        (told,) = await held.export(unit.connection, "driver")
        assert (told["title"], told["taxNumber"], told["totalFen"]) == (None, None, fen(order))
    await scene.world.orders.refund(order.number, Money(100), "差价", "r")
    await scene.go(10)
    (gone,) = await scene.of(order)  # nobody is left to make another one out to
    assert gone.state is State.REVERSED
    assert COMPANY.title not in repr(COMPANY)


async def _everything(connection: AsyncConnection) -> bytes:
    told = bytearray()
    for name in await connection.run_sync(lambda c: sa.inspect(c).get_table_names()):
        for row in await connection.execute(sa.text(f'SELECT * FROM "{name}"')):
            for value in row:
                told += value if isinstance(value, bytes) else f"{value}\n".encode()
    return bytes(told)


async def books_hold(scene: Scene) -> bool:
    async with scene.world.work.read() as connection:
        return await broken(connection) == []


async def test_an_invoice_for_more_than_was_paid_is_found(scene: Scene) -> None:
    order = await scene.paid()
    await scene.invoicing.request("driver", [order.number], COMPANY, "k")
    assert await books_hold(scene)
    async with scene.world.work.begin() as unit:
        await unit.connection.execute(sa.text("UPDATE invoice_line SET fen = fen + 1"))
    async with scene.world.work.read() as connection:
        assert [each.invariant for each in await broken(connection)] == [Invariant.INVOICED]


def test_a_buyer_has_a_title_and_a_tax_number_that_can_be_one() -> None:
    assert read_buyer(" 张三 ", None) == Buyer("张三")
    assert read_buyer("公" * 100, "91140900ma0k2prx1d".upper()[:0] or None).title == "公" * 100
    for title, number, wrong in (
        ("", None, "INVOICE_TITLE"),
        ("公" * 101, None, "INVOICE_TITLE"),
        ("甲", "9114", "CREDIT_CODE"),
    ):
        with pytest.raises(BadInput) as refused:
            read_buyer(title, number)
        assert refused.value.code == wrong
