"""What a practice deployment shows besides: the text messages that phones would have shown."""

import ipaddress

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from finder.web.health import json_response

TIMEOUT_S = 5.0


def practice_routes(sms_url: str, sms_key: str) -> list[Route]:
    """GET /practice/messages, for a browser on this machine alone."""

    async def messages(request: Request) -> Response:
        near = request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
        if not near or any(name in request.headers for name in ("forwarded", "via", "x-forwarded-for", "x-real-ip")):
            return json_response(
                {"code": "NOT_HERE", "zh": "只能在运行本程序的机器上查看", "en": "to be seen on this machine alone"},
                403,
            )
        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
            answer = await client.get(f"{sms_url}/messages", headers={"authorization": f"Bearer {sms_key}"})
        return Response(
            answer.content, answer.status_code, {"cache-control": "no-store"}, media_type="application/json"
        )

    return [Route("/practice/messages", messages, methods=["GET"])]
