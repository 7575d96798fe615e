"""`finder demo charge`: one whole session that leaves nothing open."""

import re
import subprocess
import sys


def test_the_demo_shows_every_posting_of_a_session_that_is_paid() -> None:
    command = [sys.executable, "-m", "finder.cli", "demo", "charge", "--speed", "240"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    for edge in ("HOLD", "BILL", "CAPTURE", "HOLD_OVER", "COMMISSION", "SPLIT"):
        assert re.search(rf"\b{edge}\b", told.stdout), edge
    bill = re.search(r"bill ¥([\d.]+)，实付 · paid ¥([\d.]+)，度数 · energy ([\d.]+) kWh", told.stdout)
    assert bill
    assert bill[1] == bill[2] != "0.00"
