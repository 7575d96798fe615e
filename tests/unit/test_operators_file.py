from pathlib import Path

import pytest

from finder.connectors.openchargemap import OpenChargeMapConnector
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import StatusSource
from finder.connectors.tcec102 import Tcec102Connector
from finder.errors import SettingsError
from finder.federation.operators import load_operators

TCEC = """
[[operator]]
protocol = "tcec102"
source = "jinbei"
name = "晋北充电"
base_url = "https://operator.example"
our_id = "MA0000001"
peer_id = "395815801"
secrets = "JINBEI"
"""
OCM = """
[[operator]]
protocol = "openchargemap"
source = "ocm"
name = "Open Charge Map"
base_url = "https://api.example"
secrets = "OCM"
lat = 38.41
lon = 112.73
radius_km = 200
"""
NAMES = ("OPERATOR_SECRET", "DATA_SECRET", "DATA_SECRET_IV", "SIG_SECRET")
SECRETS = {f"JINBEI_{name}": "hidden-16-letter" for name in NAMES} | {"OCM_API_KEY": "key"}


def test_no_file_is_no_operator() -> None:
    assert load_operators(None, Workbench()) == ()


async def test_each_protocol_gets_its_connector(tmp_path: Path) -> None:
    file = tmp_path / "operators.toml"
    file.write_text(TCEC + OCM)
    tcec, ocm = load_operators(file, Workbench(), SECRETS)
    assert isinstance(tcec, Tcec102Connector)
    assert isinstance(tcec, StatusSource)
    assert isinstance(ocm, OpenChargeMapConnector)
    assert (tcec.source, ocm.source, tcec.practice) == ("jinbei", "ocm", False)
    for each in (tcec, ocm):
        await each.close()


@pytest.mark.parametrize("missing", sorted(SECRETS))
def test_a_missing_secret_is_named(tmp_path: Path, missing: str) -> None:
    file = tmp_path / "operators.toml"
    file.write_text(TCEC + OCM)
    with pytest.raises(SettingsError, match=missing):
        load_operators(file, Workbench(), {k: v for k, v in SECRETS.items() if k != missing})


@pytest.mark.parametrize(
    "change",
    [("tcec102", "smoke"), ("MA0000001", "MA1"), ("our_id", "their_id"), ("200", "0"), ("38.41", "91.0"), ("[[", "[")],
)
def test_a_file_that_cannot_be_used_says_so_without_secrets(tmp_path: Path, change: tuple[str, str]) -> None:
    file = tmp_path / "operators.toml"
    file.write_text((TCEC + OCM).replace(*change))
    with pytest.raises(SettingsError) as refused:
        load_operators(file, Workbench(), SECRETS)
    assert "hidden-16-letter" not in str(refused.value)
