"""Prices for trips: the tariff of that hour, and a stop's cost as a quote would say it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from finder.charging.quote import Needs, QuoteAsk, quote
from finder.charging.spans import spans
from finder.errors import BadInput
from finder.kernel.money import Money
from finder.roads.trip import Candidate, PricePiece
from finder.stations.model import Current


class TariffPrices:
    """See roads.trip.Pricing. Parking is not in a price: who can say what it costs is the station's own text."""

    def pieces(self, candidate: Candidate, since: datetime, minutes: int) -> Sequence[PricePiece]:
        """Electricity and service together."""
        tariff = candidate.station.tariff_of(candidate.connector)
        if tariff is None or not tariff.periods:
            return [PricePiece(0, None)]
        return [
            PricePiece(
                int((span.starts_at - since).total_seconds() // 60),
                None if span.period is None else span.period.electricity.e4 + span.period.service.e4,
            )
            for span in spans(tariff, since, since + timedelta(minutes=minutes))
        ]

    def cost(self, candidate: Candidate, starts_at: datetime, ends_at: datetime, kwh: Decimal) -> Money | None:
        """Electricity and service, by the quote's own sum."""
        hours = (ends_at - starts_at).total_seconds() / 3600
        if kwh <= 0 or hours <= 0:
            return None
        power = float(kwh) / hours
        needs = Needs(dc_kw=power) if candidate.connector.current is Current.DC else Needs(ac_kw=power)
        ask = QuoteAsk(candidate.station, candidate.evse, candidate.connector, starts_at, energy_kwh=kwh, needs=needs)
        try:
            told = quote(ask, starts_at)  # as if one asked on arriving: a trip may reach further ahead than a quote
        except BadInput:
            return None
        if told.electricity is None or told.service is None:
            return None
        return Money(told.electricity.fen + told.service.fen)
