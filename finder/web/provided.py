"""What other platforms ask of us, each at a path of its own: /provide/{peer}/evcs/{version}/{interface}."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from finder.connectors.sdk.ports import PushAnswer, PushRequest
from finder.errors import FinderError, NotFound
from finder.kernel.clock import Clock
from finder.web.health import refusal
from finder.web.pushes import read_body

MAX_QUESTION_BYTES = 64 * 1024

Answer = Callable[[PushRequest], Awaitable[PushAnswer]]


def provided_routes(answers: Mapping[str, Answer], clock: Clock) -> list[Route]:
    """A route for the peers by name; POST alone, as the protocol has it."""

    async def ask(request: Request) -> Response:
        moment = clock()
        try:
            answer = answers.get(request.path_params["peer"])
            if answer is None:
                raise NotFound(
                    "没有这个对接方，请核对地址", "there is no such peer: check the address", code="NO_SUCH_PEER"
                )
            body = await read_body(request, MAX_QUESTION_BYTES)
            path = request.path_params["path"].strip("/")
            interface = path.rsplit("/", 1)[-1]
            answered = await answer(PushRequest(interface, dict(request.headers), body, moment, "POST", path))
        except ClientDisconnect:
            return Response(status_code=499)
        except FinderError as error:
            return refusal(error)
        headers = {"cache-control": "no-store", **answered.headers}
        return Response(answered.body, answered.http_status, headers, answered.content_type)

    return [Route("/provide/{peer}/{path:path}", ask, methods=["POST"])]
