"""What payment channels call back: verified, taken once, answered as the channel wants it."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from finder.errors import ChannelLied, FinderError, NotFound
from finder.money.channels.config import NOTICE_PATH
from finder.money.channels.port import Channel, Notice
from finder.web.health import json_response, refusal
from finder.web.pushes import read_body

MAX_NOTICE_BYTES = 64 * 1024
UNBELIEVED = 401

Take = Callable[[Channel, Notice], Awaitable[None]]


def pay_routes(channels: Mapping[str, Channel], take: Take) -> list[Route]:
    """POST /pay/{channel}. What is not believed is told so; what could not be kept is asked for again (5xx)."""

    async def notice(request: Request) -> Response:
        name: str = request.path_params["channel"]
        try:
            channel = channels.get(name)
            if channel is None:
                raise NotFound(f"没有支付渠道 {name[:40]!r}", f"there is no channel {name[:40]!r}", code="NO_CHANNEL")
            told = await channel.notice(dict(request.headers), await read_body(request, MAX_NOTICE_BYTES))
            await take(channel, told)
        except ClientDisconnect:
            return Response(status_code=499)
        except ChannelLied as lie:
            return json_response({"code": lie.code, "zh": lie.zh, "en": lie.en}, UNBELIEVED)
        except FinderError as error:
            return refusal(error)
        return Response(told.answer, told.answer_status, {"cache-control": "no-store"}, told.answer_type)

    return [Route(NOTICE_PATH, notice, methods=["POST"])]
