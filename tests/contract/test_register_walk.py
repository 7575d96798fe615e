"""Random lives of operators: whatever is tried in whatever order, the register does what its table says."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finder.errors import FinderError
from finder.federation.register.setup import Setup
from finder.federation.register.states import TABLE, Role, State, Step
from finder.storage.database import Database
from tests.contract.register_world import CHIEF, THEIRS, Desk, actor
from tests.protocol.oauth_peer import Machine

KEYS = [Machine(kid=f"k{n}").public for n in range(2, 5)]
MOVES = [Step.REFUSE, Step.GO_LIVE, Step.PAUSE, Step.RESUME, Step.SUSPEND, Step.REINSTATE, Step.LEAVE]
OWN = [Step.SET_UP, Step.CREDENTIALS, Step.RETIRE, Step.CHECK, Step.KEYS]
ACTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(MOVES), st.sampled_from(Role)),
        st.tuples(
            st.sampled_from([Step.SET_UP, Step.CREDENTIALS, Step.RETIRE, Step.CHECK, Step.KEYS]), st.integers(0, 2)
        ),
        st.tuples(st.just(Step.APPROVE), st.none()),
    ),
    max_size=15,
)


async def take(desk: Desk, operator_id: str, step: Step, how: Any) -> None:
    register = desk.register
    who = actor(await desk.records.get(operator_id))
    match step:
        case Step.APPROVE:
            await register.approve(operator_id, "north", "已核对", CHIEF)
        case Step.SET_UP:
            await register.set_up(operator_id, Setup("feed", f"https://{how}.example"), who)
        case Step.CREDENTIALS:
            await register.give_credentials(operator_id, THEIRS, who)
        case Step.RETIRE:
            await register.retire(operator_id, who)
        case Step.CHECK:
            desk.kit.passed = how > 0
            await register.check(operator_id, who)
        case Step.KEYS:
            await register.add_key(operator_id, KEYS[how], who)
        case _ if how is Role.OPERATOR:
            await register.operate(operator_id, step, who)
        case _:
            await register.supervise(operator_id, step, "抽查", CHIEF)


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(state=st.sampled_from(State), acts=ACTS)
async def test_a_step_is_taken_as_the_table_says_or_changes_nothing(state: State, acts: list[tuple[Step, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'f.sqlite3'}")
        desk = Desk(database)
        operator_id = (await desk.at(state)).id
        taken = await desk.records.audit.head()
        for step, how in acts:
            before = await desk.records.get(operator_id)
            roles, moves = TABLE[step]
            role = how if isinstance(how, Role) else Role.SUPERVISOR if step is Step.APPROVE else Role.OPERATOR
            try:
                await take(desk, operator_id, step, how)
            except FinderError:
                assert await desk.records.get(operator_id) == before
                continue
            taken += 1
            now = await desk.records.get(operator_id)
            assert role in roles
            assert now.state is moves[before.state]
            assert len(now.generations) <= 2
            assert 1 <= len(now.keys) <= 2
            if now.state is State.LIVE:
                assert now.passed(desk.clock())
                assert now.generations
            if now.state is State.LEFT:
                assert await desk.records.contact(operator_id) is None
        assert (await desk.records.audit.verify()).seq == taken
        await database.close()
