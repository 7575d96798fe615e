"""What a driver should know before setting off, each with a code and a sentence in two languages."""

from collections.abc import Iterator, Sequence

from finder.roads.model import GAP_KM, Gap, Road
from finder.roads.problem import Problem
from finder.roads.trip import Plan, Warn
from finder.roads.weather import WINTER_C, driving_factor, is_winter

STEEP_M = 1_000.0  # climbs that sum to more are told of


def warnings(problem: Problem, plans: Sequence[Plan], gaps: Sequence[Gap], stuck_km: float | None) -> list[Warn]:
    """The most pressing first."""
    return [
        *_stuck(stuck_km),
        *_winter(problem),
        *_gaps(gaps),
        *_breaks(problem),
        *_heights(problem),
        *_prices(plans),
        *_taken(plans),
    ]


def about_road(road: Road | None, off_road_km: float | None) -> Iterator[Warn]:
    """That a road was taken for want of a router, and that its line is not the carriageway's, and how far off."""
    if road is not None and off_road_km is not None:
        name = road.name_en or road.ref or road.name
        yield Warn(
            "ALONG_ROAD",
            f"本站未配置路线服务，按{road.name}规划；起点、终点到该路合计约 {off_road_km:.0f} 公里未计入",
            f"no routing service is set up here: planned along {name}; the ways between it and both ends, about "
            f"{off_road_km:.0f} km together, are not counted",
        )
    if road is not None and road.origin.approximate:
        metres = road.origin.accuracy_m
        yield Warn(
            "APPROXIMATE",
            f"这条道路的线形只是近似的，可能偏离实际路面 {metres:,.0f} 米：里程和绕行距离仅供参考",
            f"this road's line is approximate and may lie {metres:,.0f} m from the carriageway: kilometres and detours "
            "are rough",
        )


def _stuck(stuck_km: float | None) -> Iterator[Warn]:
    if stuck_km == 0.0:
        yield Warn(
            "OUT_OF_REACH",
            "以此电量到不了终点，也够不到任何合适的充电站；请先在出发地充电，或降低保留电量、换一条路",
            "neither the end nor any charger that suits is within reach: charge before leaving, keep less in reserve, "
            "or take another road",
        )
    elif stuck_km is not None:
        yield Warn(
            "OUT_OF_REACH",
            f"以此电量到不了终点：第 {stuck_km:.0f} 公里之后没有够得着的合适充电站；"
            "请提高出发电量、降低保留电量或换一条路",
            f"the end is out of reach: beyond km {stuck_km:.0f} no charger that suits can be reached; start with more "
            "charge, keep a smaller reserve, or take another road",
        )


def _winter(problem: Problem) -> Iterator[Warn]:
    celsius, said = problem.celsius, problem.ask.celsius is not None
    if not said and is_winter(problem.ask.leaves_at):
        yield Warn(
            "WINTER_ASSUMED",
            f"未给出气温，按冬季 {celsius:.0f} ℃ 规划：电耗约为常温的 {driving_factor(celsius):.1f} 倍，充电也更慢",
            f"nobody said how cold it is: planned for a winter's {celsius:.0f} °C, at {driving_factor(celsius):.1f} "
            "times the consumption of mild weather, and with slower charging",
        )
    elif celsius <= WINTER_C:
        yield Warn(
            "WINTER",
            f"{celsius:.0f} ℃：电耗约为常温的 {driving_factor(celsius):.1f} 倍，充电更慢；请预热电池和车厢，多留电量",
            f"{celsius:.0f} °C: consumption is about {driving_factor(celsius):.1f} times that of mild weather and "
            "charging is slower; warm battery and cabin before leaving, and keep more in reserve",
        )


def _gaps(gaps: Sequence[Gap]) -> Iterator[Warn]:
    if gaps:
        longest = max(gaps, key=lambda gap: gap.km)
        yield Warn(
            "GAP",
            f"途中有 {len(gaps)} 段超过 {GAP_KM:.0f} 公里没有合适的充电站，"
            f"最长 {longest.km:.0f} 公里（第 {longest.from_km:.0f} 至 {longest.to_km:.0f} 公里）",
            f"{_stretches(len(gaps))} of more than {GAP_KM:.0f} km without a charger that suits; the longest is "
            f"{longest.km:.0f} km, from km {longest.from_km:.0f} to {longest.to_km:.0f}",
        )


def _breaks(problem: Problem) -> Iterator[Warn]:
    """Each is told: no gap is counted there, but neither does anybody know what is there."""
    for each in problem.ask.course.breaks:
        km = each.to_km - each.from_km
        yield Warn(
            "ROAD_BREAK",
            f"道路在第 {each.from_km:.0f} 至 {each.to_km:.0f} 公里之间中断：按直线 {km:.0f} 公里计入，"
            "实际路程更长，沿途充电站未知；请另查路线，多留电量",
            f"the road is interrupted from km {each.from_km:.0f} to {each.to_km:.0f}: counted as {km:.0f} km straight, "
            "while the way round is longer and its chargers are not known; look up that way and keep more in reserve",
        )


def _stretches(count: int) -> str:
    return "1 stretch" if count == 1 else f"{count} stretches"


def _heights(problem: Problem) -> Iterator[Warn]:
    heights = problem.ask.course.heights_m
    if heights is None:
        yield Warn(
            "HEIGHTS_UNKNOWN",
            "不知道沿途海拔，未计爬坡；山路请多留电量",
            "heights along the way are not known and no climb is counted: keep more in reserve in the mountains",
        )
        return
    climb = sum(part.climb_m or 0.0 for part in problem.road)
    if climb > STEEP_M:
        yield Warn(
            "CLIMB",
            f"全程累计爬升约 {climb:.0f} 米，已计入电耗",
            f"about {climb:.0f} m of climbs on the way, which are counted",
        )


def _prices(plans: Sequence[Plan]) -> Iterator[Warn]:
    if any(plan.cost is None for plan in plans):
        yield Warn(
            "PRICE_UNKNOWN",
            "有充电站未公布电价，总费用未知；已知部分另列",
            "a station on the way tells no price, so the total is not known; what is known is told apart",
        )


def _taken(plans: Sequence[Plan]) -> Iterator[Warn]:
    names = {stop.candidate.station.name for plan in plans for stop in plan.stops if stop.chance == 0.0}
    if names:
        listed = "、".join(sorted(names))
        yield Warn(
            "NO_BAY",
            f"目前没有可用车位：{listed}；请留意备选站",
            f"no bay is in order or free now at {listed}: mind the alternative",
        )
