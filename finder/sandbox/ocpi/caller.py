"""The practice operator's calls to its partner, and how it finds where to call."""

import base64
import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx
import msgspec

if TYPE_CHECKING:
    from finder.sandbox.ocpi.operator import PracticeCpo

_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Caller:
    """One partner: its token for us and its endpoints."""

    def __init__(self, cpo: "PracticeCpo") -> None:
        self._cpo = cpo
        # Loopback and plain HTTP only: an empty context costs nothing to make.
        self._http = httpx.AsyncClient(timeout=5.0, trust_env=False, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        self.token = ""
        self.endpoints: dict[str, str] = {}
        self.answers: list[tuple[str, str, int, Any]] = []  # method, address, HTTP status, envelope

    async def meet(self, versions_url: str, token: str, version: str) -> None:
        """Reads a partner's versions and details. Raises httpx.HTTPError, KeyError or ValueError."""
        listed = await self._get(versions_url, token)
        details = await self._get(next(each["url"] for each in listed if each["version"] == version), token)
        self.token = token
        self.endpoints = {each["identifier"]: each["url"] for each in details["endpoints"]}

    async def begin(self, versions_url: str, token: str, version: str) -> None:
        """Registers with a partner that gave us this token to begin with."""
        await self.meet(versions_url, token, version)
        await self._exchange("POST")

    async def rotate(self) -> None:
        """Gives the partner a new token and takes one."""
        await self._exchange("PUT")

    async def _exchange(self, method: str) -> None:
        old = list(self._cpo.ours)
        answer = await self.call(method, self.endpoints["credentials"], self._cpo.credentials())
        answer.raise_for_status()
        self.token = answer.json()["data"]["token"]
        for token in old:
            self._cpo.ours.remove(token)

    async def authorize(self, uid: str, kind: str, place: Mapping[str, Any] | None = None) -> Any:
        """The partner's answer to whether a token may charge: the envelope."""
        url = f"{self.endpoints['tokens']}/{uid}/authorize?type={kind}"
        return (await self.call("POST", url, place)).json()

    async def send(self, method: str, path: str, body: object) -> httpx.Response:
        """Sends an object to an interface of the partner's: module, then the rest of the path."""
        module, _, rest = path.partition("/")
        return await self.call(method, f"{self.endpoints[module]}{'/' if rest else ''}{rest}", body)

    async def post(self, url: str, body: object) -> httpx.Response:
        """Sends a command's result."""
        return await self.call("POST", url, body)

    async def call(self, method: str, url: str, body: object, token: str | None = None) -> httpx.Response:
        """One request; the answer is kept to be looked at."""
        headers = {
            "authorization": self._header(self.token if token is None else token),
            "content-type": "application/json",
            "x-request-id": "practice-1",
        }
        content = b"" if body is None else _ENCODER.encode(body)
        answer = await self._http.request(method, url, content=content, headers=headers)
        read = answer.json() if answer.content[:1] == b"{" else None
        self.answers.append((method, url, answer.status_code, read))
        return answer

    async def close(self) -> None:
        """Lets go of connections."""
        await self._http.aclose()

    async def _get(self, url: str, token: str) -> Any:
        answer = await self._http.get(url, headers={"authorization": self._header(token)})
        answer.raise_for_status()
        return answer.json()["data"]

    def _header(self, token: str) -> str:
        raw = self._cpo.faults.raw_tokens
        return f"Token {token if raw else base64.b64encode(token.encode()).decode()}"
