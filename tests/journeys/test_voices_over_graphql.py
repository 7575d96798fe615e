"""Drivers rate a station and complain through the gateway alone; staff answer, a supervisor decides."""

import asyncio
from decimal import Decimal

import httpx
import msgspec
import pytest

from finder.app import choose_work
from finder.charging.machines import Capture, Hold, Session
from finder.charging.order import ORDER
from finder.connectors.sdk.sessions import SessionSeen, SessionState
from finder.identity.tables import ROLE
from finder.kernel.clock import system_clock
from finder.kernel.ids import new_order
from finder.storage.unit import to_us
from tests.journeys.test_orders_over_graphql import Driver, Scene, scene

__all__ = ["scene"]
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

RATE = "mutation($i:RateInput!){rateStation(input:$i){id code basis counts why note}}"
SHOWN = "query($i:ID!){station(id:$i){id experience{voices stars starred shares{code percent}}}}"
FIELDS = "{id kind state operator stationName order text answer appeal decision bySupervisor appealBy}"
COMPLAIN = f"mutation($i:ComplaintInput!){{complain(input:$i){FIELDS}}}"
ANSWER = f"mutation($c:ID!,$t:String!,$k:String!){{answerComplaint(id:$c,text:$t,idempotencyKey:$k){FIELDS}}}"
APPEAL = f"mutation($c:ID!,$t:String!,$k:String!){{appeal(id:$c,text:$t,idempotencyKey:$k){FIELDS}}}"
DECIDE = (
    "mutation($c:ID!,$t:String!,$k:String!,$u:Boolean!)"
    f"{{decideAppeal(id:$c,text:$t,idempotencyKey:$k,upheld:$u){FIELDS}}}"
)
MINE = f"{{complaints{{nodes{FIELDS} pageInfo{{hasNextPage}}}}}}"
DESK = f"query($s:ComplaintState){{complaints(mine:false,state:$s){{nodes{FIELDS}}}}}"
HEARD = "query($i:ID){experiences(stationId:$i){nodes{code note stars basis}}}"


async def charged(scene: Scene, driver: Driver, evse: str) -> str:
    """As if the driver had charged there and paid an hour ago."""
    person, number, at = (await driver.ask("{me{id}}"))["id"], new_order(), system_clock()
    seen = SessionSeen(
        source="jinbei", native_id="n", state=SessionState.ENDED, observed_at=at, ended_at=at, kwh=Decimal(9)
    )
    row = {
        "number": number, "person": person, "operator": evse.partition("/")[0], "evse_id": evse,
        "channel": "wechat", "sub_merchant": "1", "agreement": "a", "agreed": True, "title": "t", "cap": 10_000,
        "commission_permille": 50, "created_at": to_us(at), "moved_at": to_us(at), "hold": Hold.CONSUMED.value,
        "session": Session.BILLED.value, "capture": Capture.CAPTURED.value, "captured": 1_500, "bill_total": 1_500,
        "pays": 1_500, "wants_stop": False, "stops": 0, "seen": msgspec.json.encode(seen),
    }  # fmt: skip
    work = choose_work(scene.settings)
    async with work.begin() as unit:
        await unit.connection.execute(ORDER.insert().values(**row))
    await work.close()
    return number


async def granted(scene: Scene, driver: Driver, role: str, operator: str = "") -> None:
    person, work = (await driver.ask("{me{id}}"))["id"], choose_work(scene.settings)
    async with work.begin() as unit:
        row = {"person": person, "role": role, "operator": operator, "granted_at": to_us(unit.now)}
        await unit.connection.execute(ROLE.insert().values(**row))
    await work.close()


async def test_three_drivers_are_heard_by_everybody_and_their_words_by_their_operator(scene: Scene) -> None:
    async with httpx.AsyncClient(base_url=scene.url, timeout=20) as http:
        drivers = [Driver(http) for _ in range(3)]
        gun = await drivers[0].free("jinbei")
        said = {"stationId": gun["stationId"], "evseId": gun["evseId"]}
        assert await drivers[0].refused(RATE, i={**said, "code": "SLOW", "idempotencyKey": "1"}) == "SIGN_IN"
        for n, driver in enumerate(drivers):
            await driver.sign_in(f"1381111444{n}")
            await charged(scene, driver, gun["evseId"])
            code, key = ("CHARGED", "SLOW")[n == 2], "1"
            told = await driver.ask(
                RATE, i={**said, "code": code, "stars": 5, "note": f"悄悄话{n}", "idempotencyKey": key}
            )
            assert (told["basis"], told["counts"], told["note"]) == ("SESSION", True, f"悄悄话{n}")
            assert "3" in told["why"]
        nobody = Driver(http)
        async with asyncio.timeout(20):
            while True:
                shown = (await nobody.answer(SHOWN, i=gun["stationId"]))["data"]["station"]
                if shown["experience"] is not None:
                    break
                await asyncio.sleep(0.5)
        assert shown["experience"] == {
            "voices": 3, "stars": 4.2, "starred": 3,
            "shares": [{"code": "CHARGED", "percent": 67}, {"code": "SLOW", "percent": 33}],
        }  # fmt: skip
        mine = await drivers[2].ask("{myExperiences{stationName code note counts}}")
        assert [(each["code"], each["note"]) for each in mine] == [("SLOW", "悄悄话2")]
        assert "悄悄话2" in await drivers[2].ask("mutation{exportMyData}")
        assert await drivers[0].refused(HEARD) == "FORBIDDEN"
        await granted(scene, drivers[0], "OPERATOR_STAFF", "yanmen")
        assert (await drivers[0].ask(HEARD))["nodes"] == []
        await granted(scene, drivers[1], "OPERATOR_STAFF", "jinbei")
        words = (await drivers[1].ask(HEARD, i=gun["stationId"]))["nodes"]
        assert [each["note"] for each in words] == ["悄悄话2", "悄悄话1", "悄悄话0"]


async def test_a_complaint_is_answered_appealed_and_decided_and_its_driver_is_told_each_time(scene: Scene) -> None:
    async with httpx.AsyncClient(base_url=scene.url, timeout=20) as http:
        driver, staff, supervisor, other = (Driver(http) for _ in range(4))
        for n, each in enumerate((driver, staff, supervisor, other)):
            await each.sign_in(f"1381111555{n}")
        await granted(scene, staff, "OPERATOR_STAFF", "jinbei")
        await granted(scene, supervisor, "SUPERVISOR")
        gun = await driver.free("jinbei")
        order = await charged(scene, driver, gun["evseId"])
        ask = {"kind": "BILLING", "text": "多收了服务费", "order": order, "idempotencyKey": "1"}
        assert await other.refused(COMPLAIN, i=ask) == "NO_SUCH_ORDER"
        made = await driver.ask(COMPLAIN, i=ask)
        assert (made["state"], made["operator"], made["order"], made["text"]) == (
            "OPEN", "jinbei", order, "多收了服务费"
        )  # fmt: skip
        assert (await driver.ask(COMPLAIN, i=ask))["id"] == made["id"]
        assert (await other.ask(MINE))["nodes"] == []
        assert await other.refused(DESK) == "FORBIDDEN"
        assert await other.refused(ANSWER, c=made["id"], t="x", k="1") == "FORBIDDEN"
        assert await staff.refused(DECIDE, c=made["id"], t="x", k="1", u=True) == "FORBIDDEN"
        assert [each["id"] for each in (await staff.ask(DESK, s="OPEN"))["nodes"]] == [made["id"]]
        answered = await staff.ask(ANSWER, c=made["id"], t="已核对，无误", k="1")
        assert (answered["state"], answered["bySupervisor"]) == ("ANSWERED", False)
        (mine,) = (await driver.ask(MINE))["nodes"]
        assert (mine["state"], mine["answer"]) == ("ANSWERED", "已核对，无误")
        assert mine["appealBy"] is not None
        assert (await driver.ask(APPEAL, c=made["id"], t="仍不认可", k="1"))["state"] == "APPEALED"
        final = await supervisor.ask(DECIDE, c=made["id"], t="责令退还", k="1", u=True)
        assert (final["state"], final["decision"]) == ("UPHELD", "责令退还")
        (mine,) = (await driver.ask(MINE))["nodes"]
        assert (mine["state"], mine["decision"], mine["appeal"]) == ("UPHELD", "责令退还", "仍不认可")
