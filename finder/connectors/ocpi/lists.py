"""A platform's lists: every page of a module's objects, or single Locations by id."""

import asyncio
from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from typing import Any

from finder.connectors.ocpi.client import OcpiHttp, joined, list_of
from finder.connectors.ocpi.config import OcpiConfig
from finder.connectors.ocpi.credentials import Registration
from finder.connectors.ocpi.envelope import Envelope
from finder.connectors.ocpi.paging import crawl
from finder.connectors.ocpi.values import Object, native_id, write
from finder.errors import OperatorRefused

_AT_ONCE = 4
_NOT_THERE = ("OPERATOR_HAS_NONE", "OCPI_2003", "OCPI_2001")


class Lists:
    """Reads lists under a registration. Every method raises OperatorError."""

    def __init__(self, config: OcpiConfig, http: OcpiHttp) -> None:
        self._config, self._http = config, http

    def pages(self, held: Registration, module: str, query: Mapping[str, str]) -> AsyncIterator[list[Any]]:
        """A module's objects, each once. Raises OperatorRefused where the platform has no such module."""
        url, token = self._where(held, module)
        to = held.counterpart()

        async def get(address: str, asked: Mapping[str, str] | None) -> Envelope:
            return await self._http.get(address, token, module, to=to, query=asked)

        return crawl(get, url, query, self._config, _mark)

    async def one_by_one(self, held: Registration, module: str, ids: Sequence[str]) -> dict[str, Object]:
        """Single objects by id; those that the platform does not know are left out."""
        url, token = self._where(held, module)
        to, gate = held.counterpart(), asyncio.Semaphore(_AT_ONCE)

        async def one(object_id: str) -> Object | None:
            async with gate:
                try:
                    answer = await self._http.get(joined(url, object_id), token, module, to=to)
                except OperatorRefused as refused:
                    if refused.code in _NOT_THERE:
                        return None
                    raise
            return next((each for each in list_of(answer.data) or [] if isinstance(each, dict)), None)

        found = await asyncio.gather(*map(one, ids))
        return {object_id: raw for object_id, raw in zip(ids, found, strict=True) if raw is not None}

    def _where(self, held: Registration, module: str) -> tuple[str, str]:
        url, name = held.endpoint(module, "SENDER"), self._config.name
        if url is None or held.calling is None:
            raise OperatorRefused(
                f"{name}没有 {module} 模块，请与对方核对", f"{name} has no {module} module: ask them", code="NO_MODULE"
            )
        return url, held.calling


def _mark(item: object) -> Hashable:
    """What makes an object of a list the same one: its owner and id, or all of it where it has none."""
    if isinstance(item, dict) and (found := native_id(item)) != "?":
        return tuple(each.lower() for each in (str(item.get("country_code")), str(item.get("party_id")), found))
    return write(item)
