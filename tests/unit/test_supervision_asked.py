"""Who sees the live picture, alarms and dead piles over GraphQL, and what they may do."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from finder.graphql.execution import Asked, Executor
from finder.graphql.moment import Context
from finder.graphql.schema import build_schema
from finder.graphql.supervising import LOOKS_AGAIN
from finder.identity.roles import Caller, Role
from finder.identity.sessions import NotSignedIn
from finder.live.model import Status
from finder.storage.database import Database
from finder.storage.unit import Work
from finder.supervision.alarms.clusters import Cluster
from finder.supervision.alarms.keeper import Alarms
from finder.supervision.coverage.plan import load_plan
from finder.supervision.dead.keeper import DeadPiles
from finder.supervision.picture.keeper import LivePicture
from tests.contract.people_world import people_world
from tests.unit.naive import NOW, SomeFeeds, seen, station, world

SCHEMA = build_schema()
PICTURE = """{ livePicture { whole total { evses available usableShare kw } counties { name count { evses } }
    alarms { id } } }"""
CHANGED = "subscription { livePictureChanged { whole total { charging } lines { county operator } } }"
ACKNOWLEDGE = "mutation($id: ID!, $done: String!) { acknowledgeAlarm(id: $id, done: $done) { state done } }"


class Desk:
    """A gateway with everything that officials watch, asked by somebody."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stations = [station(1), station(2)]
        made = world(self.stations)
        self.board = made.board
        work = Work(database, lambda: self.board.now)
        self.alarms = Alarms(work, people_world(database).people.audit, lambda: self.board.now)
        plan = load_plan("xinzhou")
        picture = LivePicture(
            lambda: self.stations, self.board, SomeFeeds(), plan.counties, self.board.clock, alarms=self.alarms.open
        )
        self.dead = DeadPiles(work)
        gateway = replace(made.gateway, picture=picture, alarms=self.alarms, dead_piles=self.dead)
        self.executor = Executor(SCHEMA, gateway)
        self.caller = Caller("person-1", "session-1", frozenset({Role.DRIVER}))

        async def caller(_: Context) -> Caller:
            return self.caller

        monkeypatch.setattr(Context, "caller", caller)

    def act_as(self, role: Role, *operators: str) -> None:
        self.caller = replace(self.caller, roles=frozenset({Role.DRIVER, role}), operators=frozenset(operators))

    async def ask(self, query: str, **variables: Any) -> Mapping[str, Any]:
        asked = Asked(query, None, variables)
        answer: dict[str, Any] = orjson.loads(
            (await self.executor.answer(self.executor.prepare(asked), asked, "zh")).body
        )
        return answer

    async def code(self, query: str, **variables: Any) -> str:
        return str((await self.ask(query, **variables))["errors"][0]["extensions"]["code"])

    async def cluster(self) -> str:
        key = ("140902", "jinbei")
        await self.alarms._raise(Cluster(key, {"jinbei/0001-0": NOW}, more=False))
        return (await self.alarms.open())[0].id


@pytest.fixture
async def desk(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    database = Database(f"sqlite:///{tmp_path / 'f.sqlite3'}")
    yield Desk(database, monkeypatch)
    await database.close()


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR])
async def test_officials_see_the_picture_with_every_county(desk: Desk, role: Role) -> None:
    await desk.board.observe(seen(desk.stations[0]))
    alarm = await desk.cluster()
    desk.act_as(role)
    told = (await desk.ask(PICTURE))["data"]["livePicture"]
    assert told["total"] == {"evses": 4, "available": 2, "usableShare": 1.0, "kw": None}
    assert len(told["counties"]) == len(load_plan("xinzhou").counties)
    assert told["counties"][0] == {"name": "忻府区", "count": {"evses": 4}}
    assert told["alarms"] == [{"id": alarm}]


@pytest.mark.parametrize("query", [PICTURE, "{ alarms { id } }", "{ deadPiles { evseId } }"])
async def test_a_driver_sees_none_of_it(desk: Desk, query: str) -> None:
    assert await desk.code(query) == "FORBIDDEN"


async def test_changes_are_followed(desk: Desk) -> None:
    desk.act_as(Role.SUPERVISOR)
    asked = Asked(CHANGED)
    following = desk.executor.follow(desk.executor.prepare(asked), asked, "zh")
    first = orjson.loads(await anext(following))["data"]["livePictureChanged"]
    assert (first["whole"], len(first["lines"])) == (True, 1)
    desk.board.now += timedelta(seconds=59)
    await desk.board.observe(seen(desk.stations[0], Status.CHARGING, ago_s=-59))
    second = orjson.loads(await anext(following))["data"]["livePictureChanged"]
    assert second == {
        "whole": False,
        "total": {"charging": 2},
        "lines": [{"county": "140902", "operator": "jinbei"}],
    }
    await following.aclose()


async def test_who_is_signed_out_is_cut_off_within_a_minute(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def caller(_: str) -> Caller:
        raise NotSignedIn

    monkeypatch.setattr(Context, "accounts", SimpleNamespace(people=SimpleNamespace(caller=caller)))
    desk.act_as(Role.SUPERVISOR)
    asked = Asked(CHANGED)
    following = desk.executor.follow(desk.executor.prepare(asked), asked, "zh")
    assert "data" in orjson.loads(await anext(following))
    desk.board.now += LOOKS_AGAIN
    await desk.board.observe(seen(desk.stations[0], Status.CHARGING, ago_s=-60))
    told = [orjson.loads(answer) async for answer in following]
    assert [each["errors"][0]["extensions"]["code"] for each in told] == ["SIGN_IN"]


async def test_an_auditor_reads_alarms_and_acknowledges_none(desk: Desk) -> None:
    alarm = await desk.cluster()
    desk.act_as(Role.AUDITOR)
    assert (await desk.ask("{ alarms(state: OPEN) { id bays } }"))["data"]["alarms"] == [{"id": alarm, "bays": 1}]
    assert await desk.code(ACKNOWLEDGE, id=alarm, done="x") == "FORBIDDEN"
    desk.act_as(Role.SUPERVISOR)
    done = (await desk.ask(ACKNOWLEDGE, id=alarm, done="已派人"))["data"]["acknowledgeAlarm"]
    assert done == {"state": "ACKNOWLEDGED", "done": "已派人"}
    assert await desk.code(ACKNOWLEDGE, id=alarm, done="x") == "ACKNOWLEDGED"


@pytest.mark.parametrize(("first", "good"), [(0, False), (1, True), (200, True), (201, False)])
async def test_alarms_of_one_answer_have_a_limit(desk: Desk, first: int, *, good: bool) -> None:
    desk.act_as(Role.AUDITOR)
    told = await desk.ask("query($n: Int!) { alarms(first: $n) { id } }", n=first)
    assert ("errors" not in told) is good


async def test_an_operators_staff_ask_for_their_own_dead_piles_alone(desk: Desk) -> None:
    desk.act_as(Role.OPERATOR_STAFF, "jinbei")
    query = "query($o: ID) { deadPiles(operator: $o) { evseId } }"
    assert (await desk.ask(query))["data"]["deadPiles"] == []
    assert (await desk.ask(query, o="jinbei"))["data"]["deadPiles"] == []
    assert await desk.code(query, o="yanmen") == "FORBIDDEN"
    desk.act_as(Role.SUPERVISOR)
    assert (await desk.ask(query, o="yanmen"))["data"]["deadPiles"] == []
    assert await desk.code("{ deadPiles(first: 1001) { evseId } }") == "FIRST_OUT_OF_RANGE"


async def test_text_that_no_database_keeps_is_the_askers_error(desk: Desk) -> None:
    desk.act_as(Role.AUDITOR)
    assert await desk.code("query($o: ID) { deadPiles(operator: $o) { evseId } }", o="jin\0bei") == "OPERATOR_ID"
