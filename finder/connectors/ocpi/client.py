"""Calls an OCPI platform: one request, its headers, its envelope, and no address that is not the operator's own."""

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from finder.connectors.ocpi.config import OcpiConfig, Party
from finder.connectors.ocpi.envelope import Envelope, judge, read_envelope
from finder.connectors.ocpi.tokens import write_header
from finder.connectors.ocpi.values import write
from finder.connectors.sdk.http import retrying, send
from finder.errors import OperatorError, OperatorLied

_FUNCTIONAL = frozenset({"cdrs", "chargingprofiles", "commands", "locations", "sessions", "tariffs", "tokens"})


class OcpiHttp:
    """One platform over HTTP. Every method raises OperatorUnavailable, OperatorRefused or OperatorLied."""

    def __init__(self, config: OcpiConfig, http: httpx.AsyncClient) -> None:
        self.config, self._http = config, http

    async def get(
        self, url: str, token: str, module: str, to: Party | None = None, query: Mapping[str, str] | None = None
    ) -> Envelope:
        """A GET, repeated where it may succeed later."""
        return await retrying(self.config.caution, lambda: self.once("GET", url, token, module, to=to, query=query))

    async def once(
        self,
        method: str,
        url: str,
        token: str,
        module: str,
        *,
        to: Party | None = None,
        query: Mapping[str, str] | None = None,
        body: object = None,
    ) -> Envelope:
        """One request, sent once; the envelope where it says success."""
        config = self.config
        if not config.is_theirs(url):
            raise OperatorLied(
                f"{config.name}给出了别处的地址，不予访问；若属实请加入 origins",
                f"{config.name} named an address elsewhere, which is not called: list its origin if it is right",
                code="FOREIGN_ADDRESS",
            )
        request = self._http.build_request(
            method,
            url,
            params=dict(query) if query else None,
            content=None if body is None else write(body),
            headers=self._headers(token, module, to, has_body=body is not None),
        )
        answer = await send(self._http, request, config.name, config.caution)
        read = read_envelope(answer.body, config.name, answer.headers)
        # A peer may repeat our token in its words; they end in logs.
        said = read.message.replace(token, "…")
        return judge(Envelope(read.status, said, read.data, read.headers), config.name)

    def _headers(self, token: str, module: str, to: Party | None, *, has_body: bool) -> dict[str, str]:
        headers = {
            "authorization": write_header(token, self.config.header_form),
            "x-request-id": str(uuid.uuid4()),
            "x-correlation-id": str(uuid.uuid4()),
        }
        if has_body:
            headers["content-type"] = "application/json"
        if module in _FUNCTIONAL:
            headers |= {
                "ocpi-from-country-code": self.config.us.country,
                "ocpi-from-party-id": self.config.us.party,
            }
            if to is not None:
                headers |= {"ocpi-to-country-code": to.country, "ocpi-to-party-id": to.party}
        return headers


def never_sent(error: OperatorError) -> bool:
    """Whether a request certainly did not reach the platform: no connection came about."""
    return isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)


def joined(url: str, *parts: str) -> str:
    """An endpoint's address with parts behind it, whether or not it ends in a slash."""
    base, question, query = url.partition("?")
    return f"{'/'.join([base.rstrip('/'), *(quote(part, safe='') for part in parts)])}{question}{query}"


def list_of(data: Any) -> list[Any] | None:
    """An envelope's data as a list; one object stands for a list of it."""
    return [data] if isinstance(data, dict) else data if isinstance(data, list) else None
