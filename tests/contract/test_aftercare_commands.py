"""What staff does after a session from a command line, on a database that is migrated and used beside it."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from finder.charging.dispute_rows import Cause
from finder.charging.machines import Capture
from finder.cli import cli
from finder.kernel.clock import system_clock
from finder.storage.migrate import MigratedDatabase
from tests.faults.charging_world import World

pytestmark = pytest.mark.slow


async def test_a_dispute_is_decided_and_an_operator_is_stopped_from_a_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'finder.sqlite3'}"
    monkeypatch.setenv("FINDER_STORE_URL", url)
    monkeypatch.setenv("FINDER_DATA_DIR", str(tmp_path))
    database = MigratedDatabase(url)
    world = World(database, seed=1, trouble=0)

    async def run(*words: str) -> tuple[int, str]:
        # Typer's commands begin loops of their own.
        result = await asyncio.to_thread(CliRunner().invoke, cli, list(words))
        return result.exit_code, result.output

    try:
        order = await world.start()
        while (await world.orders.order(order.person, order.number)).order.capture is not Capture.CAPTURED:
            await world.happen(1)
        opened = await world.disputes.open(order.person, order.number, Cause.OTHER, "[red]不对[/]")
        assert opened.id[:8] in (await run("dispute", "list"))[1]
        assert "[red]不对[/]" in (await run("dispute", "show", opened.id))[1]
        assert (await run("dispute", "answer", opened.id, "--text", "已核实", "--as", "li"))[0] == 0
        code, said = await run(
            "dispute", "decide", opened.id, "REFUNDED", "--note", "属实", "--fen", "100", "--as", "li"
        )
        assert (code, "100 分" in said) == (0, True)
        code, said = await run("operator", "insolvent", "jinbei", "--reason", "破产受理", "--as", "li")
        assert (code, "已停止" in said) == (0, True)
        world.clock.now = system_clock() + timedelta(minutes=1)  # commands go by the real one
        for _ in range(4):
            await world.happen(1)
        code, said = await run("operator", "solvent", "jinbei", "--reason", "重整", "--as", "li")
        assert (code, "1 orders released" in said) == (0, True)
        assert (await run("invoice", "reverse", "x"))[0] != 0
        assert (await run("ledger", "verify"))[0] == 0
        code, said = await run("operator", "reseal", "--as", "li")
        assert code == 0, said
    finally:
        await database.close()
