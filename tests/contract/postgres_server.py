"""A real PostgreSQL for tests: the one that is named, or one of our own that lives in a folder."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parent.parent.name))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def _run(user: str | None, command: Sequence[str | Path]) -> None:
    # PostgreSQL refuses to run as root, as CI containers do.
    prefix = ["runuser", "-u", user, "--"] if user else []
    done = subprocess.run([*prefix, *map(str, command)], capture_output=True, text=True, cwd="/", timeout=120)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stdout[-800:]}{done.stderr[-800:]}")


class Server:
    """A PostgreSQL in a folder, which can die and be begun again over the same data."""

    def __init__(self, binaries: Path, folder: Path, *, durable: bool) -> None:
        self._user = "postgres" if os.geteuid() == 0 else None
        self._binaries, self._folder, self._port = binaries, folder, _free_port()
        self._data = folder / "data"
        self._options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        self._options += "" if durable else " -c fsync=off"
        if self._user:
            os.chown(folder, pwd.getpwnam(self._user).pw_uid, -1)
        initial = ["-U", "finder", "-A", "trust", "-E", "UTF8", "--no-sync"]
        _run(self._user, [binaries / "initdb", "-D", self._data, *initial])
        self.url = f"postgresql://finder@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Returns when it answers; after a crash it has recovered then."""
        self._control("-l", self._folder / "log", "-w", "-o", self._options, "start")

    def stop(self) -> None:
        """At once, where it runs."""
        if (self._data / "postmaster.pid").exists():
            self._control("-w", "-m", "immediate", "stop")

    def kill(self) -> None:
        """kill -9 of all of it, as a machine that loses its power; returns when it is gone."""
        first = int((self._data / "postmaster.pid").read_text().split()[0])
        processes = [first, *_children(first)]
        for each in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        while any(_alive(each) for each in processes):
            time.sleep(0.01)
        # Where nobody reaps the dead, its number would look taken; after a loss of power it is free.
        for lock in (self._data / "postmaster.pid", self._folder / f".s.PGSQL.{self._port}.lock"):
            lock.unlink(missing_ok=True)

    def _control(self, *words: str | Path) -> None:
        _run(self._user, [self._binaries / "pg_ctl", "-D", self._data, *words])


def _children(process: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _alive(process: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def _found() -> Path:
    binaries = _binaries()
    if binaries is None:
        why = "no PostgreSQL: install it, or name one in FINDER_TEST_POSTGRES_URL"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(why)
        pytest.skip(why)
    return binaries


@contextlib.contextmanager
def own_postgres(*, durable: bool = False) -> Iterator[Server]:
    """A server of one's own, running; skips where there is none, but fails in CI."""
    binaries = _found()
    with tempfile.TemporaryDirectory(prefix="finder-postgres-", ignore_cleanup_errors=True) as folder:
        server = Server(binaries, Path(folder), durable=durable)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """The URL of a server, the one that is named or our own. `durable` makes a commit wait for the disk."""
    if named := os.environ.get("FINDER_TEST_POSTGRES_URL"):
        yield named
        return
    with own_postgres(durable=durable) as server:
        yield server.url
