"""Blocked bays go to the practice city management and come back: over GraphQL and HTTP, with each fault of its."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from finder.app import choose_people, choose_work
from finder.cases.tables import CASE
from finder.identity.audit import Actor
from finder.identity.roles import Granted, Role
from finder.kernel.clock import system_clock
from finder.storage.unit import to_us
from tests.journeys.test_orders_over_graphql import Driver, Scene, scene
from tests.journeys.test_reports_over_http import REPORT, STATION, paid_before

__all__ = ["scene"]
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

MINE = "{myBayReports(first:1){evseId state reason case{state answer overdue deadline openedAt closedAt}}}"
CASES = (
    "query($s:CaseState,$o:Boolean,$n:Int!,$a:String){cases(state:$s,overdue:$o,first:$n,after:$a){"
    "nodes{id kind what evseId stationName state answer overdue text reference closedBy note trouble "
    "evidence{by seen sensor photos}} pageInfo{hasNextPage endCursor}}}"
)
CLOSE = "mutation($i:ID!,$w:CaseAnswer!,$n:String!){closeCase(id:$i,answer:$w,note:$n){state answer closedBy note}}"
CSV = "query($s:DateTime!,$u:DateTime!){casesCsv(since:$s,until:$u)}"
PHONES = count(13822220000)
TAKEN: set[str] = set()


class Pair:
    """Two drivers who have each paid once, and the bay that both report."""

    def __init__(self, one: Driver, other: Driver, bay: dict[str, str]) -> None:
        self.one, self.other, self.bay = one, other, bay

    async def status(self) -> str:
        told = await self.one.ask(STATION, i=self.bay["stationId"])
        mine = next(each for each in told["evses"] if each["id"] == self.bay["evseId"])
        return str(mine["live"]["status"])

    async def case(self, *states: str, within_s: float = 60) -> Any:
        """The case of the report, once it is in one of these states."""
        async with asyncio.timeout(within_s):
            while True:
                (mine,) = await self.one.ask(MINE)
                if mine["case"] is not None and mine["case"]["state"] in states:
                    return mine["case"]
                await asyncio.sleep(0.2)


async def blocked(scene: Scene, stack: AsyncExitStack, **city: Any) -> Pair:
    """City management is as told; two people report a bay that is free."""
    soon = {"accepts_after_s": 0.5, "answers_after_s": 1.5, **city}
    async with httpx.AsyncClient(base_url=scene.city) as http:
        assert (await http.post("/_faults", json=soon)).status_code == 204
    drivers = []
    for _ in range(2):
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=scene.url, timeout=20))
        drivers.append(Driver(http, taken=TAKEN))
        await drivers[-1].sign_in(str(next(PHONES)))
        await paid_before(scene, drivers[-1])
    bay = await drivers[0].free("yanmen")
    place = (await drivers[0].ask(STATION, i=bay["stationId"]))["location"]
    said = {"evseId": bay["evseId"], "kind": "FUEL_CAR", "seenAt": system_clock().isoformat(), **place}
    for driver in drivers:
        told = await driver.ask(REPORT, i={**said, "idempotencyKey": "1", "plate": "晋H·13579"})
    assert told["state"] == "CONFIRMED"
    return Pair(drivers[0], drivers[1], bay)


async def heard(scene: Scene) -> list[Any]:
    async with httpx.AsyncClient(base_url=scene.city) as http:
        return list((await http.get("/_shown")).json()["heard"])


async def asked_now(scene: Scene) -> None:
    """As if it had not been asked for long."""
    work = choose_work(scene.settings)
    async with work.begin() as unit:
        await unit.connection.execute(sa.update(CASE).values(asked_at=to_us(unit.now - timedelta(hours=1))))
    await work.close()


@pytest.mark.parametrize("wrong", ["", "hangs_after", "breaks_after", "twice", "out_of_order"])
async def test_a_car_is_moved_whatever_goes_wrong_on_the_way(scene: Scene, wrong: str) -> None:
    async with AsyncExitStack() as stack:
        pair = await blocked(scene, stack, **({wrong: True} if wrong else {}))
        assert await pair.status() == "BLOCKED"
        case = await pair.case("CLOSED")
        assert (case["answer"], case["overdue"]) == ("MOVED", False)
        assert await pair.status() == "AVAILABLE"
        (mine,) = await pair.other.ask(MINE)
        assert (mine["state"], mine["case"]["state"]) == ("CLEARED", "CLOSED")
        assert "13579" not in str(await heard(scene))
        exported = await pair.one.ask("mutation{exportMyData}")
        assert '"cases":[{"report":' in exported
        assert "13579" not in exported  # the case is over


async def test_city_management_that_was_down_is_told_when_it_is_back(scene: Scene) -> None:
    async with AsyncExitStack() as stack:
        pair = await blocked(scene, stack, refuses=True)
        await asyncio.sleep(1)
        assert (await pair.case("OPENED"))["answer"] is None
        async with httpx.AsyncClient(base_url=scene.city) as http:
            await http.post("/_faults", json={"answer": "FINED", "accepts_after_s": 0.2, "answers_after_s": 0.5})
        assert (await pair.case("CLOSED"))["answer"] == "FINED"
        assert await pair.status() == "BLOCKED"  # it was fined, and stands there


async def test_an_answer_under_a_wrong_signature_moves_nothing_and_is_asked_for(scene: Scene) -> None:
    async with AsyncExitStack() as stack:
        before = len(await heard(scene))
        pair = await blocked(scene, stack, bad_signature=True)
        told: list[Any] = []
        for _ in range(150):
            told = (await heard(scene))[before:]
            if len(told) == 2:
                break
            await asyncio.sleep(0.2)
        assert [each[1:] for each in told] == [[401, "WEBHOOK_SIGNATURE"]] * 2
        assert (await pair.case("SENT"))["answer"] is None
        assert await pair.status() == "BLOCKED"
        await asked_now(scene)
        assert (await pair.case("CLOSED"))["answer"] == "MOVED"


async def test_where_nobody_answers_a_supervisor_sees_it_overdue_and_closes_it(scene: Scene) -> None:
    async with AsyncExitStack() as stack:
        pair = await blocked(scene, stack, never_answers=True)
        await pair.case("ACCEPTED")
        work = choose_work(scene.settings)
        async with work.begin() as unit:
            late = sa.update(CASE).where(CASE.c.evse == pair.bay["evseId"]).values(deadline=to_us(unit.now) - 1)
            await unit.connection.execute(late)
        await work.close()
        assert (await pair.case("ACCEPTED"))["overdue"] is True

        # Only those who see to cases see them.
        assert await Driver(pair.one.http).refused(CASES, n=5) == "SIGN_IN"
        assert await pair.one.refused(CASES, n=5) == "FORBIDDEN"
        assert await pair.one.refused(CLOSE, i="x", w="MOVED", n="x") == "FORBIDDEN"
        now = system_clock()
        assert await pair.one.refused(CSV, s=now.isoformat(), u=now.isoformat()) == "FORBIDDEN"

        supervisor = Driver(await stack.enter_async_context(httpx.AsyncClient(base_url=scene.url, timeout=20)))
        await supervisor.sign_in(str(next(PHONES)))
        who = (await supervisor.ask("{me{id}}"))["id"]
        async with choose_people(scene.settings) as people:
            await people.grant(Actor("test", "test"), who, Granted(Role.SUPERVISOR))
            async with (await people.store.made()).write() as connection:
                await people.audit.lock(connection)
                supervisor.token = (await people.open(connection, who, "test", strong=False)).access

        (overdue,) = (await supervisor.ask(CASES, o=True, n=5))["nodes"]
        assert (overdue["evseId"], overdue["overdue"]) == (pair.bay["evseId"], True)
        assert len(overdue["evidence"]["seen"]) == 2
        assert "13579" not in str(overdue)
        page = await supervisor.ask(CASES, n=1)
        rest = await supervisor.ask(CASES, n=200, a=page["pageInfo"]["endCursor"])
        ids = [each["id"] for each in (*page["nodes"], *rest["nodes"])]
        assert ids == sorted(set(ids), reverse=True)
        assert await supervisor.refused(CASES, n=201) == "FIRST_OUT_OF_RANGE"
        assert await supervisor.refused(CASES, n=1, s="OPENED", a=page["pageInfo"]["endCursor"]) == "BAD_CURSOR"
        assert (await supervisor.ask(CASES, s="CLOSED", o=True, n=5))["nodes"] == []

        closed = await supervisor.ask(CLOSE, i=overdue["id"], w="NOT_FOUND", n="=电话核实，车已离开")
        assert (closed["state"], closed["closedBy"]) == ("CLOSED", "SUPERVISOR")
        assert await pair.status() == "AVAILABLE"
        sheet = await supervisor.ask(CSV, s=(now - timedelta(days=1)).isoformat(), u=system_clock().isoformat())
        (row,) = [line for line in sheet.splitlines() if overdue["id"] in line]
        assert "'=电话核实" in row
        assert len(sheet.splitlines()) == len(ids) + 1
        assert await supervisor.refused(CSV, s="2026-11-25T00:00:00", u=now.isoformat()) == "TIME_ZONE"
        assert await supervisor.refused(CLOSE, i=overdue["id"], w="MOVED", n="x") == "CASE_STATE"
