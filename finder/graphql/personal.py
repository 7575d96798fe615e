"""The schema's types of people: what one sees of oneself, and what signing in gives."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import strawberry
from strawberry.types import Info

from finder.graphql.aftercare import shares_plate
from finder.graphql.agreements import Agreement, agreements
from finder.graphql.moment import Context
from finder.graphql.plugs import Binding, Notice, PlugCase, bindings, cases, notices
from finder.graphql.types import of, plain
from finder.identity.passkeys import Passkey as Key
from finder.identity.roles import Role
from finder.identity.vehicles import Vehicle as Bound

strawberry.enum(Role, description="What a person may be; everybody with an account is a driver.")


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device, and whether it is the one that asks."""

    id: str
    person: str
    name: str
    since: datetime
    seen_at: datetime
    current: bool


def found(resolver: Callable[..., Any], description: str) -> Any:
    """A field that the room finds for the caller."""
    return strawberry.field(resolver=resolver, description=description)


async def _devices(info: Info[Context, None]) -> list[DeviceView]:
    """The one used last first."""
    caller = await info.context.caller()
    return [
        DeviceView(each.id, each.person, each.name, each.since, each.seen_at, each.id == caller.session)
        for each in await info.context.accounts.people.devices(caller)
    ]


@strawberry.type(description="A device on which one is signed in.")
class Device:  # noqa: D101
    id: strawberry.ID
    name: str = plain("As it called itself when it signed in.")
    since: datetime
    seen_at: datetime = plain("When it last renewed its tokens.")
    current: bool = plain("The one that asks.")


async def _vehicles(info: Info[Context, None]) -> list[Bound]:
    """The oldest first."""
    return await info.context.accounts.people.vehicles.of((await info.context.caller()).person)


@strawberry.type(description="A vehicle that one has bound.")
class Vehicle:  # noqa: D101
    id: strawberry.ID
    vin: str | None = plain("By which its plug is known; null where only the plate was given.")
    plate: str
    new_energy: bool = plain("As its plate says.")
    added_at: datetime


async def _passkeys(info: Info[Context, None]) -> list[Key]:
    """The oldest first."""
    return await info.context.accounts.keyring.of(await info.context.caller())


@strawberry.type(description="A key that a device of one's own keeps.")
class Passkey:  # noqa: D101
    id: strawberry.ID
    added_at: datetime
    used_at: datetime | None = plain("When it last signed in.")


async def _providers(info: Info[Context, None]) -> list[str]:
    """By id."""
    return await info.context.accounts.oidc.of(await info.context.caller())


@strawberry.type(description="Where one can sign in besides: by OpenID Connect, at WeChat or at Alipay.")
class SignInProvider:  # noqa: D101
    id: strawberry.ID
    name: str


@strawberry.type(description="Send the browser to `url`, keep `ticket` in it; it comes back to /signed-in?code&state.")
class ProviderFlow:  # noqa: D101
    url: str
    ticket: str


@strawberry.type(description="Oneself.")
class Me:  # noqa: D101
    id: strawberry.ID = of(lambda profile: profile.person, "Opaque; orders name it and nothing else of a person.")
    phone: str = plain("With its middle left out.")
    roles: list[Role] = plain("Those that may be used in this session.")
    since: datetime
    devices: list[Device] = found(_devices, "Where one is signed in, at most ten.")
    vehicles: list[Vehicle] = found(_vehicles, "At most ten.")
    passkeys: list[Passkey] = found(_passkeys, "At most ten.")
    agreements: list[Agreement] = found(agreements, "To pay; ended ones too, the oldest first.")
    bindings: list[Binding] = found(bindings, "Cars of one's own that charge by being plugged in.")
    plug_cases: list[PlugCase] = found(cases, "What one asked a person to decide, the oldest first.")
    shares_plate: bool | None = found(
        shares_plate, "Whether car parks may be told one's plate; null where none is told anything."
    )
    notices: list[Notice] = found(notices, "The newest first, at most 50.")
    providers: list[strawberry.ID] = found(_providers, "Where one is linked.")


@strawberry.type(description="A code is on its way, whosever phone it is.")
class CodeSent:  # noqa: D101
    challenge: str = of(lambda sent: sent.token, "To be sent back with the code.")
    expires_in_s: int
    again_in_s: int = plain("When the next one may be asked for.")


@strawberry.type(description="To be kept where no other application reads them.")
class Tokens:  # noqa: D101
    access_token: str = of(lambda given: given.access, "For the header `Authorization: Bearer …`.")
    refresh_token: str = of(lambda given: given.refresh, "Good once, for the next two.")
    expires_in_s: int = plain("How long the access token holds.")
