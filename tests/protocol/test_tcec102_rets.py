"""What each Ret of an operator comes to, for a question and for a command; over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response as HttpResponse
from starlette.routing import Route

from finder.connectors.sdk.control import Outcome, SessionRef, StartRequest
from finder.connectors.sdk.http import Caution
from finder.connectors.tcec102 import Tcec102Connector
from finder.connectors.tcec102.wire import Response, write
from finder.errors import OperatorError, OperatorLied, OperatorRefused, OperatorUnavailable
from tests.protocol.finder_running import serving
from tests.protocol.tcec102_peer import KEYS, PEER, config

pytestmark = pytest.mark.slow
REF = SessionRef("7K", "op/G1")
TOKEN = {"OperatorID": PEER, "SuccStat": 0, "AccessToken": "t", "TokenAvailableTime": 7200, "FailReason": 0}


class Fixed:
    """A platform that gives tokens, and to anything else one answer."""

    def __init__(self, ret: int = 0, body: object = None, *, status: int = 200, signed: bool = True) -> None:
        self.ret, self.body, self.status, self.signed = ret, body, status, signed
        self.asked: list[str] = []

    async def answer(self, http: Request) -> HttpResponse:
        interface = http.path_params["interface"]
        self.asked.append(interface)
        if interface == "query_token":
            return HttpResponse(Response.seal(0, "", write(TOKEN), KEYS).to_json())
        sealed = Response.seal(self.ret, "说明", None if self.body is None else write(self.body), KEYS)
        if not self.signed:
            sealed = Response(sealed.ret, sealed.msg, sealed.data, "0" * 32)
        return HttpResponse(sealed.to_json(), self.status)

    @asynccontextmanager
    async def connector(self) -> AsyncIterator[Tcec102Connector]:
        app = Starlette(routes=[Route("/evcs/{version}/{interface}", self.answer, methods=["POST"])])
        async with serving(app) as url:
            connector = Tcec102Connector(config(base_url=url, caution=Caution(attempts=1)))
            try:
                yield connector
            finally:
                await connector.close()


def started(**told: Any) -> dict[str, Any]:
    serial = "MA0FINDER" + "7K".rjust(18, "0")
    return {"StartChargeSeq": serial, "StartChargeSeqStat": 1, "SuccStat": 0, "FailReason": 0, **told}


@pytest.mark.parametrize(
    ("ret", "kind", "code"),
    [
        (-1, OperatorUnavailable, "OPERATOR_UNAVAILABLE"),
        (500, OperatorUnavailable, "OPERATOR_UNAVAILABLE"),
        (4001, OperatorRefused, "RET_4001"),
        (4002, OperatorRefused, "RET_4002"),
        (4003, OperatorRefused, "RET_4003"),
        (4004, OperatorRefused, "RET_4004"),
        (4999, OperatorRefused, "RET_4999"),
        (7, OperatorRefused, "OPERATOR_REFUSED"),
    ],
)
async def test_what_a_question_comes_to(ret: int, kind: type[OperatorError], code: str) -> None:
    platform = Fixed(ret)
    async with platform.connector() as connector:
        with pytest.raises(kind) as error:
            await connector.plug("7K", "op/G1")
        assert error.value.code == code
    # Where token or keys are not known any more, both are got anew, once.
    assert platform.asked.count("query_equip_auth") == (2 if ret in (4001, 4002) else 1)


@pytest.mark.parametrize("ret", [-1, 4001, 4002, 4003, 4004, 7])
async def test_a_command_that_was_refused_did_nothing(ret: int) -> None:
    async with Fixed(ret).connector() as connector:
        with pytest.raises(OperatorError):
            await connector.start(StartRequest("7K", "op/G1"))
        with pytest.raises(OperatorError):
            await connector.stop(REF)


@pytest.mark.parametrize(
    "platform",
    [
        Fixed(500),
        Fixed(0, started(), status=502),
        Fixed(0, started(), signed=False),
        Fixed(0, [started()]),
        Fixed(0, started(StartChargeSeq="1" * 27)),
        Fixed(0, started(SuccStat=7)),
        Fixed(0, started(SuccStat=None)),
        Fixed(0, started(StartChargeSeqStat=5)),
        Fixed(0, started(SuccStat=1, StartChargeSeqStat=2)),  # refused, and charging
        Fixed(0, {}),
    ],
)
async def test_a_command_of_which_nobody_can_say_what_became_is_unknown_and_sent_once(platform: Fixed) -> None:
    async with platform.connector() as connector:
        assert (await connector.start(StartRequest("7K", "op/G1"))).outcome is Outcome.UNKNOWN
    assert platform.asked.count("query_start_charge") == 1


async def test_taken_is_not_charging_and_refused_has_its_reason() -> None:
    async with Fixed(0, started()).connector() as connector:
        taken = await connector.start(StartRequest("7K", "op/G1"))
        assert (taken.outcome, taken.reason) == (Outcome.ACCEPTED, None)
    async with Fixed(0, started(SuccStat=1, FailReason=2, StartChargeSeqStat=4)).connector() as connector:
        refused = await connector.start(StartRequest("7K", "op/G1"))
        assert (refused.outcome, refused.reason) == (Outcome.REJECTED, "OFFLINE")


async def test_a_session_that_the_operator_does_not_know_is_none_and_anothers_is_a_lie() -> None:
    for platform in (Fixed(4004), Fixed(0, {})):
        async with platform.connector() as connector:
            assert await connector.session(REF) is None
    other = started(StartChargeSeq="1" * 27, ConnectorID="G1", TotalPower=1)
    async with Fixed(0, other).connector() as connector:
        with pytest.raises(OperatorLied):
            await connector.session(REF)
