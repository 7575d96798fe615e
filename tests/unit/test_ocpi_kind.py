"""An OCPI platform in the operators' file: the entry of the documentation works, and each fault is named."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from finder.connectors.ocpi import OcpiConfig, OcpiConnector, OcpiPolled, Party
from finder.connectors.sdk.kinds import Workbench
from finder.errors import SettingsError
from finder.federation.operators import load_operators

DOCUMENT = Path(__file__).parents[2] / "docs" / "ocpi.md"
URL = "https://ocpi.example.com/versions"


def entry() -> str:
    found = re.search(r"```toml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


async def build(tmp_path: Path, text: str, env: dict[str, str]) -> OcpiConnector:
    listed = tmp_path / "operators.toml"
    listed.write_text(text, encoding="utf-8")
    (connector,) = load_operators(listed, Workbench(), env)
    assert isinstance(connector, OcpiConnector)
    await connector.close()
    return connector


async def test_the_entry_of_the_documentation_works(tmp_path: Path) -> None:
    connector = await build(tmp_path, entry(), {"JINBEI_TOKEN_A": "secret-a"})
    assert isinstance(connector, OcpiPolled)
    assert (connector.config.token_a, connector.config.versions_url) == ("secret-a", URL)
    assert "secret-a" not in repr(connector.config)


@pytest.mark.parametrize(
    ("begins", "names"),
    [
        ("us", ["TOKEN_A"]),
        ("them", ["GIVEN_TOKEN"]),
        ("nobody", ["FIXED_TOKEN", "FIXED_PUSH_TOKEN"]),
    ],
)
async def test_each_way_to_begin_wants_its_own_secrets(tmp_path: Path, begins: str, names: list[str]) -> None:
    text = entry().replace('begins = "us"', f'begins = "{begins}"', 1)
    env = {f"JINBEI_{name}": name.lower() for name in names}
    connector = await build(tmp_path, text, env)
    assert [getattr(connector.config, name.lower()) for name in names] == list(env.values())
    for name in env:
        with pytest.raises(SettingsError) as missing:
            await build(tmp_path, text, {k: v for k, v in env.items() if k != name})
        assert name in str(missing.value)


async def test_habits_are_read(tmp_path: Path) -> None:
    habits = """
status_by = "push"
paging = "offset"
header_form = "raw"
roles = ["NAP"]
versions = ["2.2.1"]
rotate_every_days = 30
[operator.endpoints]
commands = "https://ocpi.example.com/commands"
"""
    connector = await build(tmp_path, entry() + habits, {"JINBEI_TOKEN_A": "a"})
    config = connector.config
    assert not isinstance(connector, OcpiPolled)
    assert (config.paging, config.header_form, config.charges, config.versions) == ("offset", "raw", False, ("2.2.1",))
    assert config.rotate_every == timedelta(days=30)
    assert config.endpoints == (("commands", "https://ocpi.example.com/commands"),)


@pytest.mark.parametrize(
    "changes",
    [
        {"source": ""},
        {"source": "a/b"},
        {"versions_url": "ftp://x/y"},
        {"versions_url": "https://user:pass@x/y"},
        {"us": Party("CHN", "FND")},
        {"us": Party("CN", "FNDX")},
        {"us": Party("CN", "")},
        {"our_roles": ()},
        {"versions": ()},
        {"versions": ("2.1.1",)},
        {"page_limit": 0},
        {"page_limit": 1_001},
        {"max_pages": 0},
        {"result_wait_s": 601},
        {"rotate_every": timedelta(hours=23)},
        {"endpoints": (("commands", "nonsense"),)},
    ],
)
def test_a_configuration_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    OcpiConfig(source="a", name="a", versions_url=URL, us=Party("CN", "FND"), page_limit=1_000, result_wait_s=600)
    told: dict[str, Any] = {"source": "a", "name": "a", "versions_url": URL, "us": Party("CN", "FND")}
    with pytest.raises(ValueError, match=r"\w"):
        OcpiConfig(**(told | changes))


@pytest.mark.parametrize(
    ("url", "theirs"),
    [
        ("https://ocpi.example.com/locations", True),
        ("https://OCPI.example.com:443/x", True),
        ("https://ocpi.example.com:8443/x", False),
        ("http://ocpi.example.com/x", False),
        ("https://ocpi.example.com.evil.example/x", False),
        ("https://ocpi.example.com@evil.example/x", False),
        ("https://evil.example/?ocpi.example.com", False),
        ("//ocpi.example.com/x", False),
        ("https://ocpi.example.com\\@evil.example/", False),
        ("https://[::1]/", False),
        ("https://[bad/", False),
        ("", False),
    ],
)
def test_only_addresses_of_the_operators_own_origin_are_called(url: str, theirs: bool) -> None:
    config = OcpiConfig(source="a", name="a", versions_url=URL, us=Party("CN", "FND"))
    assert config.is_theirs(url) is theirs
