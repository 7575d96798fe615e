"""Who asks, and the rows that say of a field who may: of one's own, and of another's."""

from enum import StrEnum
from typing import NamedTuple

from finder.identity.roles import Role


class Standing(StrEnum):
    """A role, or none: somebody without a session."""

    ANYONE = "ANYONE"
    DRIVER = Role.DRIVER.value
    OPERATOR_STAFF = Role.OPERATOR_STAFF.value
    SUPERVISOR = Role.SUPERVISOR.value
    AUDITOR = Role.AUDITOR.value
    ADMINISTRATOR = Role.ADMINISTRATOR.value


class Row(NamedTuple):
    """Who may ask for a field of what is one's own, and of what is another's.

    At a root, one's own is what the room finds for the caller; it never looks for another's.
    """

    own: frozenset[Standing]
    other: frozenset[Standing]


_ALL = frozenset(Standing)
_SIGNED_IN = _ALL - {Standing.ANYONE}
OPEN = Row(_ALL, _ALL)
MINE = Row(_SIGNED_IN, frozenset())
_OFFICIALS = frozenset({Standing.AUDITOR, Standing.ADMINISTRATOR})
OFFICIAL = Row(_OFFICIALS, _OFFICIALS)  # of the books, which are nobody's own
_SETTLED_WITH = _OFFICIALS | {Standing.OPERATOR_STAFF}
SETTLED_WITH = Row(_SETTLED_WITH, _SETTLED_WITH)
_SUPERVISORS = frozenset({Standing.SUPERVISOR, Standing.ADMINISTRATOR})
SUPERVISORS = Row(_SUPERVISORS, _SUPERVISORS)  # of what was handed over, which is nobody's own either
_HEARERS = frozenset({Standing.OPERATOR_STAFF, Standing.SUPERVISOR})
HEARD = Row(_HEARERS, _HEARERS)  # what drivers say in words; of one's own operator, which the room sees to
LAST_WORD = Row(frozenset({Standing.SUPERVISOR}), frozenset({Standing.SUPERVISOR}))
_SUPERVISING = _OFFICIALS | {Standing.SUPERVISOR}
SUPERVISING = Row(_SUPERVISING, _SUPERVISING)  # of the network, which is nobody's own
_TOLD_OF_PILES = _SUPERVISING | {Standing.OPERATOR_STAFF}
TOLD_OF_PILES = Row(_TOLD_OF_PILES, _TOLD_OF_PILES)
ADMINISTRATORS = Row(frozenset({Standing.ADMINISTRATOR}), frozenset({Standing.ADMINISTRATOR}))
