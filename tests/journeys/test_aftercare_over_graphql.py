"""After a session, through the gateway alone: the car park knows, an invoice is issued, a dispute is decided."""

import asyncio
from typing import Any

import pytest

from finder.app import choose_database
from finder.charging.dispute_rows import DisputeState
from finder.charging.disputes import Disputes
from finder.identity.audit import Actor, Audit
from finder.kernel.clock import system_clock
from finder.kernel.money import Money
from finder.storage.unit import Work
from tests.journeys.test_orders_over_graphql import START, STOP, Driver, Scene, driver, scene

__all__ = ["driver", "scene"]

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

AFTER = (
    "query($n:ID!){order(number:$n){capturedFen refundedFen"
    " invoices{number state issuer title totalFen invoiceNo redNo replaces lines{order part ratePercent fen taxFen}}"
    " dispute{id reason text answer state note refundFen}"
    " parkingEntitlement{state carPark minutesFree byPlate reference until}}}"
)
INVOICE = (
    "mutation($o:[ID!]!,$t:String!,$n:String,$k:String!)"
    "{requestInvoice(orders:$o,title:$t,taxNumber:$n,idempotencyKey:$k){number state totalFen title}}"
)
DISPUTE = "mutation($n:ID!,$r:DisputeReason!,$t:String!){disputeOrder(number:$n,reason:$r,text:$t){id state}}"
PLATE, VIN_FREE = "晋H12345", "mutation($p:String!){addVehicle(plate:$p){id}}"
SHARES = "{me{sharesPlate}}"
TITLE, TAX_NUMBER = "忻州某某科技有限公司", "91140900MA0K2PRX12"


async def charged(driver: Driver, key: str) -> str:
    """An order that is paid."""
    _, quote_id = await driver.quoted("yanmen")
    ask = {"quoteId": quote_id, "channel": "wechat", "capFen": 30_000, "idempotencyKey": key}
    number = str((await driver.ask(START, ask=ask))["number"])
    await driver.until(number, "CHARGING")
    await asyncio.sleep(2)
    await driver.ask(STOP, n=number)
    await driver.until(number, "DONE")
    return number


async def until(driver: Driver, number: str, fits: Any) -> Any:
    async with asyncio.timeout(60):
        while True:
            told = await driver.ask(AFTER, n=number)
            if fits(told):
                return told
            await asyncio.sleep(0.3)


async def test_a_car_park_an_invoice_a_dispute_and_a_red_invoice(scene: Scene, driver: Driver) -> None:
    await driver.ask(VIN_FREE, p=PLATE)
    assert await driver.ask(SHARES) == {"sharesPlate": False}
    assert await driver.ask("mutation{sharePlate(agreed:true)}") is True
    assert await driver.ask(SHARES) == {"sharesPlate": True}
    number = await charged(driver, "after-1")
    told = await until(driver, number, lambda each: (each["parkingEntitlement"] or {}).get("state") == "TAKEN")
    parking = told["parkingEntitlement"]
    assert (parking["minutesFree"], parking["byPlate"], parking["carPark"]) == (120, True, "practice-car-park")
    assert (told["invoices"], told["dispute"]) == ([], None)

    asked = {"o": [number], "t": TITLE, "n": TAX_NUMBER, "k": "invoice-1"}
    (made,) = await driver.ask(INVOICE, **asked)
    assert (made["totalFen"], made["title"]) == (told["capturedFen"], TITLE)
    assert (await driver.ask(INVOICE, **asked))[0]["number"] == made["number"]
    assert await driver.refused(INVOICE, **{**asked, "t": "别人"}) == "KEY_REUSED"
    assert await driver.refused(INVOICE, **{**asked, "n": "91140900MA0K2PRX13", "k": "x"}) == "CREDIT_CODE"
    assert await driver.refused(INVOICE, **{**asked, "k": "x"}) == "INVOICED_ALREADY"
    told = await until(driver, number, lambda each: each["invoices"][0]["state"] == "ISSUED")
    (issued,) = told["invoices"]
    assert issued["issuer"] == "练习开票服务（非真实发票）"
    assert sum(line["fen"] for line in issued["lines"]) == told["capturedFen"]
    assert {line["part"]: line["ratePercent"] for line in issued["lines"]} == {"ELECTRICITY": 13, "SERVICE": 6}

    opened = await driver.ask(DISPUTE, n=number, r="STOPPED_EARLY", t="充到一半停了")
    assert opened["state"] == "OPEN"
    assert await driver.refused(DISPUTE, n=number, r="OTHER", t="还有") == "DISPUTED_ALREADY"
    assert await driver.refused(DISPUTE, n=number, r="OTHER", t="字" * 501) == "DISPUTE_TEXT"
    database = choose_database(scene.settings)
    disputes = Disputes(Work(database, system_clock), Audit(database, system_clock))
    await disputes.decide(opened["id"], Actor("supervisor:li", "test"), DisputeState.REFUNDED, "属实", Money(100))
    await database.close()
    told = await until(driver, number, lambda each: each["refundedFen"] == 100 and len(each["invoices"]) == 2)
    assert (told["dispute"]["state"], told["dispute"]["refundFen"]) == ("REFUNDED", 100)
    told = await until(driver, number, lambda each: each["invoices"][0]["state"] == "ISSUED")
    new, old = told["invoices"]
    assert (old["state"], new["replaces"]) == ("REVERSED", old["number"])
    assert (new["totalFen"], bool(old["redNo"])) == (told["capturedFen"] - 100, True)
    mine = await driver.ask("{invoices{number title}}")
    assert [each["title"] for each in mine] == [TITLE, TITLE]
    assert await driver.ask("mutation{sharePlate(agreed:false)}") is False
    assert await driver.ask(SHARES) == {"sharesPlate": False}
    export = await driver.ask("mutation{exportMyData}")
    assert TITLE in export
    assert "充到一半停了" in export
    assert PLATE in export


async def test_nobody_sees_or_disputes_anothers_order(scene: Scene, driver: Driver) -> None:
    number = await charged(driver, "after-2")
    stranger = Driver(driver.http)
    await stranger.sign_in("13900000001")
    assert await stranger.refused(AFTER, n=number) == "NO_SUCH_ORDER"
    assert await stranger.refused(DISPUTE, n=number, r="OTHER", t="x") == "NO_SUCH_ORDER"
    assert await stranger.refused(INVOICE, o=[number], t=TITLE, n=None, k="k") == "NO_SUCH_ORDER"
    assert await stranger.ask("{invoices{number}}") == []
    stranger.token = ""
    assert await stranger.refused("{invoices{number}}") == "SIGN_IN"
