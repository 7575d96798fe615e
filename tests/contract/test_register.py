"""The register on SQLite and on a real PostgreSQL: its table of steps, its gate, its secrets and its audit."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from finder.errors import BadInput, Busy, Conflict, FinderError, Forbidden, NotFound, OperatorUnavailable, SettingsError
from finder.federation.register import register as register_module
from finder.federation.register.checks import Checks
from finder.federation.register.model import PASS_AGE, Application
from finder.federation.register.records import Records
from finder.federation.register.rows import METADATA
from finder.federation.register.setup import Setup
from finder.federation.register.states import OVER, TABLE, Role, State, Step, after
from finder.identity.vault import Vault
from finder.storage.database import Database
from tests.contract.register_world import CHIEF, CODE, CODES, FORMS, MACHINE, OTHER_CODE, SETUP, THEIRS, Desk, actor
from tests.journeys.federation_world import until
from tests.protocol.oauth_peer import Machine


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


async def refused(code: str, work: Any, kind: type[FinderError] = Conflict) -> FinderError:
    with pytest.raises(kind) as error:
        await work
    assert error.value.code == code, error.value
    return error.value


async def dump(database: Database) -> str:
    """Everything that the database holds of the register and the audit, as text."""
    told = []
    async with database.read() as connection:
        there = sa.MetaData()
        await connection.run_sync(there.reflect)
        for table in there.sorted_tables:
            told += [repr(row) for row in await connection.execute(sa.select(table))]
    return "\n".join(told)


async def test_an_operator_goes_through_all_of_it_and_each_step_is_a_row_of_the_audit(desk: Desk) -> None:
    operator = await desk.live()
    who = actor(operator)
    assert (operator.state, operator.source, operator.generations) == (State.LIVE, "jinbei", (1,))
    await desk.register.give_credentials(operator.id, THEIRS, who)
    await desk.register.retire(operator.id, who)
    for step, state in ((Step.PAUSE, State.PAUSED), (Step.RESUME, State.LIVE)):
        assert (await desk.register.operate(operator.id, step, who)).state is state
    for step, state in ((Step.SUSPEND, State.SUSPENDED), (Step.REINSTATE, State.LIVE)):
        assert (await desk.register.supervise(operator.id, step, "抽查", CHIEF)).state is state
    left = await desk.register.operate(operator.id, Step.LEAVE, who)
    assert (left.state, left.generations, left.setup, left.checked) == (State.LEFT, (), None, None)
    told = await desk.records.audit.history(operator.id)
    assert [entry.what for entry in told] == [
        *("apply", "approve", "set_up", "credentials", "check", "go_live"),
        *("credentials", "retire", "pause", "resume", "suspend", "reinstate", "leave"),
    ]
    assert [entry.who for entry in told if entry.what in ("approve", "suspend", "reinstate")] == [CHIEF.who] * 3
    assert told[1].detail == {"source": "jinbei", "reason": "已核对营业执照", "from": "APPLIED", "to": "TESTING"}
    assert (await desk.records.audit.verify()).seq == len(told)
    assert [each.id for each in await desk.records.all(State.LEFT)] == [operator.id]
    assert await desk.records.all(State.LIVE) == []


@pytest.mark.parametrize("state", State)
async def test_every_step_is_possible_exactly_where_the_table_says(desk: Desk, state: State) -> None:
    operator = await desk.at(state)
    before = await desk.records.audit.head()
    for step, (roles, moves) in TABLE.items():
        for role in Role:
            if state in moves and role in roles:
                assert after(state, step, role) is moves[state]
                continue
            with pytest.raises((Conflict, Forbidden)) as error:
                async with desk.records.step(operator.id, step, role, CHIEF):
                    pytest.fail("the step began")
            assert error.value.code == ("STATE" if role in roles else "ROLE")
    assert (await desk.records.get(operator.id)).state is state
    assert await desk.records.audit.head() == before
    if state in OVER:
        assert not any(state in moves for _, moves in TABLE.values())


async def test_live_without_a_pass_is_refused_and_a_pass_is_of_the_setup_that_stands(desk: Desk) -> None:
    operator = await desk.testing()
    who, go = actor(operator), Step.GO_LIVE
    await refused("NOT_SET_UP", desk.register.operate(operator.id, go, who))
    await refused("NOT_SET_UP", desk.register.give_credentials(operator.id, THEIRS, who))
    await refused("NOT_SET_UP", desk.register.check(operator.id, who))
    await desk.register.set_up(operator.id, SETUP, who)
    await refused("NO_CREDENTIALS", desk.register.check(operator.id, who))
    await refused("NO_CREDENTIALS", desk.register.operate(operator.id, go, who))
    await desk.register.give_credentials(operator.id, THEIRS, who)
    await refused("NOT_PASSED", desk.register.operate(operator.id, go, who))
    desk.kit.passed = False
    failed = (await desk.register.check(operator.id, who)).checked
    assert failed is not None
    assert (failed.passed, failed.report["errors"]) == (False, 1)
    await refused("NOT_PASSED", desk.register.operate(operator.id, go, who))
    desk.kit.passed = True
    await desk.register.check(operator.id, who)
    await desk.register.set_up(operator.id, Setup("feed", "https://another.example"), who)
    await refused("NOT_PASSED", desk.register.operate(operator.id, go, who))
    await desk.register.check(operator.id, who)
    assert (await desk.register.operate(operator.id, go, who)).state is State.LIVE


async def test_a_pass_is_good_for_so_long_and_not_a_second_longer(desk: Desk) -> None:
    for source, code, extra_s, state in (("one", CODE, 0, State.LIVE), ("two", OTHER_CODE, 1, State.TESTING)):
        operator = await desk.ready(source, code)
        desk.clock.now += PASS_AGE
        desk.clock.move(seconds=extra_s)
        if extra_s:
            await refused("NOT_PASSED", desk.register.operate(operator.id, Step.GO_LIVE, actor(operator)))
        else:
            await desk.register.operate(operator.id, Step.GO_LIVE, actor(operator))
        assert (await desk.records.get(operator.id)).state is state


async def test_whoever_comes_back_to_live_must_have_passed_too(desk: Desk) -> None:
    operator = await desk.at(State.PAUSED)
    who = actor(operator)
    await desk.register.set_up(operator.id, Setup("feed", "https://another.example"), who)
    await refused("NOT_PASSED", desk.register.operate(operator.id, Step.RESUME, who))
    await desk.register.supervise(operator.id, Step.SUSPEND, "抽查", CHIEF)
    await refused("NOT_PASSED", desk.register.supervise(operator.id, Step.REINSTATE, "恢复", CHIEF))
    await desk.register.check(operator.id, who)
    assert (await desk.register.supervise(operator.id, Step.REINSTATE, "恢复", CHIEF)).state is State.LIVE


async def test_a_kit_that_cannot_go_on_has_not_passed(desk: Desk) -> None:
    operator = await desk.ready()
    desk.kit.fault = OperatorUnavailable("平台无应答", "the platform does not answer")
    checked = (await desk.register.check(operator.id, actor(operator))).checked
    assert checked is not None
    assert not checked.passed
    assert checked.report["findings"][0]["code"] == "OPERATOR_UNAVAILABLE"
    await refused("NOT_PASSED", desk.register.operate(operator.id, Step.GO_LIVE, actor(operator)))


async def test_a_check_that_never_ends_or_breaks_off_has_not_passed_either(desk: Desk) -> None:
    operator = await desk.ready()
    for fault, code in ((ZeroDivisionError("hidden"), "CHECK_BROKE_OFF"), (TimeoutError(), "CHECK_TIMEOUT")):
        desk.kit.fault = fault
        checked = (await desk.register.check(operator.id, actor(operator))).checked
        assert checked is not None
        assert checked.report["findings"][0]["code"] == code
        assert "hidden" not in str(checked.report)


async def test_runs_of_the_kit_are_one_for_each_operator_and_so_many_in_all(desk: Desk) -> None:
    three = [await desk.ready(source, code) for source, code in zip(("one", "two", "three"), CODES, strict=True)]
    desk.kit.hold = asyncio.Event()
    checks = Checks(desk.register, at_once=2)
    for operator in three[:2]:
        await checks.start(operator.id, actor(operator))
    assert checks.running(three[0].id)
    await refused("CHECK_RUNNING", checks.start(three[0].id, actor(three[0])))
    await refused("CHECKS_FULL", checks.start(three[2].id, actor(three[2])), Busy)
    desk.kit.hold.set()
    await until(lambda: not checks.running(three[0].id))
    desk.kit.hold.clear()
    await checks.start(three[2].id, actor(three[2]))
    await checks.close()
    assert not checks.running(three[2].id)
    told = await desk.records.audit.history(three[0].id)
    assert [entry.what for entry in told][-1] == "check"


async def test_two_generations_of_secrets_are_good_while_they_change_and_then_one(desk: Desk) -> None:
    operator = await desk.live()
    who = actor(operator)
    await refused("NOTHING_TO_RETIRE", desk.register.retire(operator.id, who))
    (first,) = await desk.records.secrets(operator.id)
    ours = await desk.register.give_credentials(operator.id, {"OPERATOR_SECRET": "the-next-one"}, who)
    assert len(ours["PUSH_SIG_SECRET"]) == 32
    assert ours["PUSH_SIG_SECRET"] != first.ours["PUSH_SIG_SECRET"]
    await refused("ROTATION_OPEN", desk.register.give_credentials(operator.id, THEIRS, who))
    await (await desk.register.connector(await desk.records.get(operator.id))).close()
    assert desk.kind.built[-1] == {
        "OPERATOR_SECRET": "the-next-one",
        "OLD_OPERATOR_SECRET": THEIRS["OPERATOR_SECRET"],
        "PUSH_SIG_SECRET": ours["PUSH_SIG_SECRET"],
        "PUSH_OLD_SIG_SECRET": first.ours["PUSH_SIG_SECRET"],
    }
    assert (await desk.register.retire(operator.id, who)).generations == (2,)
    await (await desk.register.connector(await desk.records.get(operator.id))).close()
    assert desk.kind.built[-1] == {"OPERATOR_SECRET": "the-next-one", **ours}
    await desk.register.give_credentials(operator.id, THEIRS, who)
    assert (await desk.records.get(operator.id)).generations == (3, 2)


async def test_two_public_keys_are_good_while_they_change_and_never_none(desk: Desk) -> None:
    operator = await desk.applied()
    who, second, third = actor(operator), Machine(kid="k2"), Machine(kid="k3")
    await refused("LAST_KEY", desk.register.end_key(operator.id, "k1", who))
    await refused("NO_SUCH_KEY", desk.register.end_key(operator.id, "k9", who), NotFound)
    await refused("PUBLIC_KEYS", desk.register.add_key(operator.id, MACHINE.public, who), BadInput)  # its kid is taken
    await desk.register.add_key(operator.id, second.public, who)
    await refused("KEYS_FULL", desk.register.add_key(operator.id, third.public, who))
    told = await desk.register.end_key(operator.id, "k1", who)
    assert [key["kid"] for key in told.keys] == ["k2"]
    private = dict(third.key.as_dict(private=True))
    await refused("PRIVATE_KEY", desk.register.add_key(operator.id, private, who), BadInput)


async def test_no_secret_and_no_contact_lies_in_the_database_or_in_a_repr(desk: Desk) -> None:
    operator = await desk.live()
    ours = await desk.register.give_credentials(operator.id, {"OPERATOR_SECRET": "the-next-hidden"}, actor(operator))
    hidden = [THEIRS["OPERATOR_SECRET"], "the-next-hidden", *ours.values(), "13800138000"]
    generations = await desk.records.secrets(operator.id)
    told = Application("晋北充电有限公司", CODE, "13800138000", [])
    seen = await dump(desk.database) + repr((operator, generations, desk.records, told))
    assert operator.id in seen
    assert not [each for each in hidden if each in seen]
    assert await desk.records.contact(operator.id) == "张三 13800138000"
    await desk.register.operate(operator.id, Step.LEAVE, actor(operator))
    assert await desk.records.contact(operator.id) is None
    await refused("NO_CREDENTIALS", desk.records.secrets(operator.id))


async def test_a_new_key_of_the_vaults_seals_everything_and_the_old_one_may_go(desk: Desk) -> None:
    operator = await desk.live()
    await desk.register.give_credentials(operator.id, {"OPERATOR_SECRET": "next"}, actor(operator))
    before = await desk.records.secrets(operator.id)
    old, new = {"k": bytes(32)}, {"k2": b"2" * 32}
    assert await Records(desk.database, Vault(old), desk.clock).reseal(CHIEF) == 0
    assert await desk.records.audit.history("register") == []
    await refused("SECRET_KEY_MISSING", Records(desk.database, Vault(new), desk.clock).reseal(CHIEF), SettingsError)
    assert await Records(desk.database, Vault({**new, **old}), desk.clock).reseal(CHIEF) == 3
    (entry,) = await desk.records.audit.history("register")
    assert (entry.what, entry.who, entry.detail) == ("reseal", CHIEF.who, {"key": "k2", "count": 3})
    alone = Records(desk.database, Vault(new), desk.clock)
    assert await alone.secrets(operator.id) == before
    assert await alone.contact(operator.id) == "张三 13800138000"
    await refused("SECRET_KEY_MISSING", desk.records.secrets(operator.id), SettingsError)
    await alone.audit.verify()


async def test_an_application_at_its_limits_and_one_past(desk: Desk) -> None:
    def told(**changes: Any) -> Application:
        fields = {"name": "充电", "credit_code": CODE.lower(), "contact": "abc", "keys": [MACHINE.public]} | changes
        return Application(**fields)

    for good in ({}, {"name": "电" * 100}, {"contact": "9" * 200}, {"keys": [MACHINE.public, Machine(kid="b").public]}):
        operator = await desk.register.apply(told(**good), "192.0.2.1")
        assert (operator.state, operator.credit_code) == (State.APPLIED, CODE)
    three = [Machine(kid=kid).public for kid in "abc"]
    for bad, code in (
        ({"name": "电"}, "NAME"),
        ({"name": "电" * 101}, "NAME"),
        ({"name": "电\u200b站"}, "NAME"),
        ({"contact": "ab"}, "CONTACT"),
        ({"contact": "9" * 201}, "CONTACT"),
        ({"credit_code": CODE[:-1] + "4"}, "CREDIT_CODE"),
        ({"keys": []}, "PUBLIC_KEYS"),
        ({"keys": three}, "PUBLIC_KEYS"),
        ({"keys": None}, "PUBLIC_KEYS"),
    ):
        await refused(code, desk.register.apply(told(**bad), "192.0.2.1"), BadInput)


async def test_the_queue_of_applications_has_an_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register_module, "MAX_WAITING", 2)
    first = await desk.applied()
    await desk.applied()
    await refused("APPLICATIONS_FULL", desk.applied(), Busy)
    await desk.register.supervise(first.id, Step.REFUSE, "执照不符", CHIEF)
    await desk.applied()


async def test_a_source_id_and_a_credit_code_are_one_operators_alone(desk: Desk) -> None:
    first, second = await desk.applied(), await desk.applied()  # a stranger may have applied with its code
    third = await desk.applied(OTHER_CODE)
    approve = desk.register.approve
    for odd in ("", "ab", "a" * 33, "Jinbei", "9to5", "a/b", "ab-"):
        await refused("SOURCE_ID", approve(first.id, odd, "已核对", CHIEF), BadInput)
    for reason in ("", "x", "长" * 501):
        await refused("REASON", approve(first.id, "jinbei", reason, CHIEF), BadInput)
    await refused("SOURCE_TAKEN", approve(first.id, "ocm", "已核对", CHIEF))
    await approve(first.id, "jinbei", "已核对", CHIEF)
    await refused("ALREADY_REGISTERED", approve(second.id, "jinbei2", "已核对", CHIEF))
    await refused("SOURCE_TAKEN", approve(third.id, "jinbei", "已核对", CHIEF))
    await desk.register.operate(first.id, Step.LEAVE, actor(first))
    await refused("SOURCE_TAKEN", approve(second.id, "jinbei", "已核对", CHIEF))  # its ids are still in use elsewhere
    assert (await approve(second.id, "jinbei-2", "已核对", CHIEF)).state is State.TESTING
    assert (await approve(third.id, "a" * 32, "已核对", CHIEF)).source == "a" * 32


async def test_a_setup_that_cannot_be_used_is_refused_with_what_is_wrong(desk: Desk) -> None:
    operator = await desk.testing()
    who, put = actor(operator), desk.register.set_up
    for setup, code in (
        (Setup("smoke", "https://a.example"), "PROTOCOL"),
        (Setup("feed", "https://a.example", {"profile": "/etc/passwd"}), "SETTING"),
        (Setup("feed", "https://a.example", {"secrets": "ANOTHER"}), "SETTING"),
        (Setup("feed", "https://inside.example"), "ADDRESS_DENIED"),
    ):
        await refused(code, put(operator.id, setup, who), BadInput)
    await put(operator.id, Setup("feed", "https://a.example/", {"our_id": "bad"}), who)
    assert (await desk.records.get(operator.id)).setup == Setup("feed", "https://a.example", {"our_id": "bad"})
    give = desk.register.give_credentials
    await refused("SETUP", give(operator.id, THEIRS, who), BadInput)
    await put(operator.id, SETUP, who)
    assert "OPERATOR_SECRET" in (await refused("SECRET_MISSING", give(operator.id, {}, who), BadInput)).en
    sixteen = {f"N{n}": "x" * 500 for n in range(15)} | THEIRS
    for odd in (
        {"PUSH_SIG_SECRET": "mine-hidden"},
        sixteen | {"M": "x"},
        THEIRS | {"A": ""},
        THEIRS | {"A": "x" * 501},
        THEIRS | {"A": "line\nhidden"},
        THEIRS | {"no name": "x"},
        THEIRS | {"n" * 51: "x"},
    ):
        assert "hidden" not in str(await refused("SECRETS", give(operator.id, odd, who), BadInput))
    await give(operator.id, sixteen, who)
    assert set(FORMS["feed"].given) == set((await desk.records.secrets(operator.id))[0].ours)


async def test_of_two_who_take_one_step_at_once_one_is_refused(desk: Desk) -> None:
    operator = await desk.live()
    steps = [desk.register.operate(operator.id, Step.PAUSE, actor(operator)) for _ in range(2)]
    told = await asyncio.gather(*steps, return_exceptions=True)
    assert sum(isinstance(each, Conflict) for each in told) == 1
    assert sum(e.what == "pause" for e in await desk.records.audit.history(operator.id)) == 1
    await desk.records.audit.verify()


async def test_a_step_that_breaks_off_leaves_neither_state_nor_audit(desk: Desk) -> None:
    operator = await desk.live()
    before = await desk.records.audit.head()

    async def breaks_off() -> None:
        async with desk.records.step(operator.id, Step.PAUSE, Role.OPERATOR, actor(operator)):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await breaks_off()
    assert await desk.records.audit.head() == before
    assert replace(await desk.records.get(operator.id)) == operator


async def test_who_is_not_there_is_not_found(desk: Desk) -> None:
    await refused("NO_SUCH_OPERATOR", desk.records.get("op-nobody"), NotFound)
    await refused("NO_SUCH_OPERATOR", desk.register.operate("op-nobody", Step.LEAVE, CHIEF), NotFound)
    assert len(METADATA.tables) == 3
