"""What people ask and do, translated to the room of identity; the policy has judged the caller before."""

from typing import Annotated

import strawberry
from strawberry.types import Info

from finder.graphql.moment import Context
from finder.identity.codes import Challenge
from finder.identity.passkeys import Passkey
from finder.identity.people import Profile
from finder.identity.providers import Begun, Registered
from finder.identity.sessions import Tokens
from finder.identity.vehicles import Vehicle

Ask = Info[Context, None]
Id = Annotated[strawberry.ID, strawberry.argument(name="id")]


async def me(info: Ask) -> Profile:
    """Raises NotSignedIn."""
    return await info.context.accounts.people.profile(await info.context.caller())


async def request_code(info: Ask, phone: str) -> Challenge:
    """Raises BadInput, Busy, SmsUnavailable, SmsNotSet."""
    return await info.context.accounts.people.request_code(phone, info.context.asker.network)


async def sign_in(info: Ask, challenge: str, code: str, device: str = "") -> Tokens:
    """Raises WrongCode, Busy."""
    return await info.context.accounts.people.sign_in(challenge, code, device, info.context.asker.network)


async def refresh(info: Ask, refresh_token: str) -> Tokens:
    """Raises NotSignedIn."""
    return await info.context.accounts.people.refresh(refresh_token)


async def sign_out(info: Ask, *, everywhere: bool = False) -> int:
    """The number of devices that were signed out."""
    caller = await info.context.caller()
    return await info.context.accounts.people.sign_out(caller, None if everywhere else caller.session)


async def sign_out_device(info: Ask, device_id: Id) -> int:
    """Raises NotFound, for another's device too."""
    return await info.context.accounts.people.sign_out(await info.context.caller(), device_id)


async def add_vehicle(info: Ask, plate: str, vin: str | None = None) -> Vehicle:
    """Raises BadInput, TooLarge, Busy, Conflict."""
    return await info.context.accounts.people.vehicles.add(await info.context.caller(), plate, vin)


async def remove_vehicle(info: Ask, vehicle_id: Id) -> bool:
    """Raises NotFound, for another's vehicle too."""
    caller, plugs = await info.context.caller(), info.context.gateway.plugs
    if plugs is not None:  # first, so that what was granted to it is taken back
        await plugs.bindings.unbind(caller, vehicle_id, must=False)
    await info.context.accounts.people.vehicles.remove(caller, vehicle_id)
    return True


async def export_my_data(info: Ask) -> str:
    """All that is kept of the caller, as JSON."""
    return await info.context.accounts.privacy.export(await info.context.caller())


async def erase_me(info: Ask, challenge: str, code: str) -> bool:
    """Raises WrongCode, and Conflict while an order is not over."""
    await info.context.accounts.privacy.erase(await info.context.caller(), challenge, code)
    return True


async def passkey_options(info: Ask) -> str:
    """Raises Forbidden, TooLarge."""
    return await info.context.accounts.keyring.offer(await info.context.caller())


async def add_passkey(info: Ask, credential: str) -> Passkey:
    """Raises Forbidden, TooLarge, WrongPasskey."""
    return await info.context.accounts.keyring.add(await info.context.caller(), credential)


async def remove_passkey(info: Ask, passkey_id: Id) -> bool:
    """Raises Forbidden, and NotFound for another's too."""
    await info.context.accounts.keyring.remove(await info.context.caller(), passkey_id)
    return True


async def passkey_challenge(info: Ask) -> str:
    """Raises Busy."""
    return await info.context.accounts.keyring.ask(info.context.asker.network)


async def sign_in_by_passkey(info: Ask, credential: str, device: str = "") -> Tokens:
    """Raises WrongPasskey, Busy."""
    return await info.context.accounts.keyring.sign_in(credential, device, info.context.asker.network)


async def sign_in_providers(info: Ask) -> list[Registered]:
    """Those of this deployment; none where it has no accounts."""
    accounts = info.context.gateway.accounts
    return [] if accounts is None else accounts.oidc.providers


async def begin_at_provider(info: Ask, provider: strawberry.ID) -> Begun:
    """Raises BadInput, Busy, ProviderUnavailable."""
    return await info.context.accounts.oidc.begin(provider, info.context.asker.network)


async def sign_in_at_provider(info: Ask, ticket: str, code: str, state: str, device: str = "") -> Tokens:
    """Raises ProviderRefused, ProviderUnavailable, Busy, Denied."""
    return await info.context.accounts.oidc.sign_in(ticket, code, state, device, info.context.asker.network)


async def begin_link(info: Ask, provider: strawberry.ID) -> Begun:
    """Raises BadInput, Busy, ProviderUnavailable."""
    return await info.context.accounts.oidc.begin(provider, info.context.asker.network, await info.context.caller())


async def link_provider(info: Ask, ticket: str, code: str, state: str) -> bool:
    """Raises ProviderRefused, ProviderUnavailable, Conflict."""
    await info.context.accounts.oidc.link(await info.context.caller(), ticket, code, state)
    return True


async def unlink_provider(info: Ask, provider: strawberry.ID) -> bool:
    """Raises NotFound."""
    await info.context.accounts.oidc.unlink(await info.context.caller(), provider)
    return True
