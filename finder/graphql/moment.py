"""The one moment at which an answer is true: the clock, the board as read once, the reader's language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from finder.errors import TooLarge
from finder.graphql.ports import Feeds, Gateway
from finder.kernel.clock import minute_of_week
from finder.live.board import LiveBoard
from finder.live.model import Reading
from finder.stations.model import EvseId, SourceId


class Moment:
    """Reads the clock once and each EVSE at most once, so that one answer never contradicts itself."""

    __slots__ = ("_board", "_feeds", "_minutes", "_names", "_readings", "language", "minute_of_week", "now")

    def __init__(self, board: LiveBoard, feeds: Feeds, now: datetime, language: str) -> None:
        self._board = board
        self._feeds = feeds
        self._names: dict[SourceId, str] | None = None
        self.now = now
        self.language = language
        self.minute_of_week = minute_of_week(now)
        self._minutes: dict[str, int] = {}
        self._readings: dict[EvseId, Reading] = {}

    def reading(self, evse_id: EvseId) -> Reading:
        """What may be believed of the EVSE."""
        known = self._readings.get(evse_id)
        if known is None:
            known = self._readings[evse_id] = self._board.read(evse_id)
        return known

    def feed_name(self, source: SourceId) -> str:
        """As people call the feed; its id where nobody named it."""
        if self._names is None:
            self._names = {feed.source: feed.name for feed in self._feeds.feeds()}
        return self._names.get(source, source)

    def minute_of_day(self, zone: str) -> int:
        """Minutes of the local day in that IANA zone."""
        known = self._minutes.get(zone)
        if known is None:
            local = self.now.astimezone(ZoneInfo(zone))
            known = self._minutes[zone] = local.hour * 60 + local.minute
        return known


MAX_SHOWN = 100_000  # fields of one answer: those of the query times the length of its pages


class Context:
    """What resolvers see of a request."""

    __slots__ = ("_fields", "_shown", "gateway", "language", "moment")

    def __init__(self, gateway: Gateway, language: str, fields: int = 1) -> None:
        self.gateway = gateway
        self.language = language
        self._fields = fields
        self._shown = 0
        self.renew()

    def renew(self) -> None:
        """Begins another moment, for the next answer of a subscription."""
        gateway = self.gateway
        self.moment = Moment(gateway.board, gateway.feeds, gateway.clock(), self.language)

    def spend(self, first: int) -> None:
        """Counts a page of that length towards the answer's size. Raises TooLarge."""
        self._shown += self._fields * max(first, 0)
        if self._shown > MAX_SHOWN:
            raise TooLarge(
                "回答过大：请减少 first 或查询的字段",
                "the answer would be too large: ask for fewer fields or a smaller first",
                code="ANSWER_TOO_LARGE",
            )
