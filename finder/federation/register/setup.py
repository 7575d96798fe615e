"""Where an operator's platform is, how it speaks, and the connector that this makes with its secrets."""

import hashlib
import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from finder.connectors.sdk.kinds import ConnectorKind, Workbench
from finder.connectors.sdk.ports import OperatorConnector
from finder.errors import BadInput, SettingsError
from finder.federation.operators import kinds
from finder.stations.model import SourceId

MAX_SECRETS = 16
MAX_SECRET = 500  # characters
_PREFIX = "REGISTER"  # begins the names under which kinds ask for secrets
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Form:
    """What an operator may choose of a protocol by itself, and the secrets that we give it, by name and length."""

    settings: frozenset[str]
    given: Mapping[str, int]


# Nothing that names a file: that would be read on our machine.
FORMS: Mapping[str, Form] = {
    "tcec102": Form(
        frozenset({"our_id", "peer_id", "pushes"}),
        {"PUSH_OPERATOR_SECRET": 32, "PUSH_DATA_SECRET": 16, "PUSH_DATA_SECRET_IV": 16, "PUSH_SIG_SECRET": 32},
    ),
}


class Setup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """An entry of the operators' file as its operator writes it; no secret is in here."""

    protocol: str
    base_url: str
    settings: dict[str, str | int | bool] = {}

    @property
    def digest(self) -> str:
        """The same for the same setup."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()


@dataclass(frozen=True, slots=True)
class Secrets:
    """One generation: `theirs`, under which we call it, and `ours`, under which it calls us; by name."""

    theirs: Mapping[str, str] = field(repr=False)
    ours: Mapping[str, str] = field(repr=False)

    @property
    def all(self) -> dict[str, str]:
        """Both."""
        return {**self.theirs, **self.ours}

    def seal(self) -> bytes:
        """As they go into the vault."""
        return msgspec.json.encode({"theirs": self.theirs, "ours": self.ours})


def open_secrets(plain: bytes) -> Secrets:
    """The inverse of `seal`."""
    told: dict[str, dict[str, str]] = msgspec.json.decode(plain)
    return Secrets(told["theirs"], told["ours"])


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes connectors of what the register keeps. `bench` guards addresses (Workbench.client)."""

    bench: Workbench
    forms: Mapping[str, Form] = field(default_factory=lambda: FORMS)
    known: Mapping[str, ConnectorKind] | None = None  # kinds; None for those that are installed

    def form(self, setup: Setup) -> Form:
        """The form of its protocol. Raises BadInput: PROTOCOL, SETTING."""
        form = self.forms.get(setup.protocol)
        if form is None:
            names = ", ".join(sorted(self.forms))
            raise BadInput(
                f"不支持自助接入协议 {setup.protocol[:40]!r}，可选：{names}",
                f"the protocol {setup.protocol[:40]!r} has no self-service; there is: {names}",
                code="PROTOCOL",
            )
        if odd := sorted(setup.settings.keys() - form.settings):
            names = ", ".join(sorted(form.settings))
            raise BadInput(
                f"设置项 {odd[0][:40]!r} 不可自助填写，可填：{names}",
                f"the setting {odd[0][:40]!r} is not for you to choose; these are: {names}",
                code="SETTING",
            )
        return form

    def issue(self, setup: Setup) -> dict[str, str]:
        """New secrets under which the operator calls us."""
        given = self.form(setup).given
        return {name: "".join(secrets.choice(_LETTERS) for _ in range(length)) for name, length in given.items()}

    def connector(
        self, setup: Setup, source: SourceId, name: str, generations: Sequence[Secrets], bench: Workbench | None = None
    ) -> OperatorConnector:
        """The connector; `generations` newest first, of two both are good where its kind can hold two.

        Raises BadInput: SETUP, SECRET_MISSING, PROTOCOL, SETTING, ADDRESS_….
        """
        self.form(setup)
        kind = (self.known or kinds())[setup.protocol]
        newest, former = generations[0].all, generations[1].all if len(generations) > 1 else None
        values = {f"{_PREFIX}_{each}": value for each, value in newest.items()}
        entry: dict[str, Any] = {"source": source, "name": name, "base_url": setup.base_url, "secrets": _PREFIX}
        if former is not None and "rotating" in kind.config.__struct_fields__:
            entry["rotating"] = True
            values |= {f"{_PREFIX}_{_old(each)}": value for each, value in {**newest, **former}.items()}

        def secret(asked: str) -> str:
            if asked not in values:
                short = asked.removeprefix(f"{_PREFIX}_")
                raise BadInput(
                    f"缺少密钥 {short}，请一并提交",
                    f"the secret {short} is missing: send it too",
                    code="SECRET_MISSING",
                )
            return values[asked]

        try:
            config = msgspec.convert({**setup.settings, **entry}, kind.config)
            return kind.build(config, replace(bench or self.bench, secret=secret))
        except (SettingsError, ValueError) as bad:  # none of them carries a secret
            raise BadInput(f"接入设置无法使用：{bad}", f"the setup cannot be used: {bad}", code="SETUP") from None


def read_secrets(raw: Mapping[str, str], form: Form) -> dict[str, str]:
    """What the operator gives us, by name. Raises BadInput, SECRETS, in which no secret stands."""
    fits = len(raw) <= MAX_SECRETS and all(
        1 <= len(value) <= MAX_SECRET and value.isprintable() and name.isidentifier() and len(name) <= 50
        for name, value in raw.items()
    )
    if not fits or raw.keys() & form.given.keys():
        raise BadInput(
            f"密钥应为至多 {MAX_SECRETS} 个“名称: 值”，值不超过 {MAX_SECRET} 字符；PUSH_ 密钥由平台发放，请勿提交",
            f"give at most {MAX_SECRETS} secrets as name: value of at most {MAX_SECRET} characters; "
            "those of pushes are ours to give",
            code="SECRETS",
        )
    return dict(raw)


def _old(name: str) -> str:
    """As kinds call the former generation: OLD_…, PUSH_OLD_…."""
    return f"PUSH_OLD_{name.removeprefix('PUSH_')}" if name.startswith("PUSH_") else f"OLD_{name}"
