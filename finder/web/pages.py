"""The phone's application as files, and the headers that every page carries."""

from pathlib import Path, PurePosixPath

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# MapLibre runs its worker from our own origin and draws images from blobs; styles are set by it at run time.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; worker-src 'self' blob:; img-src 'self' data: blob:; "
    "style-src 'self' 'unsafe-inline'; connect-src 'self'; manifest-src 'self'; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "geolocation=(self), camera=(self), microphone=()",
    "cross-origin-opener-policy": "same-origin",
}
MISSING = """<!doctype html><meta charset="utf-8"><title>充电地图</title>
<p>手机页面尚未构建，请运行 <code>make run</code>。接口在 <a href="/graphql">/graphql</a>。
<p>The page is not built yet: run <code>make run</code>. The API is at <a href="/graphql">/graphql</a>."""


class SafeHeaders:
    """ASGI middleware that adds the headers above to every HTTP answer that does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, adding)


class _Application(StaticFiles):
    """The built files; a path that names no file is one of the application's own and gets its first page."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or PurePosixPath(path).suffix or path.startswith("assets/"):
                raise
            response = await super().get_response("index.html", scope)
        # Names under assets/ carry a hash of their content; everything else is asked for again.
        kept = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
        response.headers["cache-control"] = kept
        return response


def page_routes(folder: Path) -> list[BaseRoute]:
    """Serves the built application, or a page that says how to build it."""
    if (folder / "index.html").is_file():
        return [Mount("/", _Application(directory=folder, html=True))]

    async def missing(_: Request) -> Response:
        return HTMLResponse(MISSING, 503)

    return [Route("/", missing)]
