"""The register's operators as OAuth knows them."""

from finder.errors import NotFound
from finder.federation.register.records import Records
from finder.federation.register.states import State
from finder.identity.oauth.clients import OAuthClient, read_public_keys

READ, WRITE = "operator.read", "operator.write"
SCOPES = (READ, WRITE)


class RegisterClients:
    """Is Clients. One that was refused may still read why; one that left is not known any more."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def client(self, client_id: str) -> OAuthClient | None:
        """See Clients."""
        try:
            operator = await self._records.get(client_id)
        except NotFound:
            return None
        if operator.state is State.LEFT:
            return None
        scopes = (READ,) if operator.state is State.REFUSED else SCOPES
        return OAuthClient(client_id, read_public_keys(list(operator.keys)), frozenset(scopes))
