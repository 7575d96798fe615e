"""What the register knows of an operator, and the limits of what an application may say."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from finder.errors import BadInput
from finder.federation.register.setup import Setup
from finder.federation.register.states import State
from finder.kernel.credit_code import read_credit_code
from finder.stations.model import SourceId

NAME_LENGTH = (2, 100)
CONTACT_LENGTH = (3, 200)
REASON_LENGTH = (2, 500)
PASS_AGE = timedelta(days=30)
_SOURCE = re.compile(r"[a-z][a-z0-9-]{1,30}[a-z0-9]")


class Application(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What an operator applies with. `contact` is for the city's staff alone: it is sealed, and erased at the end."""

    name: str
    credit_code: str
    contact: str
    keys: Any  # of a JWK Set: public keys only

    def __repr__(self) -> str:
        return f"Application({self.credit_code!r})"


@dataclass(frozen=True, slots=True)
class Checked:
    """The newest conformance report, and the setup that it is of."""

    at: datetime
    passed: bool
    setup_digest: str
    report: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Registered:
    """An operator as it stands now; secrets and contact are not in here. `generations` is newest first, two at most."""

    id: str
    state: State
    name: str
    credit_code: str
    source: SourceId | None  # begins every id of its stations; given at its approval, never changed
    keys: Sequence[Mapping[str, Any]]
    setup: Setup | None
    generations: Sequence[int]
    made_at: datetime
    changed_at: datetime
    revision: int  # grows with every step
    checked: Checked | None = None

    def passed(self, now: datetime) -> bool:
        """Whether the kit has passed what is set up now, not too long ago."""
        told = self.checked
        if told is None or self.setup is None:
            return False
        return told.passed and told.setup_digest == self.setup.digest and now - told.at <= PASS_AGE


def read_application(raw: Application) -> Application:
    """The same, trimmed. Raises BadInput: NAME, CONTACT, CREDIT_CODE."""
    return Application(
        _text(raw.name, NAME_LENGTH, "NAME", "单位名称", "the organisation's name"),
        read_credit_code(raw.credit_code),
        _text(raw.contact, CONTACT_LENGTH, "CONTACT", "联系方式", "the contact"),
        raw.keys,
    )


def read_reason(text: str) -> str:
    """Why a supervisor does something; it stands in the audit for ever. Raises BadInput, REASON."""
    return _text(text, REASON_LENGTH, "REASON", "理由", "the reason")


def read_source(text: str) -> SourceId:
    """A new source id. Raises BadInput, SOURCE_ID."""
    if not _SOURCE.fullmatch(text):
        raise BadInput(
            f"数据源编号 {text[:40]!r} 无效：3 至 32 个小写字母、数字或连字符，以字母开头",
            f"the source id {text[:40]!r} cannot be used: 3 to 32 small letters, digits or hyphens, a letter first",
            code="SOURCE_ID",
        )
    return text


def _text(text: str, length: tuple[int, int], code: str, zh: str, en: str) -> str:
    told = " ".join(text.split())
    if not length[0] <= len(told) <= length[1] or not told.isprintable():
        raise BadInput(
            f"{zh}应为 {length[0]} 至 {length[1]} 个可见字符",
            f"{en} must have {length[0]} to {length[1]} printable characters",
            code=code,
        )
    return told
