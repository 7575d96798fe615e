"""People's accounts, composed in one place: store, vault, audit, message gateway, passkeys, providers."""

import os
from collections.abc import Collection, Mapping

from finder.aftercare import aftercare_held
from finder.cases.personal import CasesHeld
from finder.charging.agreements import Agreements, AgreementsHeld
from finder.charging.payers import LinkedPayers, PayerProof, PracticePayers
from finder.charging.personal import OrdersHeld
from finder.charging.plug_personal import PlugsHeld
from finder.errors import SettingsError
from finder.identity.accounts import Accounts
from finder.identity.audit import Audit
from finder.identity.keyring import Keyring
from finder.identity.oidc import Oidc
from finder.identity.passkeys import Passkeys, site_of
from finder.identity.people import People
from finder.identity.privacy import Privacy
from finder.identity.sms import HttpSms, NoSms, Sms
from finder.identity.store import Store
from finder.identity.vault import Vault
from finder.kernel.clock import Clock, system_clock
from finder.money.channels.port import Channel
from finder.notices.personal import WatchesHeld
from finder.providers import load_providers
from finder.reports.personal import ReportsHeld
from finder.settings import Settings
from finder.storage.database import Database
from finder.storage.unit import Work
from finder.voices.personal import ComplaintsHeld, VoicesHeld


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


def open_accounts(
    settings: Settings, database: Database, vault: Vault, name: str, clock: Clock = system_clock
) -> Accounts:
    """Every room of accounts over this database; `name` is what devices show of a passkey. Raises SettingsError."""
    providers = load_providers(settings.oidc_file, os.environ) if settings.oidc_file else []
    people = open_people(settings, database, vault, clock)
    work = Work(database, clock)
    return Accounts(
        people,
        Privacy(
            people,
            [
                PlugsHeld(work, people.store),
                OrdersHeld(work),
                AgreementsHeld(people.store),
                *aftercare_held(database, vault, clock),
                ReportsHeld(work, people.store),
                CasesHeld(work),
                VoicesHeld(work, people.store),
                ComplaintsHeld(work, people.store),
                WatchesHeld(work, people.store),
            ],
        ),
        Keyring(people, Passkeys(people.store, clock, site_of(settings.base_url, name))),
        Oidc(people, providers, settings.base_url, clock),
    )


def open_agreements(
    accounts: Accounts,
    channels: Mapping[str, Channel],
    standing: Collection[str] = (),
    clock: Clock = system_clock,
) -> Agreements:
    """Agreements with these channels; at those of `standing` a hold is made without asking the driver.

    At a channel that is not for practice people agree where its provider of identity is listed, under the same name.
    """
    people, listed = accounts.people, {provider.id for provider in accounts.oidc.providers}
    proofs: dict[str, PayerProof] = {}
    for name, channel in channels.items():
        if channel.practice:
            proofs[name] = PracticePayers()
        elif name in listed:
            proofs[name] = LinkedPayers(accounts.oidc, name, standing=name in standing)
    return Agreements(people.store, people.audit, clock, people.buckets, proofs)
