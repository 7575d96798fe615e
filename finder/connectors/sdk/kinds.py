"""Kinds of connectors: how one is configured and built. Our own and those of other packages are found alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol, cast

import httpx
import msgspec

from finder.connectors.sdk.alarms import AlarmSink, NoAlarms
from finder.connectors.sdk.desk import Desk, NoDesk
from finder.connectors.sdk.http import Caution, operator_client
from finder.connectors.sdk.notebook import MemoryNotebook, Notebook
from finder.connectors.sdk.pile_book import MemoryBook, PileBook
from finder.connectors.sdk.piles import MemoryPiles, PileRegister
from finder.connectors.sdk.ports import OperatorConnector
from finder.connectors.sdk.replays import MemoryReplays, ReplayTable
from finder.errors import SettingsError
from finder.kernel.clock import Clock, system_clock

GROUP = "finder.connectors"  # the entry points' group


def no_secrets(name: str) -> str:
    """A workbench without secrets. Raises SettingsError."""
    raise SettingsError(f"缺少密钥 {name}", f"the secret {name} is missing")


@dataclass(frozen=True, slots=True)
class Workbench:
    """What a connector is given, so that it makes nothing of this for itself."""

    secret: Callable[[str], str] = field(default=no_secrets, repr=False)  # by name; raises SettingsError
    folder: Path = Path()  # where its configuration lies, for files that it names
    clock: Clock = system_clock
    desk: Desk = field(default_factory=NoDesk)
    alarms: AlarmSink = field(default_factory=NoAlarms)
    # Of this process and this clock unless they are given.
    replays: ReplayTable = None  # type: ignore[assignment]
    piles: PileRegister = None  # type: ignore[assignment]
    pile_book: PileBook = field(default_factory=MemoryBook)
    notebook: Notebook = None  # type: ignore[assignment]
    public_url: str = ""  # where operators reach us, without a slash at the end
    client: Callable[[str, Caution], httpx.AsyncClient] = operator_client

    def __post_init__(self) -> None:
        if cast("ReplayTable | None", self.replays) is None:
            object.__setattr__(self, "replays", MemoryReplays(self.clock))
        if cast("PileRegister | None", self.piles) is None:
            object.__setattr__(self, "piles", MemoryPiles(self.clock))
        if cast("Notebook | None", self.notebook) is None:
            object.__setattr__(self, "notebook", MemoryNotebook(self.clock))


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The least that an entry has; `secrets` begins the names of its secrets in the environment."""

    source: str
    name: str
    base_url: str
    secrets: str


class ConnectorKind(Protocol):
    """A protocol or a vendor: the form of its configuration, and how a connector is made of one."""

    @property
    def name(self) -> str:
        """As the operators' file says it: protocol = "…"."""

    @property
    def config(self) -> type[msgspec.Struct]:
        """The form of an entry; it has at least `source` and `name`, and `base_url` where we call."""

    def build(self, config: Any, bench: Workbench) -> OperatorConnector:
        """The connector. Raises SettingsError, BadInput or ValueError for a configuration that cannot be used."""


def find_kinds(own: Mapping[str, ConnectorKind]) -> dict[str, ConnectorKind]:
    """Our own kinds and those that installed packages offer by name. Raises SettingsError for a name used twice."""
    kinds = dict(own)
    for point in entry_points(group=GROUP):
        if point.name in kinds:
            raise SettingsError(
                f"连接器名称 {point.name!r} 重复：请卸载其中一个软件包",
                f"two connectors are called {point.name!r}: uninstall one of the packages",
            )
        kinds[point.name] = point.load()
    return kinds
