"""People's passkeys: added, used and removed, each step audited; an administrator's own only by one of them."""

from sqlalchemy.ext.asyncio import AsyncConnection

from finder.errors import Forbidden
from finder.identity.audit import acting
from finder.identity.buckets import within
from finder.identity.passkeys import Passkey, Passkeys
from finder.identity.people import SIGN_IN_RATE, People
from finder.identity.roles import NEEDS_SECOND_FACTOR, Caller
from finder.identity.sessions import Tokens


class Keyring:
    """The passkeys of these people. Every method raises StoreUnavailable."""

    def __init__(self, people: People, passkeys: Passkeys) -> None:
        self._people, self._passkeys = people, passkeys

    async def offer(self, caller: Caller) -> str:
        """Options for a device to make a passkey by. Raises Forbidden, TooLarge, NotSignedIn."""
        profile = await self._people.profile(caller)
        async with (await self._people.store.made()).write() as connection:
            await self._allowed(connection, caller)
            return await self._passkeys.offer(connection, caller, profile.phone)

    async def add(self, caller: Caller, credential: str) -> Passkey:
        """Keeps the passkey that a device made. Raises Forbidden, TooLarge, WrongPasskey, NotSignedIn."""
        await self._people.profile(caller)
        await self._people.audit.made()
        async with (await self._people.store.made()).write() as connection:
            await self._people.audit.lock(connection)
            await self._allowed(connection, caller)
            added = await self._passkeys.add(connection, caller, credential)
            await self._people.audit.append(connection, acting(caller.person), "passkey.added", caller.person, {})
        return added

    async def ask(self, network: str) -> str:
        """Options for a device to sign in by. Raises Busy."""
        await within(self._people.buckets, f"sign-in {network}", SIGN_IN_RATE)
        async with (await self._people.store.made()).write() as connection:
            return await self._passkeys.ask(connection)

    async def sign_in(self, credential: str, device: str, network: str) -> Tokens:
        """Opens a session in which every role may be used. Raises WrongPasskey, Busy."""
        await within(self._people.buckets, f"sign-in {network}", SIGN_IN_RATE)
        await self._people.audit.made()
        async with (await self._people.store.made()).write() as connection:
            await self._people.audit.lock(connection)
            person = await self._passkeys.prove(connection, credential)
            return await self._people.open(connection, person, device, strong=True)

    async def of(self, caller: Caller) -> list[Passkey]:
        """The caller's, the oldest first."""
        async with (await self._people.store.made()).read() as connection:
            return await self._passkeys.of(connection, caller.person)

    async def remove(self, caller: Caller, passkey: str) -> None:
        """Forgets one of the caller's. Raises Forbidden, and NotFound for another's too."""
        await self._people.audit.made()
        async with (await self._people.store.made()).write() as connection:
            await self._people.audit.lock(connection)
            await self._allowed(connection, caller)
            await self._passkeys.remove(connection, caller, passkey)
            await self._people.audit.append(connection, acting(caller.person), "passkey.removed", caller.person, {})

    async def _allowed(self, connection: AsyncConnection, caller: Caller) -> None:
        """Whoever has somebody's phone in hand must not become an administrator by it."""
        roles = {each.role for each in await self._people.granted(connection, caller.person)}
        if roles & NEEDS_SECOND_FACTOR and not caller.strong:
            raise Forbidden(
                "请先用通行密钥登录，再管理通行密钥",
                "sign in by a passkey first, to add or remove passkeys",
                code="SECOND_FACTOR",
            )
