"""Charging by the plug, composed in one place: over the till, the people, and whoever vouches for cars."""

from finder.charging.agreements import Agreements
from finder.charging.bindings import Bindings
from finder.charging.car_proofs import AlipayCars, CarProof
from finder.charging.plug_and_charge import PlugAndCharge
from finder.charging.plug_cases import Cases
from finder.charging.plug_desk import PlugDesk
from finder.charging.plug_places import KnownPlaces
from finder.charging.plugs import Plugs
from finder.charging.told import Notices
from finder.federation.network import Network
from finder.identity.people import People
from finder.kernel.clock import Clock, system_clock
from finder.live.board import LiveBoard
from finder.money.channels.alipay import AlipayChannel
from finder.stations.search import Search
from finder.till import Merchants, Till


class Plugging:
    """Everything that a plug needs; `desk` is what operators talk to."""

    def __init__(self, people: People, agreements: Agreements, till: Till, clock: Clock = system_clock) -> None:
        work, wake, store, audit = till.work, till.outbox.wake, people.store, people.audit
        self._places = KnownPlaces(till.merchants.terms.get)
        proofs = car_proofs(till.merchants)
        bindings = Bindings(work, store, audit, people.buckets, agreements, proofs, wake)
        deciding = PlugAndCharge(work, store, till.orders, self._places, wake)
        self.plugs = Plugs(bindings, Cases(work, store, audit, people.buckets, wake), Notices(store, clock), deciding)
        self.desk = PlugDesk(till.desk, deciding, bindings, work, store, wake)

    def connect(self, search: Search, network: Network, board: LiveBoard) -> None:
        """Tells it where stations are and how they are now, once they are open."""
        self._places.connect(search, network.station_of, board)


def car_proofs(merchants: Merchants) -> list[CarProof]:
    """Alipay, in the name of the first operator that has a sub-merchant there; nobody else vouches for cars."""
    channel = merchants.channels.get("alipay")
    theirs = [terms.merchants["alipay"] for terms in merchants.terms.values() if "alipay" in terms.merchants]
    return [AlipayCars(channel.plug_and_charge(theirs[0]))] if isinstance(channel, AlipayChannel) and theirs else []
