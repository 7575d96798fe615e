"""The kit's rules, by what they judge."""

from finder.connectors.sdk.check.rule import Rule
from finder.connectors.sdk.check.rules import (
    bills,
    catalogue,
    paging,
    places,
    prices,
    pushes,
    sessions,
    status,
    texts,
    wire,
)

RULES: tuple[Rule, ...] = (
    *wire.RULES,
    *paging.RULES,
    *catalogue.RULES,
    *places.RULES,
    *texts.RULES,
    *prices.RULES,
    *status.RULES,
    *pushes.RULES,
    *sessions.RULES,
    *bills.RULES,
)
