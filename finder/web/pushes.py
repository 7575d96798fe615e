"""What operators' platforms post to us."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from finder.connectors.sdk.ports import PushAnswer, PushRequest
from finder.errors import FinderError, TooLarge
from finder.kernel.clock import Clock
from finder.web.health import refusal
from finder.web.metrics import Metrics

MAX_PUSH_BYTES = 256 * 1024
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

Receive = Callable[[str, PushRequest], Awaitable[PushAnswer]]


async def read_body(request: Request, limit: int) -> bytes:
    """The body, at most `limit` bytes; a longer one is refused before it is read whole. Raises TooLarge."""
    refusal = TooLarge(
        f"请求体超过 {limit} 字节，请分批发送",
        f"the body is over {limit} bytes: send less at once",
        code="BODY_TOO_LARGE",
    )
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > limit:
        raise refusal
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise refusal
    return bytes(body)


def push_routes(receive: Receive, clock: Clock, metrics: Metrics) -> list[Route]:
    """/push/{source}/…: method and the rest of the path are the protocol's own."""

    async def push(request: Request) -> Response:
        source: str = request.path_params["source"]
        moment: datetime = clock()
        try:
            body = await read_body(request, MAX_PUSH_BYTES)
            path = request.path_params["path"].strip("/")
            headers, query = dict(request.headers), dict(request.query_params)
            interface = path.rsplit("/", 1)[-1]
            answer = await receive(source, PushRequest(interface, headers, body, moment, request.method, path, query))
        except ClientDisconnect:
            return Response(status_code=499)
        except FinderError as error:
            metrics.pushes.labels("refused", str(error.http_status)).inc()
            return refusal(error)
        metrics.pushes.labels(source, str(answer.http_status)).inc()
        headers = {"cache-control": "no-store", **answer.headers}
        return Response(answer.body, answer.http_status, headers, answer.content_type)

    return [Route("/push/{source}/{path:path}", push, methods=list(METHODS))]
