"""A trip as it is drawn in a terminal: a strip of the road, a table of stops, gaps and warnings."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from finder.kernel.clock import SHANGHAI

_STOP, _OTHER, _GAP, _ROAD = "●", "○", "╌", "─"
_EVERY_KM = 50
_NUMBERS = ("功率 kW", "分钟 min", "度 kWh", "费用 cost", "空位 free")
_OBJECTIVES = {
    "FEWEST_STOPS": "最少停站 · fewest stops",
    "LEAST_TIME": "最快 · least time",
    "LEAST_MONEY": "最省 · least money",
}


def strip(trip: dict[str, Any], stops: Sequence[dict[str, Any]], width: int) -> Text:
    """The route from left to right: stops and their alternatives, gaps in red, kilometres below."""
    km = max(trip["km"], 0.1)

    def at(where: float) -> int:
        return int(min(width - 1, max(0, round(where / km * (width - 1)))))

    line: list[tuple[str, str]] = [(_ROAD, "dim")] * width
    for gap in trip["gaps"]:
        for n in range(at(gap["fromKm"]), at(gap["toKm"]) + 1):
            line[n] = (_GAP, "red")
    for stop in stops:
        if stop["alternative"]:
            line[at(stop["alternative"]["km"])] = (_OTHER, "yellow")
    for stop in stops:
        line[at(stop["km"])] = (_STOP, "bold green")
    line[0], line[-1] = ("├", "bold"), ("┤", "bold")
    drawn = Text()
    for character, style in line:
        drawn.append(character, style)
    return drawn.append("\n").append(_scale(km, width, at), "dim")


def _scale(km: float, width: int, at: Callable[[float], int]) -> str:
    marks = [" "] * width
    step = _EVERY_KM * max(1, round(km / _EVERY_KM / 10))
    for each in range(0, int(km) + 1, step):
        word = f"{each}"
        begin = min(at(each), width - len(word))
        if all(mark == " " for mark in marks[max(0, begin - 1) : begin + len(word)]):
            marks[begin : begin + len(word)] = word
    return "".join(marks)


def table(plan: dict[str, Any]) -> Table:
    """A row for each stop and one for the end."""
    cost = "未知 · unknown" if plan["costFen"] is None else _yuan(plan["costFen"])
    rows = Table(title=f"[bold]{_OBJECTIVES[plan['objective']]}[/]   {cost}", title_justify="left")
    for name in ("公里 km", "到达 at", "电量 charge"):
        rows.add_column(name, justify="right", no_wrap=True)
    rows.add_column("停靠 stop")
    for name in _NUMBERS:
        rows.add_column(name, justify="right", no_wrap=True)
    rows.add_column("备选 instead")
    for stop in plan["stops"]:
        rows.add_row(
            f"{stop['km']:.0f}",
            _clock(stop["arrivesAt"], plan["leavesAt"]),
            f"{stop['arrivalSoc']:.0%} → {stop['leaveSoc']:.0%}",
            escape(stop["station"]["name"]) + _detour(stop["detourKm"]),
            f"{stop['powerKw']:g}",
            f"{stop['chargingMinutes']:.0f}",
            f"{stop['kwh']:.1f}",
            _yuan(stop["costFen"]),
            _share(stop["chance"]),
            _instead(stop["alternative"]),
        )
    arrives = ("终点 · the end", "", "", "", cost, "", "")
    rows.add_row(
        f"{plan['km']:.0f}",
        _clock(plan["arrivesAt"], plan["leavesAt"]),
        f"{plan['arrivalSoc']:.0%}",
        *arrives,
        style="bold",
    )
    return rows


def show(trip: dict[str, Any], console: Console) -> None:
    """Prints the whole trip."""
    parts: list[RenderableType] = []
    if trip["credit"]:
        parts.append(Text(f"路线 · route: {trip['credit']}", style="dim"))
    if trip["typicalCar"]:
        parts.append(
            Text(
                "车辆参数为同类车的典型值，并非某一车型 · figures typical of the class, of no model in particular",
                "dim",
            )
        )
    parts.append(Text(_facts(trip), style="dim"))
    width = max(20, min(console.width - 2, 100))
    for plan in trip["plans"]:
        parts += [strip(trip, plan["stops"], width), table(plan), Text()]
    if not trip["plans"]:
        parts.append(strip(trip, (), width))
    for gap in trip["gaps"]:
        span = f"{gap['fromKm']:.0f}–{gap['toKm']:.0f} km（{gap['km']:.0f} km）"
        parts.append(Text(f"╌ 无充电站 · no charger that suits: {span}", style="red"))
    for warning in trip["warnings"]:
        parts.append(Text(f"! {warning['message']}", style="yellow"))
    console.print(Group(*parts), highlight=False)


def _clock(moment: str, leaves: str) -> str:
    """The time of day, with the days since one left where it is another day."""
    at, left = (datetime.fromisoformat(each).astimezone(SHANGHAI) for each in (moment, leaves))
    days = (at.date() - left.date()).days
    return f"{at:%H:%M}" + (f" +{days}" if days else "")


def _facts(trip: dict[str, Any]) -> str:
    """How far, and how much up and down."""
    far = f"全程 {trip['km']:.0f} km"
    if trip["climbM"] is None:
        return f"{far} · 爬升未知 climb unknown"
    return f"{far} · 爬升 climb {trip['climbM']:.0f} m · 下降 descent {trip['descentM']:.0f} m"


def _yuan(fen: int | None) -> str:
    return "未知" if fen is None else f"¥{fen // 100}.{fen % 100:02}"


def _share(chance: float | None) -> str:
    return "?" if chance is None else f"{chance:.0%}"


def _detour(km: float | None) -> str:
    return f" [dim]+{km:.1f} km[/]" if km is not None and km >= 0.1 else ""


def _instead(other: dict[str, Any] | None) -> str:
    if other is None:
        return "[red]无 · none[/]"
    return f"{escape(other['station']['name'])} [dim]{other['km']:.0f} km[/]"
