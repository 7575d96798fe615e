"""Citizens report a bay through the gateway alone: over GraphQL and HTTP, with a practice finder beside them."""

import httpx
import pytest

from finder.app import choose_work
from finder.charging.machines import Capture, Hold, Session
from finder.charging.order import ORDER
from finder.kernel.clock import system_clock
from finder.kernel.ids import new_order
from finder.storage.unit import to_us
from tests.journeys.test_orders_over_graphql import Driver, Scene, scene
from tests.unit.photographs import encoded, street

__all__ = ["scene"]
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

REPORT = "mutation($i:BayReportInput!){reportBay(input:$i){id evseId kind state reason until}}"
CLEAR = (
    "mutation($e:ID!,$s:DateTime!,$a:Float!,$o:Float!,$k:String!)"
    "{bayIsClear(evseId:$e,seenAt:$s,lat:$a,lon:$o,idempotencyKey:$k){state}}"
)
STATION = (
    "query($i:ID!){station(id:$i){location{lat lon} availability{available blocked} "
    "evses{id live{status source} blockedBay{since until by} reportedBay{kind}}}}"
)


async def paid_before(scene: Scene, driver: Driver) -> None:
    """As if the driver had charged and paid some days ago."""
    person = await driver.ask("{me{id}}")
    work, at = choose_work(scene.settings), to_us(system_clock())
    row = {
        "number": new_order(), "person": person["id"], "operator": "jinbei", "evse_id": person["id"],
        "channel": "wechat", "sub_merchant": "1", "agreement": "a", "agreed": True, "title": "t", "cap": 10_000,
        "commission_permille": 50, "created_at": at, "moved_at": at, "hold": Hold.CONSUMED.value,
        "session": Session.REJECTED.value, "capture": Capture.CAPTURED.value, "captured": 1_500,
        "wants_stop": False, "stops": 0,
    }  # fmt: skip
    async with work.begin() as unit:
        await unit.connection.execute(ORDER.insert().values(**row))
    await work.close()


async def test_two_citizens_move_a_bay_and_everybody_sees_it_but_not_who(scene: Scene) -> None:
    async with httpx.AsyncClient(base_url=scene.url, timeout=20) as a, httpx.AsyncClient(base_url=scene.url) as b:
        one, other = Driver(a), Driver(b)
        await one.sign_in("13811112222")
        await other.sign_in("13811113333")
        bay = await one.free("yanmen")
        station = await one.ask(STATION, i=bay["stationId"])
        now = system_clock().isoformat()
        said = {"evseId": bay["evseId"], "kind": "FUEL_CAR", "seenAt": now, **station["location"]}
        assert await Driver(a).refused(REPORT, i={**said, "idempotencyKey": "1"}) == "SIGN_IN"

        sent = await a.post(
            "/reports/photos", content=encoded(street()), headers={"authorization": f"Bearer {one.token}"}
        )
        assert sent.status_code == 201, sent.text
        photo = sent.json()["photo"]
        first = await one.ask(REPORT, i={**said, "idempotencyKey": "1", "photo": photo, "plate": "晋H·12345"})
        assert first["state"] == "WAITING"
        assert first["reason"]
        shown = await other.ask(STATION, i=bay["stationId"])
        mine = next(each for each in shown["evses"] if each["id"] == bay["evseId"])
        assert (mine["live"]["status"], mine["reportedBay"]) == ("AVAILABLE", {"kind": "FUEL_CAR"})

        for driver in (one, other):
            await paid_before(scene, driver)
        second = await other.ask(REPORT, i={**said, "idempotencyKey": "2"})
        assert second["state"] == "CONFIRMED"
        after = await Driver(b).answer(STATION, i=bay["stationId"])
        assert "12345" not in str(after)
        told = after["data"]["station"]
        mine = next(each for each in told["evses"] if each["id"] == bay["evseId"])
        assert (mine["live"]["status"], mine["live"]["source"]) == ("BLOCKED", "citizens")
        assert mine["blockedBay"]["by"] == ["CITIZENS"]
        assert mine["reportedBay"] is None
        assert [each["state"] for each in await one.ask("{myBayReports{state}}")] == ["CONFIRMED"]

        # A photo is for those who decide a case.
        seen = await a.get(f"/reports/photos/{photo}", headers={"authorization": f"Bearer {one.token}"})
        assert (seen.status_code, seen.json()["code"]) == (403, "FORBIDDEN")
        assert (await a.get(f"/reports/photos/{photo}")).status_code == 401
        assert photo in await one.ask("mutation{exportMyData}")

        place = station["location"]
        cleared = await one.ask(CLEAR, e=bay["evseId"], s=now, a=place["lat"], o=place["lon"], k="3")
        assert cleared["state"] == "CLEARED"
        mine = await one.ask("{myBayReports{state clear}}")
        assert [(each["state"], each["clear"]) for each in mine] == [("CLEARED", True), ("CLEARED", False)]
        told = await one.ask(STATION, i=bay["stationId"])
        assert next(e for e in told["evses"] if e["id"] == bay["evseId"])["live"]["status"] != "BLOCKED"
