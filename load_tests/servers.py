"""Starts what is measured on loopback, and ends it."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

START_SECONDS = 900.0


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: "subprocess.Popen[bytes]", seconds: float = START_SECONDS) -> None:
    """Returns when the port takes connections. Raises RuntimeError where the process ends first."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode} before it listened")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise RuntimeError(f"{process.args!r} did not listen within {seconds} s")


@contextlib.contextmanager
def running(*command: str, port: int) -> Iterator[int]:
    """Runs a server for as long as the block lasts; gives its port."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_for(port, process)
        yield port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def gateway(engine_url: str, count: int) -> Iterator[int]:
    """Our gateway on that engine."""
    port = free_port()
    with running(sys.executable, "-m", "load_tests.gateway", engine_url, str(port), str(count), port=port):
        yield port


@contextlib.contextmanager
def floor(answers: Path) -> Iterator[int]:
    """Plain Starlette that sends recorded answers."""
    port = free_port()
    with running(sys.executable, "-m", "load_tests.floor", str(answers), str(port), port=port):
        yield port


@contextlib.contextmanager
def redis() -> Iterator[int]:
    """A redis-server that keeps nothing."""
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as folder,
        running("redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder, port=port),
    ):
        yield port


@contextlib.contextmanager
def elasticsearch(home: Path) -> Iterator[int]:
    """The embedded Elasticsearch 9."""
    port = free_port()
    arguments = ("-m", "finder.cli", "dev", "elasticsearch", "--port", str(port), "--home", str(home))
    with running(sys.executable, *arguments, port=port):
        yield port


def missing_tools() -> list[str]:
    """Programs that the benchmark needs and that are not on this machine, with how to get them."""
    tools = {"wrk": "wrk", "redis-server": "redis-server", "redis-benchmark": "redis-tools"}
    return [f"{tool}: apt-get install {package}" for tool, package in tools.items() if not shutil.which(tool)]
