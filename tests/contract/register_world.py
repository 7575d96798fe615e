"""A register over a database of the test's, with a kind of connector and a kit that a test can steer."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import OperatorConnector
from finder.errors import BadInput
from finder.federation.register.kit import Build, Verdict
from finder.federation.register.model import Application, Registered
from finder.federation.register.records import Records
from finder.federation.register.register import Register
from finder.federation.register.setup import Builder, Form, Setup
from finder.federation.register.states import State, Step
from finder.identity.audit import Actor
from finder.identity.vault import Vault
from finder.storage.database import Database
from tests.journeys.federation_world import Feed
from tests.protocol.oauth_peer import Machine

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
CODE, OTHER_CODE = "91350100M000100Y43", "91140900MA0GXK2J5W"
CODES = (CODE, OTHER_CODE, "91350100M000200Y4T")
CHIEF = Actor("supervisor:zhang", "cli:desk")
MACHINE = Machine()
THEIRS = {"OPERATOR_SECRET": "theirs-and-hidden"}


class Hand:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    source: str
    name: str
    base_url: str
    secrets: str
    our_id: str = ""
    rotating: bool = False


@dataclass
class Kind:
    """Builds feeds in this process, and remembers the secrets that each was built with."""

    name: str = "feed"
    config: type[msgspec.Struct] = Entry
    built: list[dict[str, str]] = field(default_factory=list)
    feeds: dict[str, Feed] = field(default_factory=dict)
    makes: Any = Feed

    def build(self, config: Entry, bench: Workbench) -> OperatorConnector:
        names = ["OPERATOR_SECRET", "PUSH_SIG_SECRET"]
        if config.rotating:
            names += ["OLD_OPERATOR_SECRET", "PUSH_OLD_SIG_SECRET"]
        if config.our_id == "bad":
            raise ValueError("an id that nobody has")
        self.built.append({name: bench.secret(f"{config.secrets}_{name}") for name in names})
        made: Feed = self.makes(config.source, name=config.name)
        self.feeds[config.source] = made
        return made


@dataclass
class Judge:
    """A kit whose verdict a test sets; it builds and lets go, as a kit does."""

    passed: bool = True
    fault: Exception | None = None
    hold: asyncio.Event | None = None

    async def run(self, build: Build, bench: Workbench) -> Verdict:
        if self.hold:
            await self.hold.wait()
        if self.fault:
            raise self.fault
        connector = build(bench)
        await connector.close()
        return Verdict(self.passed, {"errors": int(not self.passed), "source": connector.source})


FORMS: Mapping[str, Form] = {"feed": Form(frozenset({"our_id"}), {"PUSH_SIG_SECRET": 32})}
SETUP = Setup("feed", "https://operator.example/api")


async def fine(url: str) -> None:
    if "inside" in url:
        raise BadInput("内部地址", "an address inside", code="ADDRESS_DENIED")


class Desk:
    """The register, and the steps that a test takes with it."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock, self.kind, self.kit = database, Hand(), Kind(), Judge()
        self.records = Records(database, Vault({"k": bytes(32)}), self.clock)
        self.register = Register(
            self.records,
            Builder(Workbench(clock=self.clock), FORMS, {"feed": self.kind}),
            self.kit,
            check_address=fine,
            taken=frozenset({"ocm"}),
        )

    async def applied(self, code: str = CODE, machine: Machine = MACHINE) -> Registered:
        told = Application("晋北充电有限公司", code, "张三 13800138000", [machine.public])
        return await self.register.apply(told, "192.0.2.1")

    async def testing(self, source: str = "jinbei", code: str = CODE) -> Registered:
        operator = await self.applied(code)
        return await self.register.approve(operator.id, source, "已核对营业执照", CHIEF)

    async def ready(self, source: str = "jinbei", code: str = CODE) -> Registered:
        """Set up, with credentials, and passed by the kit."""
        operator = await self.testing(source, code)
        who = actor(operator)
        await self.register.set_up(operator.id, SETUP, who)
        await self.register.give_credentials(operator.id, THEIRS, who)
        return await self.register.check(operator.id, who)

    async def live(self, source: str = "jinbei", code: str = CODE) -> Registered:
        operator = await self.ready(source, code)
        return await self.register.operate(operator.id, Step.GO_LIVE, actor(operator))

    async def at(self, state: State, source: str = "jinbei", code: str = CODE) -> Registered:
        """An operator in this state."""
        if state is State.APPLIED:
            return await self.applied(code)
        if state is State.TESTING:
            return await self.ready(source, code)
        if state is State.REFUSED:
            return await self.register.supervise((await self.applied(code)).id, Step.REFUSE, "执照不符", CHIEF)
        operator = await self.live(source, code)
        match state:
            case State.PAUSED:
                return await self.register.operate(operator.id, Step.PAUSE, actor(operator))
            case State.SUSPENDED:
                return await self.register.supervise(operator.id, Step.SUSPEND, "状态不实", CHIEF)
            case State.LEFT:
                return await self.register.operate(operator.id, Step.LEAVE, actor(operator))
        return operator


def actor(operator: Registered) -> Actor:
    return Actor(f"operator:{operator.id}", "192.0.2.1")
