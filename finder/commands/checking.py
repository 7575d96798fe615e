"""How the commands hold the kit against an operator of the file, live, or against a recording."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from finder.cities import load_city
from finder.commands.listen import listening
from finder.connectors.sdk.check.evidence import Evidence, Hints
from finder.connectors.sdk.check.probe import Build, Plan, Probe
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import OperatorConnector, StationSource
from finder.connectors.sdk.record import FORMAT, Header, Recording, replay, scrubbed_entry, write_recording
from finder.connectors.sdk.scrub import Scrubber, SecretsGiven, marked_secrets
from finder.errors import BadInput, NotFound, SettingsError
from finder.federation.operators import build_connector, kinds, read_operators, secrets_of
from finder.kernel.geo import Point
from finder.live.model import Status
from finder.sandbox.serve import HOST
from finder.settings import Settings
from finder.stations.model import Station

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks of a live check."""

    source: str
    plan: Plan = field(default_factory=Plan)
    known: Sequence[str] = ()  # EVSE=STATUS
    places: Sequence[str] = ()  # STATION=LAT,LON
    compare: str | None = None
    listen_s: float = 0.0
    port: int = 0


@contextmanager
def progress(console: Console, what: str, total: int | None = None) -> Iterator[Callable[..., None]]:
    """A bar on standard error that leaves nothing behind; call it with what is being done, and how far it is."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=total)
        steps = 0

        def say(step: str, done: int | None = None, of: int | None = None) -> None:
            nonlocal steps
            steps += 1
            bar.update(task, description=f"{what} · {step}"[:70], completed=steps if done is None else done, total=of)

        yield say


def entry_of(settings: Settings, source: str) -> tuple[Path, dict[str, Any]]:
    """The operators' file and its entry for this source. Raises SettingsError or NotFound."""
    if settings.operators_file is None:
        raise SettingsError(
            "请用 FINDER_OPERATORS_FILE 或 --file 指定运营商文件",
            "name the operators' file: FINDER_OPERATORS_FILE or --file",
        )
    entries = read_operators(settings.operators_file)
    for entry in entries:
        if entry.get("source") == source:
            return settings.operators_file, entry
    known = ", ".join(str(entry.get("source")) for entry in entries) or "—"
    raise NotFound(
        f"运营商文件中没有 source = {source!r}；现有：{known}",
        f"the operators' file has no source = {source!r}; it has: {known}",
        code="NO_SUCH_OPERATOR",
    )


def built(entry: Mapping[str, Any]) -> Build:
    """Builds the connector that an entry asks for. What it returns raises SettingsError."""

    def build(bench: Workbench) -> OperatorConnector:
        try:
            return build_connector(entry, bench)
        except (ValueError, BadInput) as bad:
            raise SettingsError(
                f"该运营商的配置无法使用：{bad}", f"this operator's entry cannot be used: {bad}"
            ) from None

    return build


def hints_of(settings: Settings, asked: Asked, others: Sequence[Station] = ()) -> Hints:
    """What is known besides. Raises BadInput for what cannot be read."""
    city = load_city(settings.city)
    return Hints(
        city.centre,
        city.places_within_km,
        dict(_known(text) for text in asked.known),
        dict(_place(text) for text in asked.places),
        others,
    )


def _known(text: str) -> tuple[str, Status]:
    evse_id, _, status = text.rpartition("=")
    if not evse_id or status not in Status.__members__:
        raise BadInput(
            f"--known {text!r} 应写作 EVSE=状态，状态为 {', '.join(Status)}",
            f"--known {text!r} must be EVSE=STATUS, one of {', '.join(Status)}",
        )
    return evse_id, Status(status)


def _place(text: str) -> tuple[str, Point]:
    station_id, _, place = text.rpartition("=")
    lat, _, lon = place.partition(",")
    try:
        return station_id, Point(float(lat), float(lon))
    except (ValueError, BadInput):
        raise BadInput(
            f"--place {text!r} 应写作 站点=纬度,经度（WGS-84）", f"--place {text!r} must be STATION=LAT,LON in WGS-84"
        ) from None


async def look(settings: Settings, asked: Asked, say: Say) -> tuple[Evidence, Header, Scrubber]:
    """Asks the live operator for everything. Raises SettingsError, BadInput, NotFound; OSError for a taken port."""
    file, entry = entry_of(settings, asked.source)
    given = SecretsGiven(secrets_of(os.environ))
    bench = Workbench(given, folder=file.parent, public_url=settings.base_url)
    others = await _others(settings, asked.compare, say) if asked.compare else ()
    plan = asked.plan
    if plan.start and not plan.order:
        order = f"CK{datetime.now(UTC):%y%m%d%H%M%S}"  # T/CEC 102 has room for 18 characters
        plan = msgspec.structs.replace(plan, order=order)
    probe = Probe(built(entry), bench, hints=hints_of(settings, asked, others), say=say)
    async with AsyncExitStack() as closing:
        closing.push_async_callback(probe.close)
        if asked.listen_s:
            url = await closing.enter_async_context(listening(asked.source, probe.push, bench.clock, HOST, asked.port))
        await probe.run(plan)
        if asked.listen_s:
            say(f"{url}/push/{asked.source}/… {asked.listen_s:.0f} s")
            await asyncio.sleep(asked.listen_s)
        evidence = probe.gather()
    secrets = given.given | _marked(entry)
    header = Header(
        format=FORMAT,
        protocol=str(entry["protocol"]),
        entry=scrubbed_entry(entry, secrets),
        began_at=evidence.began_at,
        plan=plan,
    )
    return evidence, header, Scrubber(secrets.values())


def _marked(entry: Mapping[str, Any]) -> dict[str, str]:
    kind = kinds()[str(entry["protocol"])]
    told = {name: value for name, value in entry.items() if name != "protocol"}
    return marked_secrets(msgspec.convert(told, kind.config))


async def _others(settings: Settings, source: str, say: Say) -> list[Station]:
    file, entry = entry_of(settings, source)
    say(f"catalogue of {source}")
    connector = built(entry)(Workbench(secrets_of(os.environ), folder=file.parent))
    try:
        if not isinstance(connector, StationSource):
            return []
        return [station async for page in connector.stations(None) for station in page.stations]
    finally:
        await connector.close()


def build_recorded(recording: Recording) -> Build:
    """Builds the connector that a recording was made of. What it returns raises SettingsError."""
    return built({"protocol": recording.header.protocol, **recording.header.entry})


async def look_back(settings: Settings, recording: Recording, asked: Asked, say: Say) -> Evidence:
    """What the connector makes of its recording. Raises SettingsError or BadInput."""
    return (await replay(recording, build_recorded(recording), hints_of(settings, asked), say)).evidence


def golden_beside(recording: Path) -> Path:
    """Where what a recording yields is kept."""
    return recording.with_suffix(".golden.json")


def _must_be_new(path: Path) -> None:
    for each in (path, golden_beside(path)):
        if each.exists():
            raise SettingsError(
                f"{each} 已存在，不会覆盖：请换一个文件名", f"{each} exists and is not overwritten: choose another name"
            )
    if not path.parent.is_dir():
        raise SettingsError(f"文件夹 {path.parent} 不存在", f"there is no folder {path.parent}")


async def keep(settings: Settings, asked: Asked, path: Path, say: Say) -> tuple[int, Evidence]:
    """Records a live operator into `path`, which must not exist; the lines, and the evidence. Raises SettingsError."""
    await asyncio.to_thread(_must_be_new, path)
    evidence, header, scrubber = await look(settings, asked, say)
    try:
        return write_recording(path, header, evidence, scrubber), evidence
    except OSError as bad:
        raise SettingsError(f"无法写入 {path}：{bad.strerror}", f"{path} cannot be written: {bad.strerror}") from bad


def with_file(settings: Settings, file: Path | None) -> Settings:
    """The settings with the operators' file of the command line."""
    return settings if file is None else settings.model_copy(update={"operators_file": file})
