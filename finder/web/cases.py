"""What city management posts to us: verified, taken once, answered with what to do where it is refused."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from finder.cases.message import AnswerMessage, heard
from finder.cases.model import Case
from finder.cases.webhooks import verified
from finder.errors import FinderError
from finder.identity.asker import Asker
from finder.identity.buckets import Buckets, Rate, TooOften, within
from finder.kernel.clock import Clock
from finder.web.health import json_response, refusal
from finder.web.pushes import read_body

PATH = "/cases/answers"
MAX_ANSWER_BYTES = 16 * 1024
OF_A_NETWORK = Rate(burst=200, per_s=5)

Take = Callable[[str, AnswerMessage], Awaitable[Case]]


def case_routes(keys: Sequence[bytes], take: Take, clock: Clock, buckets: Buckets) -> list[Route]:
    """POST /cases/answers. A repeat is answered like the first one; what could not be kept is asked for again (5xx)."""

    async def answers(request: Request) -> Response:
        try:
            await within(buckets, f"case answers from {Asker(request.scope).network}", OF_A_NETWORK)
            body = await read_body(request, MAX_ANSWER_BYTES)
            message_id = verified(keys, request.headers, body, clock())
            case = await take(message_id, heard(body))
        except ClientDisconnect:
            return Response(status_code=499)
        except FinderError as error:
            told = refusal(error)
            if isinstance(error, TooOften):
                told.headers["retry-after"] = str(error.wait_s)
            return told
        return json_response({"case": case.id, "state": case.state.value})

    return [Route(PATH, answers, methods=["POST"])]
