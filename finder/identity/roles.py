"""Who somebody is to the finder, and who is asking now."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may be. Everybody with an account is a driver; the others are granted."""

    DRIVER = "DRIVER"
    OPERATOR_STAFF = "OPERATOR_STAFF"
    SUPERVISOR = "SUPERVISOR"
    AUDITOR = "AUDITOR"
    ADMINISTRATOR = "ADMINISTRATOR"


NEEDS_SECOND_FACTOR = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Granted:
    """A role that was granted; staff's names the operator."""

    role: Role
    operator: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """A person with a session that holds. `roles` are those that may be used in it."""

    person: str
    session: str
    roles: frozenset[Role]
    operators: frozenset[str] = frozenset()  # whose staff
    strong: bool = False  # with a second factor


def usable(granted: list[Granted], *, strong: bool) -> frozenset[Role]:
    """A driver's role and the granted ones, but those that ask for a second factor only with one."""
    all_of_them = {Role.DRIVER} | {each.role for each in granted}
    return frozenset(all_of_them if strong else all_of_them - NEEDS_SECOND_FACTOR)
