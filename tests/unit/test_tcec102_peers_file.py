"""The file that says whom the finder provides to, and its secrets, which are never in it."""

from pathlib import Path
from typing import Any

import pytest

from finder.connectors.sdk.kinds import Workbench
from finder.connectors.tcec102.provide import MAX_PER_PUSH, load_peers
from finder.errors import SettingsError
from finder.federation.operators import with_secrets

ENTRY = """
[[peer]]
name = "province"
our_id = "MA0FINDER"
peer_id = "MA0SHANXI"
secrets = "PROVINCE"
sources = ["jinbei"]
"""
PUSHED = ENTRY + 'push_to = "http://127.0.0.1:9"\n'


def env(*prefixes: str) -> dict[str, str]:
    names = ("OPERATOR_SECRET", "DATA_SECRET", "DATA_SECRET_IV", "SIG_SECRET")
    return {f"{prefix}_{name}": f"{prefix[-8:]:x<16}" for prefix in prefixes for name in names}


def load(path: Path, text: str, secrets: dict[str, str]) -> Any:
    file = path / "peers.toml"
    file.write_text(text, encoding="utf-8")
    return load_peers(file, with_secrets(Workbench(), secrets))


def test_a_peer_that_asks_and_one_that_is_told(tmp_path: Path) -> None:
    (asks,) = load(tmp_path, ENTRY, env("PROVINCE"))
    assert asks.subscriber is None
    assert (asks.peer.operator_id, len(asks.peer.keys)) == ("MA0SHANXI", 1)
    (told,) = load(tmp_path, PUSHED, env("PROVINCE", "PROVINCE_PUSH"))
    assert told.subscriber is not None
    assert (told.subscriber.our_id, told.subscriber.peer_id) == ("MA0FINDER", "MA0SHANXI")
    assert told.subscriber.calling != told.peer.keys[0]


def test_two_keys_hold_while_they_rotate(tmp_path: Path) -> None:
    (peer,) = load(tmp_path, ENTRY + "rotating = true\n", env("PROVINCE", "PROVINCE_OLD"))
    assert len(set(peer.peer.keys)) == 2
    assert "PROVINCE" not in repr(peer.peer)


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("", env("PROVINCE")),
        (ENTRY, {}),
        (PUSHED, env("PROVINCE")),
        (ENTRY + "rotating = true\n", env("PROVINCE")),
        (ENTRY + ENTRY, env("PROVINCE")),
        (ENTRY.replace('"province"', '"a/b"'), env("PROVINCE")),
        (ENTRY.replace('"MA0FINDER"', '"MA0FINDER1"'), env("PROVINCE")),
        (ENTRY.replace('["jinbei"]', "[]"), env("PROVINCE")),
        (ENTRY + f"per_push = {MAX_PER_PUSH + 1}\n", env("PROVINCE")),
        (ENTRY + "per_push = 0\n", env("PROVINCE")),
        (ENTRY + 'secret = "x"\n', env("PROVINCE")),
        (ENTRY + 'profile = "none.toml"\n', env("PROVINCE")),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str, secrets: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as refusal:
        load(tmp_path, text, secrets)
    assert "xxxx" not in str(refusal.value)


def test_the_most_in_one_push_may_be_chosen(tmp_path: Path) -> None:
    (peer,) = load(tmp_path, ENTRY + f"per_push = {MAX_PER_PUSH}\n", env("PROVINCE"))
    assert peer.entry.per_push == MAX_PER_PUSH
