"""The picture as a table for a spreadsheet."""

from finder.money.spreadsheet import table
from finder.supervision.picture.model import Count, Picture

COLUMNS = (
    *("at", "county_code", "county", "operator", "operator_name", "stations", "evses"),
    *("available", "charging", "occupied", "blocked", "reserved", "faulted", "offline", "unknown", "stale"),
    *("usable_share", "told_share", "oldest_age_s", "kw", "kw_evses", "rated_kw_charging", "quality_score", "practice"),
)


def to_csv(picture: Picture) -> str:
    """A line for each county and operator; an empty cell is unknown. No cell is run as a formula."""
    counties = {county.code: county.name for county in picture.counties}
    operators = {operator.id: operator for operator in picture.operators}
    at = picture.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = []
    for line in picture.lines:
        operator = operators.get(line.operator)
        rows.append(
            [
                *(at, line.county, counties.get(line.county, ""), line.operator, operator.name if operator else ""),
                *_cells(line.count, picture),
                *(None if operator is None else operator.score, int(operator is not None and operator.practice)),
            ]
        )
    return table(COLUMNS, rows)


def _cells(count: Count, picture: Picture) -> list[object]:
    oldest = None if count.oldest_at is None else max(0, round((picture.at - count.oldest_at).total_seconds()))
    return [
        *(count.stations, count.evses, count.available, count.charging, count.occupied, count.blocked),
        *(count.reserved, count.faulted, count.offline, count.unknown, count.stale),
        *(_share(count.usable_share), _share(count.told_share), oldest),
        *(count.kw if count.kw_evses else None, count.kw_evses, round(count.rated_kw, 1)),
    ]


def _share(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
