"""The register itself: every step is one transaction of the state, what belongs to it and its audit row."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog

from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import OperatorConnector
from finder.errors import BadInput, Busy, Conflict, FinderError, NotFound
from finder.federation.register import rows
from finder.federation.register.kit import Build, Kit, Verdict
from finder.federation.register.model import (
    PASS_AGE,
    Application,
    Checked,
    Registered,
    read_application,
    read_reason,
    read_source,
)
from finder.federation.register.records import Records, no_credentials
from finder.federation.register.rows import OPERATOR, REPORT, SECRETS
from finder.federation.register.setup import Builder, Secrets, Setup, read_secrets
from finder.federation.register.states import OVER, Role, State, Step, after
from finder.identity.audit import Actor
from finder.identity.oauth.clients import read_public_keys
from finder.kernel.ids import new_ulid
from finder.stations.model import SourceId
from finder.storage.unit import to_us

MAX_WAITING = 500  # applications that nobody has looked at
MAX_KEYS = 2  # while a key is changed
CHECK_S = 1_800.0  # for a whole run of the kit, which reads a catalogue twice

log = structlog.get_logger(__name__)

AddressCheck = Callable[[str], Awaitable[object]]


class Register:
    """Operators and their steps. Every method raises StoreUnavailable; a step raises NotFound, Forbidden or Conflict.

    `taken` holds source ids that are not to be given: those of the operators' file and of imports. `check_address`
    raises BadInput for a base URL that must not be connected to.
    """

    def __init__(
        self,
        records: Records,
        builder: Builder,
        kit: Kit,
        *,
        check_address: AddressCheck,
        taken: frozenset[SourceId] = frozenset(),
        check_s: float = CHECK_S,
    ) -> None:
        self.records = records
        self._builder, self._kit, self._clock = builder, kit, records.clock
        self._check_address, self._taken, self._check_s = check_address, taken, check_s

    async def apply(self, raw: Application, origin: str) -> Registered:
        """Takes an application. Raises BadInput, and Busy where too many wait."""
        told, now = read_application(raw), self._clock()
        keys = _public(told.keys)
        operator_id = f"op-{new_ulid(self._clock).lower()}"
        async with self.records.alone() as connection:
            waiting = sa.select(sa.func.count()).where(OPERATOR.c.state == State.APPLIED.value)
            if ((await connection.execute(waiting)).scalar() or 0) >= MAX_WAITING:
                raise Busy(
                    "待审核的申请过多，请过几天再提交",
                    "too many applications wait already: apply again in some days",
                    code="APPLICATIONS_FULL",
                )
            row = {
                "id": operator_id,
                "state": State.APPLIED.value,
                "name": told.name,
                "credit_code": told.credit_code,
                "contact": self.records.seal_contact(operator_id, told.contact),
                "keys": msgspec.json.encode(keys),
                "made_at": to_us(now),
                "changed_at": to_us(now),
                "revision": 1,
            }
            await connection.execute(sa.insert(OPERATOR).values(**row))
            detail = {"credit_code": told.credit_code, "kids": _kids(keys)}
            actor = Actor(f"operator:{operator_id}", origin)
            await self.records.audit.append(connection, actor, Step.APPLY.value, operator_id, detail)
            return await self.records.known(connection, operator_id)

    async def approve(self, operator_id: str, source: str, reason: str, actor: Actor) -> Registered:
        """Lets it test, under a source id that no other has or ever had. Raises BadInput, Conflict."""
        read_source(source)
        detail = {"source": source, "reason": read_reason(reason)}
        async with self.records.step(operator_id, Step.APPROVE, Role.SUPERVISOR, actor, detail) as (connection, known):
            used = (await connection.execute(sa.select(OPERATOR.c.id).where(OPERATOR.c.source == source))).first()
            if used is not None or source in self._taken:
                raise Conflict(
                    f"数据源编号 {source} 已被使用，请另选",
                    f"the source id {source} is or was in use: choose another",
                    code="SOURCE_TAKEN",
                )
            same = sa.select(OPERATOR.c.id).where(
                OPERATOR.c.credit_code == known.credit_code,
                OPERATOR.c.state.not_in([State.APPLIED.value, *(state.value for state in OVER)]),
            )
            if (await connection.execute(same)).first() is not None:
                raise Conflict(
                    f"统一社会信用代码 {known.credit_code} 已有在册运营商，请先让其退出",
                    f"an operator with the credit code {known.credit_code} is registered: it has to leave first",
                    code="ALREADY_REGISTERED",
                )
            await rows.write(connection, operator_id, self._clock(), source=source)
        return await self.records.get(operator_id)

    async def supervise(self, operator_id: str, step: Step, reason: str, actor: Actor) -> Registered:
        """REFUSE, SUSPEND, REINSTATE or LEAVE, with a reason."""
        return await self._move(operator_id, step, Role.SUPERVISOR, actor, {"reason": read_reason(reason)})

    async def operate(self, operator_id: str, step: Step, actor: Actor) -> Registered:
        """GO_LIVE, PAUSE, RESUME or LEAVE, by the operator itself."""
        return await self._move(operator_id, step, Role.OPERATOR, actor, {})

    async def add_key(self, operator_id: str, jwk: object, actor: Actor) -> Registered:
        """Registers a second public key; both are good. Raises BadInput, Conflict (KEYS_FULL)."""
        (key,) = _public([jwk])
        detail = {"add": key["kid"]}
        async with self.records.step(operator_id, Step.KEYS, Role.OPERATOR, actor, detail) as (connection, known):
            if len(known.keys) >= MAX_KEYS:
                raise Conflict(
                    f"同时至多 {MAX_KEYS} 个公钥，请先停用旧的",
                    f"at most {MAX_KEYS} public keys at a time: end the former one first",
                    code="KEYS_FULL",
                )
            keys = _public([*known.keys, key])
            await rows.write(connection, operator_id, self._clock(), keys=msgspec.json.encode(keys))
        return await self.records.get(operator_id)

    async def end_key(self, operator_id: str, kid: str, actor: Actor) -> Registered:
        """From now on this key is good for nothing. Raises NotFound, and Conflict for the last one."""
        async with self.records.step(operator_id, Step.KEYS, Role.OPERATOR, actor, {"end": kid}) as (connection, known):
            left = [key for key in known.keys if key["kid"] != kid]
            if len(left) == len(known.keys):
                raise NotFound(f"没有公钥 {kid[:40]!r}", f"there is no public key {kid[:40]!r}", code="NO_SUCH_KEY")
            if not left:
                raise Conflict(
                    "这是最后一个公钥，请先登记新的",
                    "this is the last public key: register another first",
                    code="LAST_KEY",
                )
            await rows.write(connection, operator_id, self._clock(), keys=msgspec.json.encode(left))
        return await self.records.get(operator_id)

    async def set_up(self, operator_id: str, setup: Setup, actor: Actor) -> Registered:
        """Says where the platform is and how it speaks; another setup has to be checked anew. Raises BadInput."""
        setup = msgspec.structs.replace(setup, base_url=setup.base_url.rstrip("/"))
        self._builder.form(setup)
        await self._check_address(setup.base_url)
        detail = {"protocol": setup.protocol, "base_url": setup.base_url, "digest": setup.digest}
        async with self.records.step(operator_id, Step.SET_UP, Role.OPERATOR, actor, detail) as (connection, _):
            await rows.write(connection, operator_id, self._clock(), setup=msgspec.json.encode(setup))
        return await self.records.get(operator_id)

    async def give_credentials(self, operator_id: str, theirs: Mapping[str, str], actor: Actor) -> dict[str, str]:
        """Takes the secrets under which we call, and returns those under which it calls us: this once.

        A second generation stands beside the first until that is retired. Raises BadInput, Conflict.
        """
        async with self.records.step(operator_id, Step.CREDENTIALS, Role.OPERATOR, actor) as (connection, known):
            setup, source = _set_up(known)
            if len(known.generations) > 1:
                raise Conflict(
                    "已有两代密钥并存，请先停用旧的一代",
                    "two generations of secrets are good already: retire the former one first",
                    code="ROTATION_OPEN",
                )
            fresh = Secrets(read_secrets(theirs, self._builder.form(setup)), self._builder.issue(setup))
            await self._builder.connector(setup, source, known.name, [fresh]).close()
            generation = 1 + (known.generations[0] if known.generations else 0)
            sealed = self.records.seal_secrets(operator_id, generation, fresh)
            row = {"operator_id": operator_id, "generation": generation, "sealed": sealed}
            await connection.execute(sa.insert(SECRETS).values(**row))
            await rows.write(connection, operator_id, self._clock())
        return dict(fresh.ours)

    async def retire(self, operator_id: str, actor: Actor) -> Registered:
        """Ends the former generation of secrets. Raises Conflict where there is one alone."""
        async with self.records.step(operator_id, Step.RETIRE, Role.OPERATOR, actor) as (connection, known):
            if len(known.generations) < 2:
                raise Conflict("没有可停用的旧密钥", "there are no former secrets to retire", code="NOTHING_TO_RETIRE")
            former = sa.and_(SECRETS.c.operator_id == operator_id, SECRETS.c.generation < known.generations[0])
            await connection.execute(sa.delete(SECRETS).where(former))
            await rows.write(connection, operator_id, self._clock())
        return await self.records.get(operator_id)

    async def checkable(self, operator_id: str) -> Registered:
        """The operator, where it can be checked now. Raises NotFound, or Conflict which says what is missing."""
        known = await self.records.get(operator_id)
        after(known.state, Step.CHECK, Role.OPERATOR)
        _set_up(known)
        if not known.generations:
            raise no_credentials()
        return known

    async def check(self, operator_id: str, actor: Actor) -> Registered:
        """Runs the kit on what is set up now, where nothing of it reaches a driver; may take minutes."""
        known = await self.checkable(operator_id)
        setup, source = _set_up(known)
        generations = await self.records.secrets(operator_id)

        def build(bench: Workbench) -> OperatorConnector:
            return self._builder.connector(setup, source, known.name, generations, bench)

        verdict = await self._verdict(build)
        detail = {"passed": verdict.passed, "digest": setup.digest}
        async with self.records.step(operator_id, Step.CHECK, Role.OPERATOR, actor, detail) as (connection, _):
            checked = Checked(self._clock(), verdict.passed, setup.digest, verdict.report)
            await rows.write_report(connection, operator_id, checked)
        return await self.records.get(operator_id)

    async def _verdict(self, build: Build) -> Verdict:
        # A bench of its own, so that nothing the operator says is kept or reaches anybody.
        bench = self._builder.bench
        apart = Workbench(clock=bench.clock, client=bench.client, public_url=bench.public_url)
        try:
            async with asyncio.timeout(self._check_s):
                return await self._kit.run(build, apart)
        except TimeoutError:
            code, zh, en = (
                "CHECK_TIMEOUT",
                "检查超时，平台应答过慢",
                "the check took too long: the platform is too slow",
            )
        except FinderError as error:
            code, zh, en = error.code, error.zh, error.en
        except Exception as fault:  # a connector's own fault fails its operator, and nobody else
            log.error("check_broke_off", fault=type(fault).__name__)
            code, zh, en = (
                "CHECK_BROKE_OFF",
                "检查异常中断，请联系平台",
                "the check broke off: tell the staff",
            )
        return Verdict(passed=False, report={"errors": 1, "findings": [{"code": code, "zh": zh, "en": en}]})

    async def connector(self, operator: Registered) -> OperatorConnector:
        """The connector to an operator as it is registered. Raises BadInput, SettingsError."""
        setup, source = _set_up(operator)
        return self._builder.connector(setup, source, operator.name, await self.records.secrets(operator.id))

    async def _move(self, operator_id: str, step: Step, role: Role, actor: Actor, detail: dict[str, Any]) -> Registered:
        async with self.records.step(operator_id, step, role, actor, detail) as (connection, known):
            state = after(known.state, step, role)
            if state is State.LIVE:
                self._may_go_live(known)
            elif state in OVER:
                # What was confided for a purpose that has ended is kept no longer.
                await connection.execute(sa.delete(SECRETS).where(SECRETS.c.operator_id == operator_id))
                await connection.execute(sa.delete(REPORT).where(REPORT.c.operator_id == operator_id))
                await rows.write(connection, operator_id, self._clock(), contact=None, setup=None)
        return await self.records.get(operator_id)

    def _may_go_live(self, known: Registered) -> None:
        _set_up(known)
        if not known.generations:
            raise no_credentials()
        if not known.passed(self._clock()):
            raise Conflict(
                f"上线需要对当前接入设置通过一致性检查（{PASS_AGE.days} 天内）：请先运行检查并按报告修正",
                f"going live needs a passed check of the present setup, at most {PASS_AGE.days} days old: "
                "run the check and mend what it reports",
                code="NOT_PASSED",
            )


def _public(raw: object) -> list[dict[str, Any]]:
    """The keys as JWK, public parts alone. Raises BadInput."""
    if isinstance(raw, Sequence) and len(raw) > MAX_KEYS:
        raise BadInput(f"至多 {MAX_KEYS} 个公钥", f"give at most {MAX_KEYS} public keys", code="PUBLIC_KEYS")
    return [dict(key.as_dict(private=False)) for key in read_public_keys(raw).keys]


def _kids(keys: Sequence[Mapping[str, Any]]) -> list[str]:
    return [key["kid"] for key in keys]


def _set_up(known: Registered) -> tuple[Setup, SourceId]:
    if known.setup is None or known.source is None:
        raise Conflict("请先提交接入设置", "set the connection up first", code="NOT_SET_UP")
    return known.setup, known.source
