"""The edge to the `ocpp` library, which has no types, logs what people showed to a pile and stumbles over bad frames.

It brings the schemas of both versions, the records of every message, and the dispatch of calls to handlers; reading
frames, waiting for answers and what happens on errors are ours.
"""

import asyncio
import functools
import json
import logging
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar, cast

import structlog
from ocpp.charge_point import ChargePoint, camel_to_snake_case, remove_nones, serialize_as_dict, snake_to_camel_case
from ocpp.exceptions import OCPPError
from ocpp.messages import Call, CallError, CallResult, validate_payload
from ocpp.routing import on as _on

from finder.errors import FinderError

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])
MAX_ID = 36  # characters of a message's id
NO_ID = "-1"  # OCPP 2.0.1, for a frame whose id cannot be read
_NEVER = frozenset({"NotImplemented", "NotSupported"})
_SPELLED_16 = {"FormatViolation": "FormationViolation", "OccurrenceConstraintViolation": "OccurenceConstraintViolation"}
log = structlog.get_logger(__name__)

# The library writes every message it sends and receives; tokens and VINs are in them.
_SILENT = logging.Logger("ocpp.silenced", logging.CRITICAL + 1)
_SILENT.addHandler(logging.NullHandler())


class BadFrame(Exception):
    """A frame that is no message; `message_id` is what of it can be answered to."""

    def __init__(self, message_id: str = NO_ID) -> None:
        super().__init__("a frame that is no OCPP message")
        self.message_id = message_id


class NotSent(Exception):
    """A command that certainly did not leave."""


class NoAnswer(Exception):
    """A command that left, and to which no answer came."""


class SaidNo(Exception):
    """The pile answered a command with a CALLERROR, or with what breaks the schema; `unsupported`: it never will."""

    def __init__(self, code: str, *, unsupported: bool) -> None:
        super().__init__(code)
        self.code = code
        self.unsupported = unsupported


@dataclass(frozen=True, slots=True)
class Frame:
    """A message as it stands on the wire: a call, or an answer to one of ours."""

    message_id: str
    call: Any = None
    answer: Any = None


def on(action: str) -> Callable[[Handler], Handler]:
    """The library's decorator of handlers, with types; what a handler raises is named in the log, without its words."""

    def decorate(handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def watched(talker: "Talker", **payload: Any) -> Any:
            try:
                return await handler(talker, **payload)
            except FinderError as ours:
                log.warning("pile_call_failed", pile=talker.id, action=str(action), code=ours.code)
                raise
            except OCPPError:
                raise
            except Exception as fault:
                log.error("pile_call_fault", pile=talker.id, action=str(action), error=type(fault).__name__)
                raise

        return cast(Handler, _on(action)(watched))

    return decorate


def read_frame(text: str | bytes) -> Frame:
    """Reads a frame; numbers with a point become Decimals. Raises BadFrame."""
    if isinstance(text, bytes):
        raise BadFrame
    try:
        read = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
        if "\\u" in text:  # half a surrogate pair is a string to Python, and to nobody else
            json.dumps(read, ensure_ascii=False, default=str).encode()
    except (ValueError, RecursionError, ArithmeticError):
        raise BadFrame from None
    if not isinstance(read, list) or len(read) < 2 or not isinstance(read[1], str):
        raise BadFrame
    message_id = read[1]
    if not 1 <= len(message_id) <= MAX_ID:
        raise BadFrame
    match read:
        case [2, _, str() as action, dict() as payload]:
            return Frame(message_id, call=Call(message_id, action, payload))
        case [3, _, dict() as payload]:
            return Frame(message_id, answer=CallResult(message_id, payload))
        case [4, _, str() as code, str() as said, dict() as details]:
            return Frame(message_id, answer=CallError(message_id, code, said, details))
        case [4, _, str() as code, *_]:  # seen without its last parts
            return Frame(message_id, answer=CallError(message_id, code, "", {}))
        case [3 | 4, *_]:
            raise BadFrame
        case _:
            raise BadFrame(message_id)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


class _Sender:
    """What the library calls a connection."""

    def __init__(self, send: Callable[[str], Awaitable[None]]) -> None:
        self.send = send


class Talker(ChargePoint):  # type: ignore[misc]
    """Our end of one pile's connection. A subclass also derives from a version's ChargePoint, after this one."""

    def __init__(self, pile_id: str, send: Callable[[str], Awaitable[None]], command_s: float) -> None:
        super().__init__(pile_id, _Sender(send), response_timeout=command_s, logger=_SILENT)
        self._raw_send = send
        self._command_s = command_s
        self._awaited: dict[str, asyncio.Future[Any]] = {}
        self._later: set[asyncio.Task[None]] = set()
        self._over = False

    @property
    def version(self) -> str:
        """1.6 or 2.0.1."""
        return str(self._ocpp_version)

    async def handle(self, frame: Frame, within_s: float) -> None:
        """Answers a call, whatever it is. Raises only ConnectionError."""
        call, code = frame.call, "InternalError"
        try:
            async with asyncio.timeout(within_s):
                await self._handle_call(call)
            return
        except ConnectionError:
            raise
        except OCPPError as error:
            code = str(error.code)
        except TimeoutError:
            log.warning("pile_call_late", pile=self.id, action=call.action[:40])
        except Exception as fault:  # the library's own, over what its schemas let through
            log.warning("pile_call_failed", pile=self.id, action=call.action[:40], error=type(fault).__name__)
        await self.fail(frame.message_id, code)

    async def fail(self, message_id: str, code: str) -> None:
        """Sends a CALLERROR; its words say nothing of us and repeat nothing of what came."""
        code = _SPELLED_16.get(code, code) if self.version == "1.6" else code
        await self._raw_send(CallError(message_id, code, "", {}).to_json())

    def take_answer(self, frame: Frame) -> None:
        """Gives an answer to whoever waits for it; one that nobody waits for is dropped."""
        future = self._awaited.get(frame.message_id)
        if future is not None and not future.done():
            future.set_result(frame.answer)

    def abandon(self) -> None:
        """The connection has ended: no answer will come any more."""
        self._over = True
        for task in self._later:
            task.cancel()
        for future in self._awaited.values():
            if not future.done():
                future.set_exception(ConnectionError())

    def later(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Does something beside the conversation, until the connection ends."""
        task = asyncio.create_task(work)
        self._later.add(task)
        task.add_done_callback(self._later.discard)
        return task

    async def ask(self, payload: Any) -> dict[str, Any]:
        """Sends a command and returns its answer, names in snake case; one at a time, as OCPP wants it.

        Raises NotSent, NoAnswer or SaidNo.
        """
        action = type(payload).__name__
        call = Call(str(uuid.uuid4()), action, remove_nones(snake_to_camel_case(serialize_as_dict(payload))))
        await validate_payload(call, self.version)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        sent = False
        try:
            async with asyncio.timeout(self._command_s), self._call_lock:
                if self._over:
                    raise NotSent
                self._awaited[call.unique_id] = future
                sent = True
                await self._raw_send(call.to_json())
                answer = await future
        except (TimeoutError, ConnectionError) as lost:
            raise (NoAnswer() if sent else NotSent()) from lost
        finally:
            self._awaited.pop(call.unique_id, None)
        if isinstance(answer, CallError):
            raise SaidNo(answer.error_code, unsupported=answer.error_code in _NEVER)
        answer.action = action
        try:
            await validate_payload(answer, self.version)
        except OCPPError as bad:
            raise SaidNo(bad.code, unsupported=False) from None
        return cast(dict[str, Any], camel_to_snake_case(answer.payload))
