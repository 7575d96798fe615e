"""`finder demo report`: two citizens, a sensor and city management, each over real HTTP."""

import re
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_the_demo_shows_what_two_citizens_a_sensor_and_city_management_change() -> None:
    command = [sys.executable, "-m", "finder.cli", "demo", "report"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=None)
    assert told.returncode == 0, told.stdout + told.stderr
    assert re.findall(r"\b(AVAILABLE|BLOCKED)\b", told.stdout) == [
        *("AVAILABLE", "AVAILABLE", "AVAILABLE", "BLOCKED", "BLOCKED", "AVAILABLE", "BLOCKED", "BLOCKED"),
    ]
    assert re.findall(r"\b(CITIZENS|SENSOR)\b", told.stdout) == ["CITIZENS", "CITIZENS", "SENSOR", "SENSOR"]
    assert re.findall(r"\b(ACCEPTED|MOVED|FINED)\b", told.stdout)[-2:] == ["MOVED", "FINED"]
