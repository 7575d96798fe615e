"""The one moment at which an answer is true: the clock, the board as read once, the reader's language."""

from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from strawberry.dataloader import DataLoader

from finder.cases.desk import CaseDesk
from finder.cases.model import Case
from finder.charging.accounting import Accounting
from finder.charging.agreements import Agreements
from finder.charging.plugs import Plugs
from finder.errors import TooLarge, Unavailable
from finder.graphql.ports import Feeds, Gateway, Till
from finder.identity.accounts import Accounts
from finder.identity.asker import NOBODY, Asker
from finder.identity.roles import Caller
from finder.kernel.clock import minute_of_week
from finder.live.lately import Lately, StationNow
from finder.live.model import Hearsay, Reading
from finder.notices.notices import Notices
from finder.reports.bays import BayReports
from finder.stations.model import Evse, SourceId, Station
from finder.voices.model import Summaries
from finder.voices.room import Voices


class Moment:
    """Reads the clock once, so that one answer never contradicts itself; how stations are it asks of Lately."""

    __slots__ = ("_feeds", "_last", "_lately", "_minutes", "_names", "experiences", "language", "now", "second")

    def __init__(
        self,
        lately: Lately,
        feeds: Feeds,
        now: datetime,
        language: str,
        experiences: Summaries = MappingProxyType({}),
    ) -> None:
        self._lately = lately
        self._feeds = feeds
        self._last: StationNow | None = None
        self._names: dict[SourceId, str] | None = None
        self._minutes: dict[str, int] = {}
        self.experiences = experiences
        self.now = now
        self.second = int(now.timestamp())
        self.language = language

    @property
    def minute_of_week(self) -> int:
        """Minutes since Monday 00:00, Beijing time."""
        return minute_of_week(self.now)

    def station(self, station: Station) -> StationNow:
        """How the station is at this moment."""
        self._last = now = self._lately.station(station, self.now)
        return now

    def reading(self, evse: Evse) -> Reading:
        """What may be believed of an EVSE; as its station was counted, where that was asked just before."""
        last = self._last
        if last is not None and evse.id in last.evse_ids:
            return last.readings[last.evse_ids.index(evse.id)]
        return self._lately.board.read(evse.id)

    def said_once(self, evse: Evse) -> Hearsay | None:
        """What one citizen said of a bay, and nothing bears out."""
        said = self._lately.once.get(evse.id)
        return said if said is not None and said.until >= self.now else None

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

    __slots__ = ("_caller", "_case_of", "_fields", "_lately", "_shown", "asker", "gateway", "language", "moment")

    def __init__(self, gateway: Gateway, lately: Lately, language: str, fields: int = 1, asker: Asker = NOBODY) -> None:
        self.gateway = gateway
        self._lately = lately
        self.language = language
        self._fields = fields
        self._shown = 0
        self._caller: Caller | None = None
        self._case_of: DataLoader[str, Case | None] | None = None
        self.asker = asker
        self.renew()

    def renew(self) -> None:
        """Begins another moment, for the next answer of a subscription."""
        gateway = self.gateway
        shown = {} if gateway.voices is None else gateway.voices.shown.summaries
        self.moment = Moment(self._lately, gateway.feeds, gateway.clock(), self.language, shown)

    def spend(self, first: int) -> None:
        """Counts a page of that length towards the answer's size. Raises TooLarge."""
        self._shown += self._fields * max(first, 0)
        if self._shown > MAX_SHOWN:
            raise TooLarge(
                "回答过大：请减少 first 或查询的字段",
                "the answer would be too large: ask for fewer fields or a smaller first",
                code="ANSWER_TOO_LARGE",
            )

    @property
    def accounts(self) -> Accounts:
        """The rooms of people's accounts. Raises Unavailable where this deployment has none."""
        if self.gateway.accounts is None:
            raise Unavailable(
                "本站未开通账户；查找充电站无需账户",
                "there are no accounts here; the finder needs none",
                code="NO_ACCOUNTS",
            )
        return self.gateway.accounts

    @property
    def till(self) -> Till:
        """Where orders are. Raises Unavailable where this deployment takes none."""
        if self.gateway.till is None:
            raise Unavailable(
                "本站暂不能启动充电，请使用运营商自己的应用",
                "charging cannot be started from here: use the operator's own application",
                code="NO_ORDERS",
            )
        return self.gateway.till

    @property
    def agreements(self) -> Agreements:
        """Payment agreements. Raises Unavailable where this deployment has none."""
        if self.gateway.agreements is None:
            raise _no_payments()
        return self.gateway.agreements

    @property
    def plugs(self) -> Plugs:
        """Charging by the plug. Raises Unavailable where this deployment has none."""
        if self.gateway.plugs is None:
            raise _no_payments()
        return self.gateway.plugs

    @property
    def reports(self) -> BayReports:
        """Citizens' reports. Raises Unavailable where this deployment takes none."""
        if self.gateway.reports is None:
            raise Unavailable("本站暂不接受报告", "no reports are taken here", code="NO_REPORTS")
        return self.gateway.reports

    @property
    def cases(self) -> CaseDesk:
        """Cases at city management. Raises Unavailable where none takes them."""
        if self.gateway.cases is None:
            raise Unavailable(
                "本站未对接城管，没有案件：请配置 FINDER_CASES_URL",
                "no city management takes cases here: set FINDER_CASES_URL",
                code="NO_CASES",
            )
        return self.gateway.cases

    @property
    def case_of(self) -> "DataLoader[str, Case | None] | None":
        """Reports' cases by the reports' ids, all of an answer at once; None where there are none."""
        desk = self.gateway.cases
        if self._case_of is None and desk is not None:

            async def load(reports: list[str]) -> list[Case | None]:
                found = await desk.of_reports(reports)
                return [found.get(report) for report in reports]

            self._case_of = DataLoader(load)
        return self._case_of

    @property
    def voices(self) -> Voices:
        """Drivers' voices and complaints. Raises Unavailable where this deployment takes none."""
        if self.gateway.voices is None:
            raise Unavailable("本站暂不接受评价和投诉", "no voices are taken here", code="NO_VOICES")
        return self.gateway.voices

    @property
    def notices(self) -> Notices:
        """Watches and phones. Raises Unavailable where this deployment tells nobody."""
        if self.gateway.notices is None:
            raise Unavailable("本站暂不提供提醒", "nobody is told of stations here", code="NO_NOTICES")
        return self.gateway.notices

    @property
    def accounting(self) -> Accounting:
        """The books, for officials. Raises Unavailable where this deployment keeps none."""
        if self.gateway.accounting is None:
            raise Unavailable("本站未开通支付，没有账目", "nothing is paid here: there are no books", code="NO_BOOKS")
        return self.gateway.accounting

    async def caller(self) -> Caller:
        """Who asks. Raises NotSignedIn."""
        if self._caller is None:
            self._caller = await self.accounts.people.caller(self.asker.token)
        return self._caller


def _no_payments() -> Unavailable:
    return Unavailable(
        "本站未开通支付；查找充电站不受影响",
        "nothing is paid here; the finder needs none of it",
        code="NO_PAYMENTS",
    )
