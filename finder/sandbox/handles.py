"""The handles of practice servers: what is set from outside, by people and tests."""

from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(endpoint: Endpoint) -> Endpoint:
    """Takes JSON alone, and answers 400 to what cannot be read."""

    async def guard(request: Request) -> Response:
        # A page from elsewhere in the same browser cannot send this type unasked.
        if request.method == "POST" and request.headers.get("content-type", "").split(";")[0] != "application/json":
            return JSONResponse({"code": "JSON_ONLY"}, 415)
        try:
            return await endpoint(request)
        except (msgspec.MsgspecError, ValueError) as bad:
            return JSONResponse({"code": "BAD_INPUT", "en": str(bad)}, 400)

    return guard
