"""`finder pile`: who joins directly, under which password, at which hours and prices."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from finder.errors import BadInput, NotFound, SettingsError
from finder.settings import Settings, load_settings

T = TypeVar("T")
pile = typer.Typer(no_args_is_help=True, help="直连桩：登记、列出、换密码、移除 · piles that join directly")

Source = Annotated[
    str | None, typer.Option(help="运营商文件中 protocol = ocpp 的 source；只有一个时可省略 · a source of piles")
]
Id = Annotated[str, typer.Argument(help="桩编号 · the pile's id, as it calls itself")]


@pile.command()
def add(
    pile_id: Id,
    owner: Annotated[str, typer.Option(help="桩主代号，勿用姓名或电话 · an opaque reference, no name or number")],
    name: Annotated[str, typer.Option(help="地图上的名称 · the name on the map")],
    lat: Annotated[float, typer.Option(help="纬度 WGS-84 · latitude")],
    lon: Annotated[float, typer.Option(help="经度 WGS-84 · longitude")],
    price: Annotated[
        list[str], typer.Option(help="电费+服务费，元/kWh：0.50+0.10，或 22:00-24:00=0.30+0.10 · yuan per kWh")
    ],
    plug: Annotated[list[str] | None, typer.Option(help="接口:功率，从 1 起编号 · type:kW, numbered from 1")] = None,
    hours: Annotated[
        str, typer.Option(help="共享时段：always、never，或“工作日 20:00-24:00” · when it is shared")
    ] = "always",
    address: Annotated[str | None, typer.Option(help="地址 · address")] = None,
    note: Annotated[str | None, typer.Option(help="进入说明 · how to get in")] = None,
    source: Source = None,
) -> None:
    """登记一个桩，或修改其说明；新桩的密码只显示一次 · adds or changes a pile; a new one's password is shown once."""
    from finder.connectors.sdk.piles import Pile
    from finder.kernel.geo import Point

    settings = load_settings()
    chosen = _source(settings, source)
    described = Pile(
        id=pile_id,
        owner=owner,
        name=name,
        place=Point(lat, lon),
        connectors=read_plugs(plug or ["GBT_AC:7"]),
        tariff=read_prices(price),
        hours=read_shared(hours),
        address=address,
        access_note=note,
    )

    async def put(piles: Any) -> str | None:
        await piles.put(chosen, described)
        return None if await piles.password(chosen, pile_id) else await _new_password(piles, chosen, pile_id)

    _tell_how_to_join(settings, chosen, pile_id, _with_register(settings, put))


@pile.command()
def password(pile_id: Id, source: Source = None) -> None:
    """换一个新密码，旧连接随即断开 · sets a new password; a connection under the old one is cut."""
    settings = load_settings()
    chosen = _source(settings, source)

    async def renew(piles: Any) -> str:
        return await _new_password(piles, chosen, pile_id)

    _tell_how_to_join(settings, chosen, pile_id, _with_register(settings, renew))


@pile.command("list")
def list_(source: Source = None) -> None:
    """列出已登记的桩 · what is registered, and which process holds it."""
    settings = load_settings()
    chosen = _source(settings, source)

    async def read(piles: Any) -> list[tuple[Any, str | None]]:
        kept = [each async for page in piles.changed(chosen, None) for each in page.piles]
        held = await piles.holders(chosen, [each.pile.id for each in kept])
        return [(each, held.get(each.pile.id)) for each in kept]

    console = Console()
    for kept, holder in _with_register(settings, read):
        told = kept.pile
        plugs = " ".join(f"{c.type}:{c.power_kw:g}" for c in told.connectors)
        shared = "always" if told.hours is None else (told.hours.text or "") if told.shared else "never"
        line = f"{told.id:20} {told.name}  {plugs}  {shared}  {'✔' if holder else '—'}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)


@pile.command()
def remove(pile_id: Id, source: Source = None) -> None:
    """移除一个桩：密码作废，连接断开，从地图消失 · forgets a pile, its password and its connection."""
    settings = load_settings()
    chosen = _source(settings, source)

    async def forget(piles: Any) -> bool:
        return bool(await piles.remove(chosen, pile_id))

    if not _with_register(settings, forget):
        raise _no_such_pile(pile_id)
    Console().print(f"已移除 {pile_id} · removed", markup=False, highlight=False)


def read_prices(texts: list[str]) -> Any:
    """`0.50+0.10` for the whole day, or `HH:MM-HH:MM=0.50+0.10` for each part of it. Raises BadInput."""
    from finder.kernel.money import unit_price
    from finder.stations.model import Tariff, TariffPeriod

    periods = []
    for text in texts:
        span, _, prices = text.rpartition("=")
        electricity, _, service = prices.partition("+")
        start, _, end = (span or "00:00-24:00").partition("-")
        periods.append(
            TariffPeriod(
                start=_minute(start),
                end=_minute(end),
                electricity=unit_price(electricity.strip()),
                service=unit_price(service.strip() or Decimal(0)),
            )
        )
    return Tariff(id="own", periods=tuple(sorted(periods, key=lambda period: period.start)))


def read_plugs(texts: list[str]) -> tuple[Any, ...]:
    """`GBT_AC:7` for each plug, in their order. Raises BadInput."""
    from finder.connectors.sdk.piles import PileConnector
    from finder.stations.model import ConnectorType

    plugs = []
    for number, text in enumerate(texts, start=1):
        kind, _, power = text.partition(":")
        try:
            plugs.append(PileConnector(number=number, type=ConnectorType(kind.upper()), power_kw=float(power)))
        except ValueError:
            known = ", ".join(ConnectorType)
            raise BadInput(
                f"接口 {text!r} 应写作 类型:功率，例如 GBT_AC:7；类型有 {known}",
                f"a plug {text!r} is written type:kW, for example GBT_AC:7; types are {known}",
                code="PILE_PLUG",
            ) from None
    return tuple(plugs)


def read_shared(text: str) -> Any:
    """The owner's hours: None for always, no spans for never. Raises BadInput."""
    from finder.connectors.tcec102.hours import read_hours
    from finder.stations.model import OpeningHours

    if text.lower() in ("always", "never"):
        return None if text.lower() == "always" else OpeningHours(spans=())
    if (read := read_hours(text)) is None:
        raise BadInput(
            f"无法识别共享时段 {text!r}，例如：工作日 20:00-24:00，周末全天",
            f"the hours {text!r} cannot be read; for example 20:00-24:00, or 工作日 20:00-24:00 for working days",
            code="PILE_HOURS",
        )
    return read


def _minute(text: str) -> int:
    hours, _, minutes = text.strip().partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and len(hours) <= 2 and len(minutes) == 2 and int(minutes) < 60):
        raise BadInput(f"时刻 {text!r} 应写作 HH:MM", f"a time {text!r} is written HH:MM", code="PILE_PRICE")
    return int(hours) * 60 + int(minutes)


def _with_register(settings: Settings, work: Callable[[Any], Awaitable[T]]) -> T:
    from finder.app import choose_database
    from finder.federation.piles import SqlPiles
    from finder.kernel.clock import system_clock

    async def run() -> T:
        database = choose_database(settings)
        try:
            return await work(SqlPiles(database, system_clock))
        finally:
            await database.close()

    return asyncio.run(run())


async def _new_password(piles: Any, source: str, pile_id: str) -> str:
    from finder.connectors.ocpp.passwords import hash_password, new_password

    made = new_password()
    if not await piles.set_password(source, pile_id, hash_password(made)):
        raise _no_such_pile(pile_id)
    return made


def _source(settings: Settings, asked: str | None) -> str:
    """The source that was asked for, or the only one that there is. Raises SettingsError."""
    from finder.federation.operators import sources_of

    file: Path | None = settings.operators_file
    known = sources_of(file, "ocpp")
    if asked is None and len(known) == 1:
        return known[0]
    if asked is not None and asked in known:
        return asked
    raise SettingsError(
        f'请用 --source 指明：运营商文件（FINDER_OPERATORS_FILE）中 protocol = "ocpp" 的有 {", ".join(known) or "无"}',
        f'name it with --source: protocol = "ocpp" in the operators\' file (FINDER_OPERATORS_FILE) has '
        f"{', '.join(known) or 'none'}",
    )


def _tell_how_to_join(settings: Settings, source: str, pile_id: str, made: str | None) -> None:
    scheme, _, rest = settings.base_url.partition("://")
    url = f"{'wss' if scheme == 'https' else 'ws'}://{rest}/ocpp/{source}"
    lines = [f"地址 URL       {url}", f"完整地址 full  {url}/{pile_id}", f"用户名 user    {pile_id}"]
    if made is not None:
        lines += [f"密码 password  {made}", "", "密码只显示这一次，请立即录入桩中。· The password is shown this once."]
    else:
        lines += ["", "密码不变；要换密码用 finder pile password。· The password stays."]
    console = Console()
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _no_such_pile(pile_id: str) -> NotFound:
    return NotFound(f"没有充电桩 {pile_id}", f"there is no pile {pile_id}", code="NO_SUCH_PILE")
