"""The rooms of people's accounts, together."""

from dataclasses import dataclass

from finder.identity.keyring import Keyring
from finder.identity.oidc import Oidc
from finder.identity.people import People
from finder.identity.privacy import Privacy


@dataclass(frozen=True, slots=True)
class Accounts:
    """What one process has of them."""

    people: People
    privacy: Privacy
    keyring: Keyring
    oidc: Oidc

    async def close(self) -> None:
        """Lets go of connections to message gateway and providers."""
        await self.people.close()
        await self.oidc.close()
