"""The operators' office, composed in one place: register, vault, kit, guarded addresses, tokens, self-service."""

import tomllib
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from starlette.routing import Route

from finder.cities import load_city
from finder.connectors.sdk.addresses import AddressRules, check_address
from finder.connectors.sdk.check import Hints
from finder.connectors.sdk.guarded import guarded_client
from finder.connectors.sdk.kinds import Workbench
from finder.errors import SettingsError
from finder.federation.federation import IMPORTED
from finder.federation.register.checks import Checks
from finder.federation.register.clients import SCOPES, RegisterClients
from finder.federation.register.kit import Conformance, Kit
from finder.federation.register.records import Records
from finder.federation.register.register import Register
from finder.federation.register.setup import Builder
from finder.identity.buckets import MemoryBuckets
from finder.identity.oauth.server import TokenServer
from finder.identity.oauth.tokens import Tokens
from finder.identity.vault import Vault, read_vault, vault_in
from finder.kernel.clock import Clock, system_clock
from finder.sandbox.operators import COMMUNITY_SOURCE, TCEC102_OPERATORS
from finder.settings import Settings
from finder.stations.model import SourceId
from finder.storage.database import Database
from finder.web.oauth import OAuthEndpoints
from finder.web.register import SelfService

RESERVED = frozenset({*IMPORTED, COMMUNITY_SOURCE, *(operator.source for operator in TCEC102_OPERATORS)})


@dataclass(frozen=True, slots=True)
class Office:
    """What one process has of the register."""

    register: Register
    checks: Checks
    tokens: Tokens
    server: TokenServer
    clock: Clock

    def routes(self) -> list[Route]:
        """OAuth's endpoints and self-service."""
        buckets = MemoryBuckets()
        service = SelfService(self.register, self.checks, self.tokens, buckets, self.clock, self.server.issuer)
        return [*OAuthEndpoints(self.server, buckets).routes(), *service.routes()]


def choose_kit(settings: Settings) -> Kit:
    """What judges an operator before it goes live, and nothing else does."""
    city = load_city(settings.city)
    return Conformance(Hints(city.centre, city.places_within_km))


def choose_vault(settings: Settings) -> Vault:
    """The vault of FINDER_SECRET_KEY, or of a key that lies in the data folder. Raises SettingsError."""
    if settings.secret_key is not None:
        return read_vault(settings.secret_key)
    return vault_in(settings.data_dir)


def open_office(
    settings: Settings,
    database: Database,
    bench: Workbench,
    clock: Clock = system_clock,
) -> Office:
    """The office over this database. Raises SettingsError."""
    rules = AddressRules(loopback=settings.register_loopback)
    guarded = replace(bench, client=guarded_client(rules))
    register = Register(
        Records(database, choose_vault(settings), clock),
        Builder(guarded),
        choose_kit(settings),
        check_address=partial(check_address, rules=rules),
        taken=RESERVED | _listed(settings.operators_file),
    )
    tokens = Tokens(database, clock)
    server = TokenServer(settings.base_url, RegisterClients(register.records), tokens, clock, SCOPES)
    return Office(register, Checks(register), tokens, server, clock)


def _listed(path: Path | None) -> frozenset[SourceId]:
    """The source ids of the operators' file. Raises SettingsError for one that is no TOML."""
    if path is None:
        return frozenset()
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("operator", [])
        return frozenset(str(entry["source"]) for entry in entries)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as bad:
        raise SettingsError(
            f"运营商文件 {path} 无法使用：{bad}", f"the operators' file {path} cannot be used: {bad}"
        ) from None
