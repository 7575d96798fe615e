"""The file that lists real operators; their secrets come from the environment, never from the file."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from pydantic import SecretStr

from finder.connectors.openchargemap import OpenChargeMapConfig, OpenChargeMapConnector
from finder.connectors.sdk.ports import OperatorConnector
from finder.connectors.tcec102 import Credentials, Profile, Tcec102Config, Tcec102Connector, profile_from_toml
from finder.errors import BadInput, SettingsError
from finder.kernel.geo import Point


class Tcec102Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="protocol", tag="tcec102"):
    """An operator that speaks T/CEC 102; `secrets` begins the names of its environment variables."""

    source: str
    name: str
    base_url: str
    our_id: str
    peer_id: str
    secrets: str
    profile: str | None = None
    pushes: bool = False

    def connector(self, folder: Path, env: Mapping[str, str]) -> OperatorConnector:
        """The connector. Raises SettingsError or ValueError."""
        profile = profile_from_toml(folder / self.profile) if self.profile else Profile()
        called = (_credentials(f"{self.secrets}_PUSH", env),) if self.pushes else ()
        calling = _credentials(self.secrets, env)
        return Tcec102Connector(
            Tcec102Config(self.source, self.name, self.base_url, self.our_id, self.peer_id, calling, called, profile)
        )


class OpenChargeMapEntry(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="protocol", tag="openchargemap"
):
    """A circle of Open Charge Map's list; its key is the environment's `<secrets>_API_KEY`."""

    source: str
    name: str
    base_url: str
    secrets: str
    lat: float
    lon: float
    radius_km: float

    def connector(self, _: Path, env: Mapping[str, str]) -> OperatorConnector:
        """The connector. Raises SettingsError, BadInput or ValueError."""
        key = SecretStr(_secret(f"{self.secrets}_API_KEY", env))
        centre = Point(self.lat, self.lon)
        return OpenChargeMapConnector(
            OpenChargeMapConfig(self.source, self.name, self.base_url, centre, self.radius_km, key)
        )


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    operator: list[Tcec102Entry | OpenChargeMapEntry] = []


def _secret(name: str, env: Mapping[str, str]) -> str:
    if not (value := env.get(name)):
        raise SettingsError(f"缺少环境变量 {name}", f"the environment variable {name} is missing")
    return value


def _credentials(prefix: str, env: Mapping[str, str]) -> Credentials:
    names = ("OPERATOR_SECRET", "DATA_SECRET", "DATA_SECRET_IV", "SIG_SECRET")
    return Credentials(*(_secret(f"{prefix}_{name}", env) for name in names))


def load_operators(path: Path | None, env: Mapping[str, str] = os.environ) -> Sequence[OperatorConnector]:
    """A connector for each operator of the file; none where there is no file. Raises SettingsError."""
    if path is None:
        return ()
    try:
        entries = msgspec.toml.decode(path.read_bytes(), type=_File).operator
        return [entry.connector(path.parent, env) for entry in entries]
    except (OSError, ValueError, BadInput) as bad:  # msgspec's errors are ValueErrors; none of them carries a secret
        raise SettingsError(
            f"运营商文件 {path} 无法使用：{bad}", f"the operators' file {path} cannot be used: {bad}"
        ) from None
