"""The file that lists real operators; their secrets come from the environment, never from the file."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from finder.connectors.ocpi.kind import OcpiKind
from finder.connectors.ocpp.kind import OcppKind
from finder.connectors.openchargemap.kind import OpenChargeMapKind
from finder.connectors.sdk.kinds import ConnectorKind, Workbench, find_kinds
from finder.connectors.sdk.ports import OperatorConnector
from finder.connectors.tcec102.kind import Tcec102Kind
from finder.errors import BadInput, SettingsError

OWN: Mapping[str, ConnectorKind] = {
    kind.name: kind for kind in (Tcec102Kind(), OcpiKind(), OpenChargeMapKind(), OcppKind())
}


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    operator: list[dict[str, Any]] = []


def kinds() -> dict[str, ConnectorKind]:
    """Every kind of connector that is installed, by the name that `protocol` says."""
    return find_kinds(OWN)


def secrets_of(env: Mapping[str, str]) -> Any:
    """Reads secrets by name from the environment. What it returns raises SettingsError."""

    def secret(name: str) -> str:
        if not (value := env.get(name)):
            raise SettingsError(f"缺少环境变量 {name}", f"the environment variable {name} is missing")
        return value

    return secret


def with_secrets(bench: Workbench, env: Mapping[str, str] = os.environ) -> Workbench:
    """The same bench, with secrets from the environment."""
    return replace(bench, secret=secrets_of(env))


def build_connector(entry: Mapping[str, Any], bench: Workbench) -> OperatorConnector:
    """The connector that one entry asks for: its `protocol` names the kind, the rest is the kind's own form.

    Raises SettingsError, BadInput or ValueError.
    """
    known = kinds()
    kind = known.get(str(entry.get("protocol")))
    if kind is None:
        raise ValueError(f"protocol {entry.get('protocol')!r} is none of: {', '.join(sorted(known))}")
    told = {name: value for name, value in entry.items() if name != "protocol"}
    return kind.build(msgspec.convert(told, kind.config), bench)


def read_operators(path: Path) -> list[dict[str, Any]]:
    """The file's entries as they are written. Raises SettingsError."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=_File).operator
    except (OSError, ValueError) as bad:
        raise _unusable(path, bad) from None


def sources_of(path: Path | None, protocol: str) -> list[str]:
    """The sources of the file's operators that speak this protocol. Raises SettingsError."""
    entries = [] if path is None else read_operators(path)
    return [str(entry.get("source")) for entry in entries if entry.get("protocol") == protocol]


def load_operators(
    path: Path | None, bench: Workbench, env: Mapping[str, str] = os.environ
) -> Sequence[OperatorConnector]:
    """A connector for each operator of the file; none where there is no file. Raises SettingsError."""
    if path is None:
        return ()
    try:
        entries = read_operators(path)
        there = replace(bench, folder=path.parent, secret=secrets_of(env))
        return [build_connector(entry, there) for entry in entries]
    except (OSError, ValueError, BadInput) as bad:  # msgspec's errors are ValueErrors; none of them carries a secret
        raise _unusable(path, bad) from None


def _unusable(path: Path, bad: Exception) -> SettingsError:
    return SettingsError(f"运营商文件 {path} 无法使用：{bad}", f"the operators' file {path} cannot be used: {bad}")
