"""What comes after a session, composed in one place: invoices, disputes, car parks."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from finder.charging.decide import Effect
from finder.charging.disputes import Disputes, DisputesHeld
from finder.charging.invoice_effects import invoice_handlers
from finder.charging.invoicing import InvoicesHeld, Invoicing
from finder.charging.parked import Parked
from finder.charging.parking import NoPlates, ParkingHandler, ParkingHeld, Plates
from finder.identity.audit import Audit
from finder.identity.privacy import Holding
from finder.identity.vault import Vault
from finder.identity.vehicles import Vehicles
from finder.kernel.clock import Clock, system_clock
from finder.money.car_parks import load_car_parks
from finder.money.invoice import read_tax_classes
from finder.money.issuers import Issuers, load_issuers
from finder.money.parking import CarPark, car_park_of
from finder.sandbox.aftercare import PracticeAftercare
from finder.settings import Settings
from finder.stations.model import EvseId
from finder.storage.database import Database
from finder.storage.outbox import Handler
from finder.storage.unit import Work


@dataclass(frozen=True, slots=True)
class Outsiders:
    """Who issues invoices, and who is told of whoever charged."""

    issuers: Issuers = field(default_factory=Issuers)
    car_parks: Mapping[str, CarPark] = field(default_factory=dict)


class OnlyVehicle:
    """The plate of a person's vehicle, where there is one only: with two nobody knows which one charged."""

    def __init__(self, vehicles: Vehicles) -> None:
        self._vehicles = vehicles

    async def plate(self, person: str) -> str | None:
        """See Plates."""
        found = await self._vehicles.of(person)
        return found[0].plate if len(found) == 1 else None


class Aftercare:
    """Everything that follows a session, over one database."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        outsiders: Outsiders,
        wake: Callable[[], None] = lambda: None,
        plates: Plates | None = None,
        clock: Clock = system_clock,
    ) -> None:
        work = Work(database, clock)
        self._work, self._vault, self._outsiders = work, vault, outsiders
        self._plates = plates or NoPlates()
        self.invoicing = Invoicing(work, vault, outsiders.issuers, read_tax_classes(), wake)
        self.disputes = Disputes(work, Audit(database, clock), wake)
        self.parked = Parked(work, vault, told=bool(outsiders.car_parks))

    def car_park(self, evse_id: EvseId) -> str | None:
        """In which car park an EVSE stands; None where none of ours is there."""
        return car_park_of(self._outsiders.car_parks, evse_id)

    def handlers(self) -> dict[str, Handler]:
        """What carries out its effects, by the outbox's kind."""
        parking = ParkingHandler(self._work, self._vault, self._outsiders.car_parks, self._plates)
        return {
            **invoice_handlers(self._work, self._vault, self._outsiders.issuers),
            Effect.PARKING.value: parking,
        }

    async def close(self) -> None:
        """Lets go of connections."""
        await self._outsiders.issuers.close()
        for park in self._outsiders.car_parks.values():
            await park.close()


def open_outsiders(settings: Settings, practice: PracticeAftercare | None, clock: Clock = system_clock) -> Outsiders:
    """Those of FINDER_INVOICES_FILE and FINDER_CAR_PARKS_FILE, or else the practice ones. Raises SettingsError."""
    if practice is not None:
        return Outsiders(practice.issuers(clock), practice.car_parks(clock))
    return Outsiders(
        load_issuers(settings.invoices_file, os.environ, clock),
        load_car_parks(settings.car_parks_file, os.environ, clock),
    )


def aftercare_held(database: Database, vault: Vault, clock: Clock = system_clock) -> list[Holding]:
    """What it keeps of people, for their export and erasure."""
    work = Work(database, clock)
    return [InvoicesHeld(work, vault), DisputesHeld(work), ParkingHeld(work, vault)]
