"""Makes a peer's own Python environment from its lock, once, in a folder that git ignores."""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_CACHE = _HERE.parents[2] / ".cache" / "peers"
_WITHIN_S = 300.0


def peer_python(name: str) -> Path:
    """The interpreter of the peer's environment; skips where it cannot be made, and fails in CI."""
    lock = _HERE / f"{name}.lock"
    folder = _CACHE / f"{name}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    python, uv = folder / "bin" / "python", Path(sys.executable).with_name("uv")
    done = folder / "made"
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / f"{name}.busy").open("w") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)  # several test processes may come here at once
        if not done.exists():
            make = [str(uv), "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)]
            fill = [str(uv), "pip", "install", "--quiet", "--python", str(python), "--require-hashes", "-r", str(lock)]
            try:
                for command in (make, fill):
                    subprocess.run(command, check=True, timeout=_WITHIN_S, capture_output=True)
            except (OSError, subprocess.SubprocessError) as failed:
                said = getattr(failed, "stderr", b"") or b""
                reason = (
                    f"the environment of {name} could not be made: {said.decode(errors='replace')[-300:] or failed}"
                )
                if os.environ.get("CI"):
                    pytest.fail(reason)
                pytest.skip(reason)
            done.touch()
    return python
