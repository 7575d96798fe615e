"""Commands: sent once, answered at once, and answered again later at an address of our own that nobody can guess."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from finder.connectors.ocpi.client import OcpiHttp, joined, list_of, never_sent
from finder.connectors.ocpi.config import OcpiConfig
from finder.connectors.ocpi.credentials import Registration
from finder.connectors.ocpi.told import Kind, Told
from finder.connectors.ocpi.values import Object, decimal, display_text, enumeration, objects
from finder.connectors.sdk.control import Commanded, Outcome, Reason
from finder.errors import OperatorError, OperatorLied, OperatorRefused, OperatorUnavailable

START, STOP, UNLOCK = "START_SESSION", "STOP_SESSION", "UNLOCK_CONNECTOR"
RESERVE, CANCEL = "RESERVE_NOW", "CANCEL_RESERVATION"
COMMANDS: Final = frozenset({START, STOP, UNLOCK, RESERVE, CANCEL})
_LOOK_EVERY_S = 0.5  # whether a result came to another process

_RESPONSES: Mapping[str, Commanded] = {
    "NOT_SUPPORTED": Commanded(Outcome.REJECTED, reason=Reason.NOT_SUPPORTED),
    "REJECTED": Commanded(Outcome.REJECTED, reason=Reason.OTHER),
    "UNKNOWN_SESSION": Commanded(Outcome.REJECTED, reason=Reason.UNKNOWN_SESSION),
}
_RESULTS: Mapping[str, Commanded] = {
    "ACCEPTED": Commanded(Outcome.ACCEPTED),
    "CANCELED_RESERVATION": Commanded(Outcome.REJECTED, reason=Reason.OTHER),
    "EVSE_OCCUPIED": Commanded(Outcome.REJECTED, reason=Reason.OCCUPIED),
    "EVSE_INOPERATIVE": Commanded(Outcome.REJECTED, reason=Reason.FAULTED),
    "FAILED": Commanded(Outcome.REJECTED, reason=Reason.OTHER),
    "NOT_SUPPORTED": Commanded(Outcome.REJECTED, reason=Reason.NOT_SUPPORTED),
    "REJECTED": Commanded(Outcome.REJECTED, reason=Reason.OTHER),
    # The charger did not answer its platform in time; it may begin all the same.
    "TIMEOUT": Commanded(Outcome.UNKNOWN, reason=Reason.TIMEOUT),
    "UNKNOWN_RESERVATION": Commanded(Outcome.REJECTED, reason=Reason.UNKNOWN_SESSION),
}
_REFUSALS = {"OCPI_2003": Reason.NO_SUCH_EVSE}
_SILENT: Final = Commanded(Outcome.UNKNOWN, reason=Reason.TIMEOUT)


@dataclass(frozen=True, slots=True)
class Sent:
    """A command that waits for its result: its id, and for how long."""

    command_id: str
    wait_s: float


class Commands:
    """The commands module as its sender. `response_base` is where results are posted, without a slash at the end."""

    def __init__(self, config: OcpiConfig, http: OcpiHttp, told: Told, response_base: str) -> None:
        self._config, self._http, self._told, self._base = config, http, told, response_base
        self._arrived: dict[str, asyncio.Event] = {}

    async def run(
        self, command: str, body: Mapping[str, Any], held: Registration, *, once: str | None = None
    ) -> Commanded:
        """Sends a command and waits for its result.

        Under `once` it is sent one time, however often it is asked for; a repeat waits for the first one's result.
        Raises OperatorError only where it was certainly not taken.
        """
        command_id = secrets.token_hex(16)
        if once is not None:
            _, known = await self._told.change(Kind.COMMAND, once, lambda known: known or {"id": command_id})
            first = str((known or {}).get("id"))
            if first != command_id:
                return await self._result(Sent(first, self._config.result_wait_s))
        await self._told.change(Kind.COMMAND, command_id, lambda _: {"command": command})
        self._arrived[command_id] = asyncio.Event()
        try:
            try:
                answered = await self._send(command, command_id, body, held)
            except OperatorError:
                # Certainly not taken, so that it may be tried again.
                for each in (command_id, *([once] if once is not None else [])):
                    await self._told.change(Kind.COMMAND, each, lambda _: None)
                raise
            if isinstance(answered, Sent):
                return await self._result(answered)
            await self._told.change(Kind.COMMAND, command_id, _keep(_as_told(answered)))
            return answered
        finally:
            self._arrived.pop(command_id, None)

    async def take(self, command: str, command_id: str, result: Object) -> bool:
        """Takes a CommandResult; the first one counts. False where no such command was sent."""
        found = _RESULTS.get(enumeration(result.get("result")), Commanded(Outcome.UNKNOWN, reason=Reason.OTHER))
        told = _as_told(Commanded(found.outcome, None, found.reason, display_text(result, "message", 200)))

        def how(known: dict[str, Any] | None) -> dict[str, Any] | None:
            return known if known is None or known.get("command") != command or "result" in known else {**known, **told}

        _, after = await self._told.change(Kind.COMMAND, command_id, how)
        if after is None or after.get("command") != command:
            return False
        if (arrived := self._arrived.get(command_id)) is not None:
            arrived.set()
        return True

    async def _send(
        self, command: str, command_id: str, body: Mapping[str, Any], held: Registration
    ) -> Commanded | Sent:
        url, name = held.endpoint("commands", "RECEIVER"), self._config.name
        if url is None or held.calling is None:
            return Commanded(Outcome.REJECTED, reason=Reason.NOT_SUPPORTED)
        sent = {"response_url": f"{self._base}/{held.version}/commands/{command}/{command_id}", **body}
        try:
            answer = await self._http.once(
                "POST", joined(url, command), held.calling, "commands", to=held.counterpart(), body=sent
            )
        except OperatorUnavailable as error:
            if never_sent(error):
                raise
            return _SILENT
        except OperatorRefused as error:
            if error.code.startswith("OCPI_2"):
                return Commanded(Outcome.REJECTED, reason=_REFUSALS.get(error.code, Reason.OTHER), said=error.en[:200])
            raise
        except OperatorLied as error:
            if error.code == "FOREIGN_ADDRESS":
                raise
            return Commanded(Outcome.UNKNOWN, reason=Reason.OTHER)
        # One object in a list stands for it: a common library answers so.
        raw = next(iter(objects({"data": list_of(answer.data)}, "data")), {})
        result = enumeration(raw.get("result"))
        if result == "ACCEPTED":
            timeout = decimal(raw.get("timeout"))
            wait_s = float(timeout) if timeout is not None and 0 < timeout < 3600 else self._config.result_wait_s
            return Sent(command_id, min(wait_s, self._config.result_wait_s))
        found = _RESPONSES.get(result, Commanded(Outcome.UNKNOWN, reason=Reason.OTHER))
        return Commanded(found.outcome, None, found.reason, display_text(raw, "message", 200) or name)

    async def _result(self, sent: Sent) -> Commanded:
        """The result when it comes, here or at another process; unknown where it does not come in time."""
        clock = asyncio.get_running_loop().time
        ends = clock() + sent.wait_s
        arrived = self._arrived.get(sent.command_id) or asyncio.Event()
        while True:
            known = await self._told.get(Kind.COMMAND, sent.command_id)
            if known is None:
                return _SILENT
            if "result" in known:
                return _from_told(known)
            left = ends - clock()
            if left <= 0:
                return _SILENT
            try:
                async with asyncio.timeout(min(_LOOK_EVERY_S, left)):
                    await arrived.wait()
                arrived = asyncio.Event()
            except TimeoutError:
                continue


def _keep(result: dict[str, Any]) -> Callable[[dict[str, Any] | None], dict[str, Any] | None]:
    return lambda known: {**(known or {}), **result}


def _as_told(commanded: Commanded) -> dict[str, Any]:
    return {
        "result": commanded.outcome.value,
        "reason": None if commanded.reason is None else commanded.reason.value,
        "said": commanded.said,
    }


def _from_told(known: Object) -> Commanded:
    reason = known.get("reason")
    return Commanded(Outcome(known["result"]), None, None if reason is None else Reason(reason), known.get("said"))
