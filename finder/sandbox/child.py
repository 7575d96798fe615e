"""The practice operators in a process of their own, so that their load and faults stay there.

The child tells its address and secrets in one line of JSON on its output; lines of JSON on its input tell it where
to push. When its input ends, because the parent closed it or died, it stops.
"""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from types import TracebackType

import msgspec

from finder.connectors.ocpp.passwords import new_password
from finder.connectors.openchargemap import OpenChargeMapConnector
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import OperatorConnector
from finder.connectors.tcec102 import Credentials, Tcec102Connector
from finder.errors import SettingsError
from finder.sandbox.city import PracticeCity
from finder.sandbox.money import PracticeMoney, practice_money
from finder.sandbox.ocpp.street import Street, practice_street
from finder.sandbox.serve import Keys, practice_community, practice_operators, start_sandbox

_STOP_WITHIN_S = 5.0


class _Secrets(msgspec.Struct, frozen=True):
    operator_secret: str
    data_secret: str
    data_secret_iv: str
    sig_secret: str

    @classmethod
    def of(cls, keys: Credentials) -> "_Secrets":
        return cls(keys.operator_secret, keys.data_secret, keys.data_secret_iv, keys.sig_secret)

    def credentials(self) -> Credentials:
        return Credentials(self.operator_secret, self.data_secret, self.data_secret_iv, self.sig_secret)


class _Hello(msgspec.Struct, frozen=True):
    base_url: str
    calling: dict[str, _Secrets]
    called: dict[str, _Secrets]
    community_key: str
    street_password: str
    money: PracticeMoney | None

    @classmethod
    def of(cls, keys: Keys, street_password: str, money: PracticeMoney | None) -> "_Hello":
        calling = {source: _Secrets.of(each) for source, each in keys.calling.items()}
        called = {source: _Secrets.of(each) for source, each in keys.called.items()}
        return cls(keys.base_url, calling, called, keys.community_key, street_password, money)

    def keys(self) -> Keys:
        calling = {source: each.credentials() for source, each in self.calling.items()}
        called = {source: each.credentials() for source, each in self.called.items()}
        return Keys(self.base_url, calling, called, self.community_key)


class _Orders(msgspec.Struct, frozen=True):
    push_to: str | None


class PracticeProcess:
    """Starts the practice operators on a free loopback port on entry and stops them on exit."""

    def __init__(self, *, speed: float = 20.0, share: float = 1.0, money: bool = False) -> None:
        """`money` runs practice payment channels and a message gateway as well."""
        self._arguments = [str(speed), str(share), *(["money"] if money else [])]
        self._child: subprocess.Popen[bytes] | None = None
        self._hello: _Hello | None = None

    def __enter__(self) -> "PracticeProcess":
        self._child = subprocess.Popen(  # noqa: S603 - our own module, in our own interpreter
            [sys.executable, "-m", "finder.sandbox.child", *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C reaches the parent alone, which then ends the input
        )
        return self

    @property
    def hello(self) -> "_Hello":
        """What the child told; waits until it serves. Raises SettingsError."""
        if self._hello is None:
            if self._child is None or self._child.stdout is None:
                raise RuntimeError("PracticeProcess is used outside its 'with'")
            try:
                self._hello = msgspec.json.decode(self._child.stdout.readline(), type=_Hello)
            except msgspec.MsgspecError as bad:
                raise SettingsError(
                    "演示运营商无法启动；`finder serve` 可不带它们启动",
                    "the practice operators did not start; `finder serve` goes without them",
                ) from bad
        return self._hello

    @property
    def keys(self) -> Keys:
        """Where they are and how to call them. Raises SettingsError."""
        return self.hello.keys()

    @property
    def money(self) -> PracticeMoney | None:
        """Where the practice channels and the message gateway are. Raises SettingsError."""
        return self.hello.money

    def connectors(self, bench: Workbench) -> Sequence[OperatorConnector]:
        """A connector for each; from now on pushes and piles go to `<public URL>/…`."""
        keys = self.keys
        self.push_to(bench.public_url)
        return [*practice_connectors(keys, bench), practice_street(self.hello.street_password, bench)]

    def push_to(self, base_url: str | None) -> None:
        """Where operators that push, and piles, find the finder; None stops them."""
        if self._child is not None and self._child.stdin is not None:
            self._child.stdin.write(msgspec.json.encode(_Orders(base_url)) + b"\n")
            self._child.stdin.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        child, self._child, self._hello = self._child, None, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        try:
            child.wait(_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def practice_connectors(keys: Keys, bench: Workbench) -> list[OperatorConnector]:
    """The connectors of all practice operators that have a platform."""
    operators = [Tcec102Connector(config, bench) for config in practice_operators(keys)]
    return [*operators, OpenChargeMapConnector(practice_community(keys), bench)]


async def _serve(speed: float, share: float, *, money: bool) -> None:
    async with AsyncExitStack() as closing:
        if not money:
            await _operate(speed, share, None, None)
            return
        told = await closing.enter_async_context(practice_money())
        city = await PracticeCity().start()
        closing.push_async_callback(city.close)
        await _operate(speed, share, msgspec.structs.replace(told, city=city.told()), city)


async def _operate(speed: float, share: float, money: PracticeMoney | None, city: PracticeCity | None) -> None:
    sandbox = await start_sandbox(speed=speed, share=share)
    password = new_password()
    street = Street(password)
    try:
        orders = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(orders), sys.stdin.buffer
        )
        with contextlib.suppress(BrokenPipeError):  # the parent is gone already, and so is its input
            sys.stdout.buffer.write(msgspec.json.encode(_Hello.of(sandbox.keys, password, money)) + b"\n")
            sys.stdout.buffer.flush()
        while line := await orders.readline():
            push_to = msgspec.json.decode(line, type=_Orders).push_to
            sandbox.push_to(push_to)
            if city is not None:
                city.answers_to = push_to
            await street.go_to(push_to)
    finally:
        await street.go_to(None)
        await sandbox.close()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]), float(sys.argv[2]), money="money" in sys.argv[3:]))
