"""What is slow by its place: tests of engines, sockets, processes and whole journeys; `tests/unit` is fast."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

# Machines are shared and noisy: how long an example takes says nothing about the code.
settings.register_profile("noisy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("noisy")

HERE = Path(__file__).parent
SLOW = frozenset({"contract", "protocol", "journeys", "faults", "browser"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.relative_to(HERE).parts[0] in SLOW:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def logs_as_they_come() -> Iterator[None]:
    """What one test, or a server in it, says of logs is not true of the next one."""
    names = ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio", "httpx")
    before = {name: (logging.getLogger(name).level, logging.getLogger(name).filters[:]) for name in names}
    yield
    structlog.reset_defaults()
    for name, (level, filters) in before.items():
        logging.getLogger(name).setLevel(level)
        logging.getLogger(name).filters[:] = filters
