"""What comes to POST /cases/answers over HTTP: each refusal has its status and its code, and nothing is half done."""

import json
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from finder.cases.message import told
from finder.cases.model import CaseAnswer, CaseState
from finder.cases.webhooks import FRESH_S, signed
from finder.storage.rows import QUARANTINE
from finder.web.cases import MAX_ANSWER_BYTES, OF_A_NETWORK
from tests.contract.case_world import BAY, CaseWorld, case_world
from tests.contract.databases import opened


@pytest.fixture
async def world(request: pytest.FixtureRequest, tmp_path: Any) -> AsyncIterator[CaseWorld]:
    request.param = "sqlite"
    async with opened(request, tmp_path) as database, case_world(database) as made:
        yield made


async def post(
    world: CaseWorld,
    body: bytes,
    message_id: str = "m1",
    *,
    key: bytes | None = None,
    skew_s: float = 0,
    **headers: str,
) -> tuple[int, dict[str, Any]]:
    """Signed by the city's key unless told otherwise; headers' underscores are hyphens."""
    peer = world.city.told().peer()
    at = world.reports.now + timedelta(seconds=skew_s)
    given = signed([key or peer.theirs[0]], message_id, at, body)
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await world.http.post("/cases/answers", content=body, headers=given)
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()


def body_of(world: CaseWorld, case: str, answer: CaseAnswer | None = None, **more: Any) -> bytes:
    return json.dumps(world.city.message(case, answer, **more)["message"]).encode()


async def test_each_refusal_says_what_to_do_and_changes_nothing(world: CaseWorld) -> None:
    case = await world.sent()
    body = body_of(world, case.id, CaseAnswer.MOVED)
    peer = world.city.told().peer()

    async def refused(status: int, code: str, body: bytes = body, **how: Any) -> None:
        told_status, no = await post(world, body, **how)
        assert (told_status, no["code"]) == (status, code)
        assert no["zh"]
        assert no["en"]
        assert (await world.case(case.id)).state is CaseState.SENT

    await refused(401, "WEBHOOK_SIGNATURE", key=secrets.token_bytes(32))
    await refused(401, "WEBHOOK_SIGNATURE", key=peer.ours[0])  # what we signed ourselves is no answer
    await refused(401, "WEBHOOK_HEADERS", webhook_signature="")
    await refused(401, "WEBHOOK_STALE", skew_s=-FRESH_S - 1)
    await refused(401, "WEBHOOK_STALE", skew_s=FRESH_S + 1)
    await refused(400, "ANSWER_FORM", b"{}")
    await refused(400, "ANSWER_FORM", b"x" * MAX_ANSWER_BYTES)
    await refused(413, "BODY_TOO_LARGE", b"x" * (MAX_ANSWER_BYTES + 1))
    await refused(404, "NO_SUCH_CASE", body_of(world, "01JXXXXXXXXXXXXXXXXXXXXXXX", CaseAnswer.MOVED))
    late = body_of(world, case.id, CaseAnswer.MOVED, lookedAt="2027-01-01T00:00:00+08:00")
    await refused(400, "LOOKED_AT", late)
    assert (await world.http.get("/cases/answers")).status_code == 405
    assert (await post(world, body, skew_s=-FRESH_S))[0] == 200


async def test_a_message_of_ours_that_comes_back_is_not_an_answer(world: CaseWorld) -> None:
    case = await world.sent()
    peer = world.city.told().peer()
    status, no = await post(world, told(case), key=peer.ours[0])
    assert (status, no["code"]) == (401, "WEBHOOK_SIGNATURE")


async def test_an_id_is_taken_once_and_with_one_content(world: CaseWorld) -> None:
    case = await world.sent()
    accepted, moved = body_of(world, case.id), body_of(world, case.id, CaseAnswer.MOVED)
    assert await post(world, accepted) == (200, {"case": case.id, "state": "ACCEPTED"})
    assert await post(world, accepted, skew_s=10) == (200, {"case": case.id, "state": "ACCEPTED"})
    status, no = await post(world, moved)
    assert (status, no["code"]) == (409, "ANSWER_CONFLICT")
    assert (await world.case(case.id)).state is CaseState.ACCEPTED
    async with world.reports.work.read() as connection:
        kept = (await connection.execute(sa.select(QUARANTINE.c.key))).scalars().all()
    assert kept == ["m1"]
    assert await post(world, moved, "m2") == (200, {"case": case.id, "state": "CLOSED"})
    status, no = await post(world, body_of(world, case.id, CaseAnswer.FINED), "m3")
    assert (status, no["code"]) == (409, "CASE_STATE")
    # What was refused may come again, and is refused again.
    assert (await post(world, body_of(world, case.id, CaseAnswer.FINED), "m3"))[0] == 409


async def test_whoever_asks_too_often_waits(world: CaseWorld) -> None:
    codes = [await post(world, b"{}", key=bytes(32)) for _ in range(OF_A_NETWORK.burst + 1)]
    assert [status for status, _ in codes] == [401] * OF_A_NETWORK.burst + [429]
    assert codes[-1][1]["code"] == "TOO_OFTEN"


async def test_a_city_that_knows_nothing_of_a_case_yet_is_told_and_asked_again(world: CaseWorld) -> None:
    case = await world.blocked(BAY)
    world.reports.later(minutes=6)
    assert world.casework.keeping is not None
    await world.casework.keeping.step()  # it has not heard of it, and says so
    assert (await world.case(case.id)).state is CaseState.OPENED
    await world.outbox.step()
    assert (await world.case(case.id)).state is CaseState.SENT
