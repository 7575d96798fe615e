"""OAuth 2 over HTTP: tokens for operators' machines, and where everything is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from finder.errors import BadInput, FinderError
from finder.identity.buckets import Buckets, Rate, TooOften, within
from finder.identity.oauth.server import OAuthAnswer, TokenServer
from finder.kernel.network import network_of
from finder.web.health import json_response
from finder.web.pushes import read_body

MAX_FORM_BYTES = 16 * 1024
MAX_FIELDS = 20
TOKENS = Rate(burst=30, per_s=1.0)  # for each address
FORM = "application/x-www-form-urlencoded"

_SENTENCES = {  # RFC 6749, 5.2
    "invalid_client": (
        "客户端认证失败：请核对 client_id、私钥、aud 与时间，并为每次请求签发新的断言",
        "the client could not be recognised: check client_id, key, aud and clock, and sign an assertion anew each time",
    ),
    "invalid_request": (
        "请求缺少参数、参数重复或格式有误",
        "a parameter is missing, stands twice or cannot be read",
    ),
    "invalid_scope": (
        "所请求的权限不存在，或当前状态下不予授予",
        "there is no such scope, or it is not to be had in the present state",
    ),
    "unsupported_grant_type": ("只支持 client_credentials", "only client_credentials is supported"),
    "unsupported_token_type": ("只有 access_token 一种令牌", "there are access tokens only"),
    "invalid_grant": ("该令牌属于其他客户端", "the token is another client's"),
    "insecure_transport": (
        "令牌只经 https 发放：请设置 FINDER_PUBLIC_URL",
        "tokens are given over https only: set FINDER_PUBLIC_URL",
    ),
}
_ELSE = ("请求被拒绝", "the request was refused")


def caller(request: Request) -> str:
    """Where a request comes from, as rates are counted."""
    return network_of(request.client.host if request.client else None)


@dataclass(frozen=True, slots=True)
class OAuthEndpoints:
    """The token server over HTTP."""

    server: TokenServer
    buckets: Buckets

    def routes(self) -> list[Route]:
        """/oauth/token, /oauth/introspect, /oauth/revoke and RFC 8414's metadata."""
        return [
            Route("/oauth/token", self._answering(self.server.token), methods=["POST"]),
            Route("/oauth/introspect", self._answering(self.server.introspect), methods=["POST"]),
            Route("/oauth/revoke", self._answering(self.server.revoke), methods=["POST"]),
            Route("/.well-known/oauth-authorization-server", self._metadata),
        ]

    def _answering(
        self, answer: Callable[[dict[str, str]], Awaitable[OAuthAnswer]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                await within(self.buckets, f"oauth {caller(request)}", TOKENS)
                told = await answer(await _form(request))
            except ClientDisconnect:
                return Response(status_code=499)
            except FinderError as error:
                return _refused(error)
            body = dict(told.body)
            if name := body.get("error"):
                zh, en = _SENTENCES.get(name, _ELSE)
                body |= {"code": name.upper(), "zh": zh, "en": en}
            return json_response(body, told.status)

        return endpoint

    async def _metadata(self, _: Request) -> Response:
        return json_response(self.server.metadata())


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, each once. Raises BadInput or TooLarge."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    raw = await read_body(request, MAX_FORM_BYTES)
    try:
        if kind != FORM:
            raise ValueError(kind)
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        raise BadInput(
            f"应以 {FORM} 提交，至多 {MAX_FIELDS} 个字段",
            f"send it as {FORM}, with {MAX_FIELDS} fields at the most",
            code="INVALID_REQUEST",
        ) from None
    if len(dict(pairs)) < len(pairs):
        raise BadInput("参数重复", "a parameter stands twice", code="INVALID_REQUEST")
    return dict(pairs)


def _refused(error: FinderError) -> Response:
    """A refusal of ours in the form that OAuth clients read."""
    name = "invalid_request" if isinstance(error, BadInput) else "temporarily_unavailable"
    body = {"error": name, "code": error.code, "zh": error.zh, "en": error.en}
    answer = json_response(body, error.http_status)
    if isinstance(error, TooOften):
        answer.headers["retry-after"] = str(error.wait_s)
    return answer
