"""People's accounts, composed in one place: the store, the vault, the audit, the message gateway."""

from finder.charging.personal import OrdersHeld
from finder.errors import SettingsError
from finder.identity.audit import Audit
from finder.identity.keyring import Keyring
from finder.identity.passkeys import Passkeys, site_of
from finder.identity.people import People
from finder.identity.privacy import Privacy
from finder.identity.sms import HttpSms, NoSms, Sms
from finder.identity.store import Store
from finder.identity.vault import Vault
from finder.kernel.clock import Clock, system_clock
from finder.settings import Settings
from finder.storage.database import Database
from finder.storage.unit import Work


def choose_sms(settings: Settings) -> Sms:
    """The gateway that FINDER_SMS_URL names, none where it is empty. Raises SettingsError."""
    if not settings.sms_url:
        return NoSms()
    if not settings.sms_url.startswith(("http://", "https://")):
        raise SettingsError(
            "FINDER_SMS_URL：请使用 http(s)://",
            "FINDER_SMS_URL: use http(s)://",
        )
    if settings.sms_key is None:
        raise SettingsError(
            "设置了 FINDER_SMS_URL 时须同时设置 FINDER_SMS_KEY",
            "where FINDER_SMS_URL is set, set FINDER_SMS_KEY too",
        )
    return HttpSms(settings.sms_url, settings.sms_key)


def open_people(settings: Settings, database: Database, vault: Vault, clock: Clock = system_clock) -> People:
    """People in this database. Raises SettingsError."""
    return People(Store(database, vault), Audit(database, clock), choose_sms(settings), clock)


def open_privacy(people: People, database: Database, clock: Clock = system_clock) -> Privacy:
    """Export and erasure over every room that keeps something under a person's id."""
    return Privacy(people, [OrdersHeld(Work(database, clock))])


def open_keyring(people: People, settings: Settings, name: str, clock: Clock = system_clock) -> Keyring:
    """Passkeys for the pages at our base URL; `name` is what devices show."""
    return Keyring(people, Passkeys(people.store, clock, site_of(settings.base_url, name)))
