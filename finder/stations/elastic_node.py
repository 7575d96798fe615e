"""The conversation with Elasticsearch: versioned indices behind aliases, and every failure as IndexUnavailable."""

import asyncio
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from elastic_transport import HttpxAsyncHttpNode, TransportError
from elasticsearch import ApiError, AsyncElasticsearch, BadRequestError, NotFoundError
from elasticsearch.helpers import async_streaming_bulk
from elasticsearch.serializer import OrjsonSerializer

from finder.errors import BadInput, IndexUnavailable
from finder.stations.elastic_documents import MAPPING, SETTINGS

T = TypeVar("T")
Action = dict[str, Any]

_QUESTION_S = 3.0
_WRITE_S = 60.0
_BATCH = 200  # documents in one request; building them holds up this process for some 20 ms
_BATCH_BYTES = 5 * 1024 * 1024
_GONE, _OLDER = 404, 409  # what a bulk item may meet without harm
_TOO_MUCH = 429
_NO_SHARD = "search_phase_execution_exception"  # the shard that was asked is going or coming just now
_MOVES_S = 0.2


def _unavailable(why: str) -> IndexUnavailable:
    return IndexUnavailable(
        "充电站索引暂时没有应答，请稍后再试", f"the station index does not answer, try again shortly ({why})"
    )


@asynccontextmanager
async def _mapped() -> AsyncIterator[None]:
    try:
        yield
    except (TransportError, ApiError) as why:
        raise _unavailable(type(why).__name__) from why


class ElasticNode:
    """One name for readers, an alias of one index; a second alias lists every index that writers must reach.

    An index has an alias of its own for writing, so that a write never creates an index that was just removed.
    """

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self._all = f"{name}-all"
        self._client = AsyncElasticsearch(
            url,
            node_class=HttpxAsyncHttpNode,
            request_timeout=_QUESTION_S,
            connections_per_node=32,
            max_retries=1,
            serializers={"application/json": OrjsonSerializer()},
        )
        self._slowly = self._client.options(request_timeout=_WRITE_S)
        self._known_to_exist = False
        self._last_version = 0

    async def search(self, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a search of everything that readers see. Raises IndexUnavailable."""
        answer = await self._read(
            lambda: self._client.search(index=self.name, body=body, allow_partial_search_results=False)
        )
        return dict(answer)

    async def search_in(self, index: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The hits of a search of one index, seen as of its last refresh, with time to read much.

        Raises IndexUnavailable.
        """
        async with _mapped():
            answer = await self._slowly.search(index=index, body=body, allow_partial_search_results=False)
        hits: list[dict[str, Any]] = answer["hits"]["hits"]
        return hits

    async def refresh(self, indices: Iterable[str]) -> None:
        """Lets searches see what was written. Raises IndexUnavailable."""
        async with _mapped():
            await self._slowly.indices.refresh(index=",".join(indices), ignore_unavailable=True)

    async def shown(self) -> list[str]:
        """The index that readers see, made where there is none. Raises IndexUnavailable."""
        async with _mapped():
            await self._ensure()
            return sorted(await self._client.indices.get_alias(name=self.name))

    async def count(self) -> int:
        """How many stations readers see. Raises IndexUnavailable."""
        return int((await self._read(lambda: self._client.count(index=self.name)))["count"])

    def version(self) -> int:
        """Later writes have higher versions, in this process strictly, between processes by their clocks."""
        self._last_version = max(self._last_version + 1, time.time_ns())
        return self._last_version

    async def write(self, actions: Callable[[], Iterable[Action]]) -> None:
        """Writes to every index, also to one whose building begins meanwhile; found by the next question.

        Raises IndexUnavailable, and BadInput INDEX_REFUSED where a document cannot be taken.
        """
        async with _mapped():
            written: set[str] = set()
            refused: list[str] = []
            while left := set(await self._indices()) - written:
                for index in left:
                    refused += await self.fill(index, actions())
                await self._slowly.indices.refresh(index=",".join(left), ignore_unavailable=True)
                written |= left
        if refused:
            raise BadInput(
                f"索引拒收 {len(refused)} 座充电站（其余已收），第一座：{refused[0]}",
                f"the index refused {len(refused)} stations (the others are in), the first being {refused[0]}",
                code="INDEX_REFUSED",
            )

    async def fill(self, index: str, actions: Iterable[Action]) -> list[str]:
        """Writes to one index, and tells what it refused and why. Raises IndexUnavailable.

        Each action holds its version, and an older one never replaces a newer.
        """
        refused: list[str] = []
        async with _mapped():
            async for _, item in async_streaming_bulk(
                self._slowly,
                actions,
                chunk_size=_BATCH,
                max_chunk_bytes=_BATCH_BYTES,
                raise_on_error=False,
                max_retries=3,
                initial_backoff=0.2,
                max_backoff=2,
                index=_writing(index),
                require_alias=True,
            ):
                (result,) = item.values()
                if result["status"] >= 500 or result["status"] == _TOO_MUCH:
                    raise _unavailable(f"status {result['status']}")
                if result["status"] >= 300 and result["status"] not in (_GONE, _OLDER):
                    refused.append(f"{result['_id'][:60]}: {result.get('error', {}).get('reason', result['status'])}")
        return refused

    async def create(self) -> str:
        """A new index that writers reach and readers do not see yet. Raises IndexUnavailable."""
        index = f"{self.name}-{uuid.uuid4().hex[:12]}"
        async with _mapped():
            await self._create(index, {self._all: {}})
        return index

    async def swap(self, index: str) -> None:
        """Shows readers this index in one step, then removes every other. Raises IndexUnavailable.

        What readers saw until now goes only after no name leads to it: while a node takes an index away, it still
        sends those who ask by name to shards that are closed already.
        """
        async with _mapped():
            await self._slowly.indices.refresh(index=index)
            family = await self._family()
            gone = [i for i, aliases in family.items() if i != index and (self.name in aliases or not aliases)]
            actions: list[Action] = [{"add": {"index": index, "alias": self.name}}]
            for other, aliases in family.items():
                if other == index or not aliases:
                    continue
                if self.name in aliases:
                    actions.append({"remove": {"index": other, "aliases": sorted(aliases)}})
                else:  # another's rebuild that is under way, which must not come after this one
                    actions.append({"remove_index": {"index": other}})
            await self._slowly.indices.update_aliases(actions=actions)
            if gone:
                await self._slowly.indices.delete(index=",".join(gone), ignore_unavailable=True)

    async def drop(self, index: str) -> None:
        """Removes an index that readers never saw. Raises IndexUnavailable."""
        async with _mapped():
            await self._slowly.indices.delete(index=index, ignore_unavailable=True)

    async def close(self) -> None:
        """Lets go of connections."""
        await self._client.close()

    async def _read(self, ask: Callable[[], Awaitable[T]]) -> T:
        async with _mapped():
            if not self._known_to_exist:
                await self._ensure()
            try:
                return await ask()
            except NotFoundError:  # the index was swapped under the question, or the node has lost it
                await self._ensure()
                return await ask()
            except ApiError as why:
                if why.error != _NO_SHARD:
                    raise
                await asyncio.sleep(_MOVES_S)
                return await ask()

    async def _ensure(self) -> None:
        if not await self._client.indices.exists_alias(name=self.name):
            try:
                await self._create(f"{self.name}-first", {self.name: {}, self._all: {}})
            except BadRequestError as why:
                if why.error != "resource_already_exists_exception":
                    raise
                await asyncio.sleep(0.1)  # another process is making it
        self._known_to_exist = True

    async def _create(self, index: str, aliases: dict[str, Any]) -> None:
        await self._slowly.indices.create(
            index=index, mappings=MAPPING, settings=SETTINGS, aliases={**aliases, _writing(index): {}}
        )

    async def _family(self) -> dict[str, set[str]]:
        """Every index of this name and its aliases; one without any is left of a swap that was cut short."""
        found = await self._client.indices.get_alias(index=f"{self.name}-*")
        ours = re.compile(re.escape(self.name) + "-(first|[0-9a-f]{12})")
        return {index: set(held["aliases"]) for index, held in found.items() if ours.fullmatch(index)}

    async def _indices(self) -> list[str]:
        try:
            return sorted(await self._client.indices.get_alias(name=self._all))
        except NotFoundError:
            await self._ensure()
            return sorted(await self._client.indices.get_alias(name=self._all))


def _writing(index: str) -> str:
    return f"{index}-writing"
