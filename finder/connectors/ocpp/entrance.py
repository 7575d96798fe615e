"""Who may upgrade: a pile's identity, its password and its version, before a WebSocket is there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import orjson
import structlog

from finder.connectors.ocpp.config import OcppConfig
from finder.connectors.ocpp.passwords import Remembered, hash_password, matches, new_password, read_basic
from finder.connectors.sdk.piles import Kept, PileId, PileRegister, is_pile_id
from finder.connectors.sdk.ports import OperatorSocket
from finder.errors import FinderError, Unavailable

# A pile that offers neither is upgraded without one and closed at once, as OCPP-J says.
SUBPROTOCOLS = {"ocpp2.0.1": "2.0.1", "ocpp1.6": "1.6"}
HASHES_AT_ONCE = 2  # in this process
WAITING_FOR_HASH = 64  # in this process
WAITING_OF_ONE = 4  # of one pile; whoever guesses at one holds up only that one
_RETRY_AFTER_S = "10"
log = structlog.get_logger(__name__)


class _TooMany(Exception):
    """More attempts at once than are looked at."""


class Entrance:
    """Lets piles of one source in."""

    def __init__(self, config: OcppConfig, piles: PileRegister) -> None:
        self._source, self._plain, self._piles = config.source, config.plain, piles
        self._remembered = Remembered()
        self._gate = asyncio.Semaphore(HASHES_AT_ONCE)
        self._waiting: dict[PileId, int] = {}
        self._alone: dict[PileId, asyncio.Lock] = {}
        # An unknown pile is compared with this, so that its refusal takes as long as a wrong password's.
        self._nobody: str | None = None

    async def admit(self, socket: OperatorSocket, *, full: bool = False) -> Kept | None:
        """The pile where it may upgrade; None where it was refused, and told so. `full`: there is no room."""
        pile_id = socket.path
        if not is_pile_id(pile_id):
            await _refuse(socket, 404, "NO_SUCH_PILE", "地址中没有桩编号", "the address names no pile")
            return None
        if not (socket.private or self._plain):
            log.warning("pile_without_tls", source=self._source, pile=pile_id)
            zh = "密码不得明文传输：请改用 wss:// 地址，并更换密码"
            en = "a password must not travel in the open: use the wss:// address, and set another password"
            await _refuse(socket, 403, "TLS_REQUIRED", zh, en)
            return None
        given = read_basic(socket.headers.get("authorization", ""))
        kept: Kept | None = None
        try:
            if full:
                raise _TooMany
            right = given is not None and await self._right(pile_id, given[1]) and given[0] == pile_id
            if right:
                kept = await self._piles.get(self._source, pile_id)
        except _TooMany:
            zh, en = "验证请求过多，请稍后重连", "too many attempts at once: connect again later"
            await _refuse(socket, 503, "BUSY", zh, en, {"retry-after": _RETRY_AFTER_S})
            return None
        except Unavailable as away:
            await _refuse(socket, 503, away.code, away.zh, away.en, {"retry-after": _RETRY_AFTER_S})
            return None
        if kept is None:
            log.warning("pile_refused", source=self._source, pile=pile_id, credentials=given is not None)
            zh, en = "桩编号或密码错误，请核对", "the pile's id or password is wrong: check them"
            await _refuse(socket, 401, "DENIED", zh, en, {"www-authenticate": 'Basic realm="ocpp"'})
            return None
        return kept

    async def _right(self, pile_id: PileId, given: bytes) -> bool:
        encoded = await self._piles.password(self._source, pile_id)
        if encoded is not None and self._remembered.knows(pile_id, given, encoded):
            return True
        # Whoever tries names that do not exist waits in one line of his own.
        async with self._turn(pile_id if encoded is not None else ""):
            if encoded is None and self._nobody is None:
                self._nobody = await asyncio.to_thread(hash_password, new_password())
            right = await asyncio.to_thread(matches, given, encoded or self._nobody or "")
        if right and encoded is not None:
            self._remembered.remember(pile_id, given, encoded)
        return right and encoded is not None

    @contextlib.asynccontextmanager
    async def _turn(self, pile_id: PileId) -> AsyncIterator[None]:
        """One hash at a time for each pile, two in all. Raises _TooMany rather than let a queue grow."""
        waiting = self._waiting.get(pile_id, 0)
        if waiting >= WAITING_OF_ONE or sum(self._waiting.values()) >= WAITING_FOR_HASH:
            raise _TooMany
        self._waiting[pile_id] = waiting + 1
        alone = self._alone.setdefault(pile_id, asyncio.Lock())
        try:
            async with alone, self._gate:
                yield
        finally:
            self._waiting[pile_id] -= 1
            if not self._waiting[pile_id]:
                del self._waiting[pile_id], self._alone[pile_id]


def version_of(socket: OperatorSocket) -> tuple[str, str] | None:
    """The first subprotocol that the pile offers and we speak, and its version of OCPP."""
    chosen = next((name for name in socket.subprotocols if name in SUBPROTOCOLS), None)
    return None if chosen is None else (chosen, SUBPROTOCOLS[chosen])


async def _refuse(
    socket: OperatorSocket, status: int, code: str, zh: str, en: str, headers: dict[str, str] | None = None
) -> None:
    told = {"content-type": "application/json", "cache-control": "no-store", **(headers or {})}
    with contextlib.suppress(ConnectionError, FinderError):
        await socket.refuse(status, orjson.dumps({"code": code, "zh": zh, "en": en}), told)
