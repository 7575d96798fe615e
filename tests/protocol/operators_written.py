"""A practice operator as a line of an operators' file, and its secrets in the environment."""

from pathlib import Path

import pytest

from finder.connectors.tcec102 import Credentials
from finder.sandbox.serve import Sandbox
from tests.protocol.sandbox_running import configured

NAMES = ("OPERATOR_SECRET", "DATA_SECRET", "DATA_SECRET_IV", "SIG_SECRET")


def write_operator(sandbox: Sandbox, source: str, folder: Path, env: pytest.MonkeyPatch) -> Path:
    """The file; pushes are taken under the operator's own keys."""
    config = configured(sandbox, source)
    (called,) = config.called
    for direction, keys in (("", config.calling), ("_PUSH", called)):
        for name, value in secrets_of(keys).items():
            env.setenv(f"{source.upper()}{direction}_{name}", value)
    profile = config.profile
    (folder / f"{source}.toml").write_text(
        f'casing = "{profile.casing}"\ndatum = "{profile.datum}"\npage_size = {profile.page_size}\n'
    )
    file = folder / "operators.toml"
    file.write_text(
        f"""
[[operator]]
protocol = "tcec102"
source = "{source}"
name = "{config.name}"
base_url = "{config.base_url}"
our_id = "{config.our_id}"
peer_id = "{config.peer_id}"
secrets = "{source.upper()}"
profile = "{source}.toml"
pushes = true
""",
        encoding="utf-8",
    )
    return file


def secrets_of(keys: Credentials) -> dict[str, str]:
    """By their names in the environment."""
    values = (keys.operator_secret, keys.data_secret, keys.data_secret_iv, keys.sig_secret)
    return dict(zip(NAMES, values, strict=True))
