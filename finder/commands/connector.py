"""`finder connector`: make one, check it, record it, replay it, grade it."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from finder.errors import SettingsError
from finder.logs import set_up_logs
from finder.settings import Settings, load_settings

connector = typer.Typer(
    no_args_is_help=True,
    help="连接器：新建、检查、录制、回放、评级 · connectors: make, check, record, replay, grade",
)

File = Annotated[Path | None, typer.Option("--file", help="运营商文件，默认 FINDER_OPERATORS_FILE · operators' file")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON · for machines")]
Known = Annotated[list[str] | None, typer.Option("--known", help="EVSE=AVAILABLE：现场的真实状态 · the true status")]
Place = Annotated[list[str] | None, typer.Option("--place", help="站点=纬度,经度 · STATION=LAT,LON, measured there")]
Listen = Annotated[float, typer.Option("--listen", min=0, max=3600, help="接收推送的秒数 · seconds to take pushes")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="接收推送的端口 · port for pushes")]
Start = Annotated[
    str | None, typer.Option("--start", help="真的启停一次充电的 EVSE · an EVSE to really start and stop")
]


@connector.command()
def new(
    name: Annotated[str, typer.Argument(help="小写字母与数字 · lower-case letters and digits: cloudpile")],
    into: Annotated[Path | None, typer.Option(help="空文件夹，默认 finder-NAME · an empty folder")] = None,
) -> None:
    """新建一个连接器软件包 · makes a connector as a package of its own."""
    from finder.connectors.sdk.scaffold.make import make_package
    from finder.federation.operators import kinds

    folder = into or Path(f"finder-{name}")
    made = make_package(name, folder, taken=kinds())
    console = Console()
    console.print(
        f"已在 {folder} 生成 {len(made)} 个文件；下一步见 {folder / 'README.md'}", highlight=False, soft_wrap=True
    )
    console.print(f"{len(made)} files in {folder}; read on in {folder / 'README.md'}", highlight=False, soft_wrap=True)


@connector.command()
def check(
    source: Annotated[
        str | None, typer.Argument(help="运营商文件中的 source · a source of the operators' file")
    ] = None,
    *,
    recording: Annotated[Path | None, typer.Option(help="检查录制文件 · check a recording instead")] = None,
    planted: Annotated[bool, typer.Option("--planted", help="检查工具自检 · the kit against planted faults")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="警告与等级不符也算失败 · warnings fail too")] = False,
    known: Known = None,
    place: Place = None,
    compare: Annotated[str | None, typer.Option(help="与另一来源对照位置 · another source to compare places")] = None,
    listen: Listen = 0.0,
    port: Port = 0,
    start: Start = None,
    file: File = None,
    as_json: Json = False,
) -> None:
    """检查运营商数据，逐条说明如何修正 · what is wrong with an operator's data and how to mend it.

    退出码 · exit status: 0 没有错误 · no errors; 1 有错误 · errors; 2 无法检查 · could not be checked.
    加 --strict 时，警告或自称的等级不符也是 1 · with --strict, warnings and a claimed quality that is not so are 1 too.
    """
    from finder.commands.checking import Asked, look, look_back, progress, with_file
    from finder.connectors.sdk.check.judge import judge
    from finder.connectors.sdk.check.probe import Plan
    from finder.connectors.sdk.check.quality import grade
    from finder.connectors.sdk.check.report import print_quality, print_report
    from finder.connectors.sdk.quality import claim_of
    from finder.connectors.sdk.record import read_recording
    from finder.federation.operators import kinds

    settings = _settings()
    if planted:
        raise typer.Exit(_planted(as_json=as_json))
    if (source is None) == (recording is None):
        raise SettingsError(
            "请给出 SOURCE、--recording 文件或 --planted 之一", "name one of SOURCE, --recording FILE and --planted"
        )
    asked = Asked(source or "", Plan(start=start), known or (), place or (), compare, listen, port)
    with progress(Console(stderr=True), source or str(recording)) as say:
        if recording is not None:
            kept = read_recording(recording)
            protocol = kept.header.protocol
            evidence = asyncio.run(look_back(settings, kept, asked, say))
        else:
            evidence, header, _ = asyncio.run(look(with_file(settings, file), asked, say))
            protocol = header.protocol
    report = judge(evidence)
    quality = grade(report, claim_of(kinds().get(protocol)))
    if as_json:
        _print_json(report.to_builtins() | {"quality": quality.to_builtins()})
    else:
        print_report(report, Console())
        print_quality(quality, Console())
    raise typer.Exit(report.exit_status(strict=strict) or int(strict and bool(quality.broken)))


@connector.command()
def record(
    source: Annotated[str, typer.Argument(help="运营商文件中的 source · a source of the operators' file")],
    out: Annotated[Path, typer.Argument(help="新文件，.jsonl · a new file")],
    listen: Listen = 0.0,
    port: Port = 0,
    start: Start = None,
    file: File = None,
) -> None:
    """录制一个运营商，去除密钥与个人信息 · records an operator, without secrets and people."""
    from finder.commands.checking import Asked, build_recorded, golden_beside, keep, progress, with_file
    from finder.connectors.sdk.check.probe import Plan
    from finder.connectors.sdk.record import golden, read_recording, replay

    asked = Asked(source, Plan(start=start), listen_s=listen, port=port)
    with progress(Console(stderr=True), source) as say:
        lines, _ = asyncio.run(keep(with_file(_settings(), file), asked, out, say))
        recording = read_recording(out)
        replayed = asyncio.run(replay(recording, build_recorded(recording), say=say))
        golden_beside(out).write_bytes(golden(replayed.evidence))
    console = Console()
    console.print(f"{out}：{lines} 行；{out.with_suffix('.golden.json')}：回放所得", highlight=False)
    console.print(f"{out}: {lines} lines; beside it what a replay yields. Read both before you share them.")
    if replayed.unexpected or replayed.unused:
        told = f"{len(replayed.unexpected)} / {len(replayed.unused)}"
        console.print(f"[bold red]回放不一致 · the replay asked otherwise[/]: {told}")
        raise typer.Exit(1)


@connector.command("replay")
def replay_(
    recording: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    golden_out: Annotated[Path | None, typer.Option("--golden", help="写入所得 · write what it yields")] = None,
) -> None:
    """回放录制文件，与所存结果比较 · replays a recording and compares what the connector yields."""
    from finder.commands.checking import build_recorded, golden_beside, progress
    from finder.connectors.sdk.record import golden, read_recording, replay

    _settings()
    kept = read_recording(recording)
    with progress(Console(stderr=True), str(recording)) as say:
        replayed = asyncio.run(replay(kept, build_recorded(kept), say=say))
    yields, console = golden(replayed.evidence), Console()
    for title, keys in (
        ("录制中没有 · not recorded", replayed.unexpected),
        ("未被请求 · not asked for", replayed.unused),
    ):
        for key in keys:
            console.print(f"{title}: {key[:200]}", markup=False, highlight=False, style="red")
    beside = golden_beside(recording)
    same = not beside.is_file() or beside.read_bytes() == yields
    if golden_out is not None:
        golden_out.write_bytes(yields)
    elif not same:
        console.print(f"[red]与 {beside} 不同 · differs from {beside}[/]", highlight=False)
    evidence = replayed.evidence
    told = f"{len(evidence.stations)} stations, {sum(1 for _ in evidence.evses())} EVSE, {len(evidence.pushes)} pushes"
    console.print(told, highlight=False)
    raise typer.Exit(int(bool(replayed.unexpected or replayed.unused) or not (same or golden_out)))


@connector.command("list")
def list_() -> None:
    """已安装的连接器：名称、自称的等级、配置项 · what is installed: name, claimed grade, fields."""
    from finder.connectors.sdk.quality import claim_of
    from finder.federation.operators import kinds

    console = Console()
    for name, kind in sorted(kinds().items()):
        fields = ", ".join(field.name for field in msgspec.structs.fields(kind.config))
        claim = claim_of(kind)
        console.print(f"{name:16} {claim.grade if claim else '—':8} {fields}", highlight=False)


def _settings() -> Settings:
    """Raises SettingsError. Only a connector's own errors reach the terminal, on standard error."""
    set_up_logs("ERROR")
    return load_settings()


def _planted(*, as_json: bool) -> int:
    from finder.commands.checking import progress
    from finder.commands.planted import try_all
    from finder.sandbox.planted import Level

    with progress(Console(stderr=True), "planted") as say:
        tried = asyncio.run(try_all(say))
    faults = [each for each in tried if each.plant is not None]
    clean = [each for each in tried if each.plant is None]
    found = sum(each.found for each in faults)
    if as_json:
        rows = [{"found": each.found, **msgspec.to_builtins(each.plant)} for each in faults]
        _print_json({"planted": rows, "clean": [each.report.to_builtins() for each in clean]})
    console = Console(stderr=as_json)
    for each in faults:
        if not each.found and each.plant is not None:
            console.print(f"[red]未发现 · not found[/]: {each.plant.fault} → {each.plant.rule}", highlight=False)
    for each in clean:
        if not each.found:
            codes = ", ".join(sorted(each.false_alarms))
            console.print(
                f"[red]误报 · found where nothing is wrong[/]: {each.report.source}: {codes}", highlight=False
            )
    over_http = sum(each.plant.level is not Level.DESK for each in faults if each.plant is not None)
    console.print(f"误报 false alarms: {sum(len(each.false_alarms) for each in clean)}", highlight=False)
    console.print(
        f"经 HTTP {over_http} · {over_http} over HTTP, {len(faults) - over_http} at the desk", highlight=False
    )
    console.print(f"planted faults found: {found} of {len(faults)}", highlight=False)
    return int(found < len(faults) or not all(each.found for each in clean))


def _print_json(value: object) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")
