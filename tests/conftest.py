"""What is slow by its place: tests of engines, sockets, processes and whole journeys; `tests/unit` is fast."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
SLOW = frozenset({"contract", "protocol", "journeys", "faults", "browser"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.relative_to(HERE).parts[0] in SLOW:
            item.add_marker(pytest.mark.slow)
