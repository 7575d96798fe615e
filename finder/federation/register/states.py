"""Where an operator stands in the register, who may do what there, and where that leads: one table."""

from collections.abc import Mapping
from enum import StrEnum

from finder.errors import Conflict, Forbidden


class State(StrEnum):
    """Where an operator stands."""

    APPLIED = "APPLIED"  # waits for a supervisor
    TESTING = "TESTING"  # has credentials; nothing it says reaches a driver
    LIVE = "LIVE"
    PAUSED = "PAUSED"  # by itself, until it resumes
    SUSPENDED = "SUSPENDED"  # by a supervisor, until a supervisor reinstates it
    REFUSED = "REFUSED"
    LEFT = "LEFT"


class Role(StrEnum):
    """Who acts."""

    OPERATOR = "OPERATOR"
    SUPERVISOR = "SUPERVISOR"


class Step(StrEnum):
    """What is done. All but `APPLY` are rows of TABLE."""

    APPLY = "apply"
    APPROVE = "approve"
    REFUSE = "refuse"
    KEYS = "keys"  # the public keys by which its machines are known
    SET_UP = "set_up"  # where its platform is and how it speaks
    CREDENTIALS = "credentials"  # secrets of both directions, the first ones or the next
    RETIRE = "retire"  # the former secrets
    CHECK = "check"
    GO_LIVE = "go_live"
    PAUSE = "pause"
    RESUME = "resume"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    LEAVE = "leave"


_A, _T, _L, _P, _S = State.APPLIED, State.TESTING, State.LIVE, State.PAUSED, State.SUSPENDED
_STAY = {state: state for state in State}


def _stays(*states: State) -> dict[State, State]:
    return {state: _STAY[state] for state in states}


TABLE: Mapping[Step, tuple[frozenset[Role], Mapping[State, State]]] = {
    step: (frozenset(roles), moves)
    for step, roles, moves in (
        (Step.APPROVE, {Role.SUPERVISOR}, {_A: _T}),
        (Step.REFUSE, {Role.SUPERVISOR}, {_A: State.REFUSED, _T: State.REFUSED}),
        (Step.KEYS, {Role.OPERATOR}, _stays(_A, _T, _L, _P, _S)),
        (Step.SET_UP, {Role.OPERATOR}, _stays(_T, _P)),
        (Step.CREDENTIALS, {Role.OPERATOR}, _stays(_T, _L, _P)),
        (Step.RETIRE, {Role.OPERATOR}, _stays(_T, _L, _P)),
        (Step.CHECK, {Role.OPERATOR}, _stays(_T, _P, _S)),
        (Step.GO_LIVE, {Role.OPERATOR}, {_T: _L}),
        (Step.PAUSE, {Role.OPERATOR}, {_L: _P}),
        (Step.RESUME, {Role.OPERATOR}, {_P: _L}),
        (Step.SUSPEND, {Role.SUPERVISOR}, {_L: _S, _P: _S}),
        (Step.REINSTATE, {Role.SUPERVISOR}, {_S: _L}),
        (Step.LEAVE, {Role.OPERATOR, Role.SUPERVISOR}, dict.fromkeys((_A, _T, _L, _P, _S), State.LEFT)),
    )
}
OVER = frozenset({State.REFUSED, State.LEFT})
KNOWN_TO_DRIVERS = frozenset({State.LIVE, State.PAUSED, State.SUSPENDED})

WORDS: Mapping[State, tuple[str, str]] = {
    State.APPLIED: ("待审核", "waiting for approval"),
    State.TESTING: ("测试中", "testing"),
    State.LIVE: ("已上线", "live"),
    State.PAUSED: ("已自行暂停", "paused by itself"),
    State.SUSPENDED: ("已被平台暂停", "suspended by the platform"),
    State.REFUSED: ("已被拒绝", "refused"),
    State.LEFT: ("已退出", "left"),
}


def after(state: State, step: Step, role: Role) -> State:
    """The state that the step leads to. Raises Forbidden (ROLE) or Conflict (STATE), which say what is possible."""
    roles, moves = TABLE[step]
    if role not in roles:
        raise Forbidden(
            f"步骤 {step} 只能由{'平台主管' if Role.SUPERVISOR in roles else '运营商'}执行",
            f"the step {step} belongs to the {' or '.join(sorted(r.lower() for r in roles))}",
            code="ROLE",
        )
    if state not in moves:
        zh, en = WORDS[state]
        can = ", ".join(possible(state, role)) or "—"
        raise Conflict(
            f"当前状态为“{zh}”，不能执行 {step}；此时可以：{can}",
            f"the operator is {en}, so {step} is not possible; what is: {can}",
            code="STATE",
        )
    return moves[state]


def possible(state: State, role: Role) -> list[str]:
    """The steps that this role may take in this state."""
    return [step.value for step, (roles, moves) in TABLE.items() if role in roles and state in moves]
