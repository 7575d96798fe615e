"""The typed JSON client against a raw server: each attempt signed anew, within a budget, errors named once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from time import perf_counter

import httpx
import msgspec
import pytest

from finder.connectors.sdk.http import Caution
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.records import read, sift
from finder.connectors.sdk.rest import Budget, RestClient, pages
from finder.errors import BadInput, OperatorLied, OperatorRefused, OperatorUnavailable

QUICK = Caution(attempts=3, wait_initial_s=0.001, wait_max_s=0.002, wait_jitter_s=0.001)


class Priced(msgspec.Struct):
    price: Decimal


@asynccontextmanager
async def answering(*answers: tuple[int, bytes]) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that gives these answers in turn, each on a connection of its own; the requests that it got."""
    asked: list[bytes] = []
    left = list(answers)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (int(h.split(b":")[1]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length")), 0
            )
            asked.append(head + await reader.readexactly(length))
            status, body = left.pop(0)
            writer.write(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % (status, len(body)))
            writer.write(body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api", asked


class Asking:
    """One question to a server of given answers, and what the server was asked."""

    def __init__(self, *answers: tuple[int, bytes]) -> None:
        self._answers, self._signed = answers, 0
        self.asked: list[bytes] = []

    async def get(self) -> Priced:
        return await self._ask(lambda client: client.get(Priced, "/v1/x", {"q": "忻州"}))

    async def post(self, *, repeatable: bool = False) -> Priced:
        return await self._ask(lambda client: client.post(Priced, "/v1/x", {"a": 1}, repeatable=repeatable))

    async def _ask(self, question: Callable[[RestClient], Awaitable[Priced]]) -> Priced:
        async with answering(*self._answers) as (url, self.asked):
            client = RestClient(url, "某充电", Workbench(), sign=self._sign, caution=QUICK)
            try:
                return await question(client)
            finally:
                await client.close()

    def _sign(self, request: httpx.Request) -> None:
        request.headers["x-nonce"] = str(self._signed)
        self._signed += 1


OK = (200, b'{"price": 0.9184}')


async def test_a_price_is_read_as_the_text_that_was_sent() -> None:
    asking = Asking(OK)
    assert (await asking.get()).price == Decimal("0.9184")
    assert asking.asked[0].startswith(b"GET /api/v1/x?q=%E5%BF%BB%E5%B7%9E HTTP/1.1")


async def test_what_may_succeed_later_is_repeated_and_signed_anew() -> None:
    asking = Asking((503, b""), (429, b""), OK)
    await asking.get()
    assert [f"x-nonce: {n}".encode() in asked for n, asked in enumerate(asking.asked)] == [True] * 3


async def test_what_fails_as_often_as_it_may_be_tried_is_unavailable() -> None:
    asking = Asking(*[(503, b"")] * 3, OK)
    with pytest.raises(OperatorUnavailable, match="503"):
        await asking.get()
    assert len(asking.asked) == 3


async def test_a_refusal_is_not_repeated() -> None:
    asking = Asking((401, b""), OK)
    with pytest.raises(OperatorRefused):
        await asking.get()
    assert len(asking.asked) == 1


async def test_a_post_is_repeated_only_where_it_may_be() -> None:
    asking = Asking((503, b""), OK)
    with pytest.raises(OperatorUnavailable):
        await asking.post()
    assert len(asking.asked) == 1
    await (again := Asking((503, b""), OK)).post(repeatable=True)
    assert [each.split(b"\r\n\r\n")[1] for each in again.asked] == [b'{"a":1}'] * 2


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b'{"price": NaN}', b'{"price": "geheim"}', b"[]", b"[" * 10_000, b'{"p": "\xff"}']
)
async def test_an_answer_of_another_form_is_a_lie_that_shows_no_value(body: bytes) -> None:
    with pytest.raises(OperatorLied) as lied:
        await Asking((200, body)).get()
    assert lied.value.code == "ANSWER_UNREADABLE"
    assert "geheim" not in str(lied.value)
    assert "/v1/x" in lied.value.en


async def test_a_budget_lets_as_many_begin_as_it_has_and_the_next_one_wait() -> None:
    budget, began = Budget(3, per_s=0.05), perf_counter()
    for _ in range(3):
        await budget.turn()
    assert perf_counter() - began < 0.04
    await budget.turn()
    assert perf_counter() - began >= 0.05


@pytest.mark.parametrize(("requests", "per_s"), [(0, 1.0), (-1, 1.0), (1, 0.0)])
def test_a_budget_of_nothing_is_refused(requests: int, per_s: float) -> None:
    with pytest.raises(ValueError, match="budget"):
        Budget(requests, per_s)


async def walk(nexts: dict[int, int | None], limit: int) -> list[int]:
    async def turn(number: int) -> tuple[int, int | None]:
        return number, nexts[number]

    return [page async for page in pages(1, turn, "某充电", limit=limit)]


async def test_pages_are_followed_to_their_end_and_to_the_limit() -> None:
    assert await walk({1: 2, 2: 3, 3: None}, limit=3) == [1, 2, 3]


@pytest.mark.parametrize(
    ("nexts", "limit", "code"), [({1: 2, 2: 3, 3: None}, 2, "PAGES_WITHOUT_END"), ({1: 2, 2: 1}, 9, "PAGE_REPEATED")]
)
async def test_pages_without_end_are_cut(nexts: dict[int, int | None], limit: int, code: str) -> None:
    with pytest.raises(OperatorLied) as lied:
        await walk(nexts, limit)
    assert lied.value.code == code


def test_records_that_cannot_be_taken_are_named_and_the_rest_goes_on() -> None:
    def take(raw: msgspec.Raw) -> Decimal:
        return read(raw, Priced).price

    raws = [b'{"id": "a", "price": 1.10}', b'{"id": 7, "price": "x"}', b"[]", b'{"id": null}', b'"\xff"']
    taken, refused = sift(map(msgspec.Raw, raws), take)
    assert taken == [Decimal("1.10")]
    assert [each.native_id for each in refused] == ["7", "?", "?", "?"]
    assert {each.code for each in refused} == {"RECORD_UNREADABLE"}


def test_a_mapping_may_refuse_with_a_code_of_its_own() -> None:
    def take(_: msgspec.Raw) -> int:
        raise BadInput("不行", "no", code="MINE")

    assert [each.code for each in sift([msgspec.Raw(b"{}")], take)[1]] == ["MINE"]
