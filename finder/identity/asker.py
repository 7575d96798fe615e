"""Who sends a request, as far as the transport knows: a bearer token, read only where a field asks for it."""

from starlette.types import Scope

from finder.kernel.network import network_of

_SCHEME = "bearer "
_MAX = 256


class Asker:
    """One request's sender. Neither token nor address is in its repr."""

    __slots__ = ("_authorization", "_scope")

    def __init__(self, scope: Scope | None = None, authorization: str | None = None) -> None:
        self._scope = scope
        self._authorization = authorization

    def __repr__(self) -> str:
        return "Asker()"

    @property
    def token(self) -> str:
        """The bearer token of the Authorization header, or of connection_init; '' where there is none."""
        text = self._authorization
        if text is None and self._scope is not None:
            given = [value for name, value in self._scope["headers"] if name == b"authorization"]
            text = given[0].decode("latin-1") if len(given) == 1 else None
        if text is None or len(text) > _MAX or not text.lower().startswith(_SCHEME):
            return ""
        return text[len(_SCHEME) :].strip()

    @property
    def network(self) -> str:
        """Where it comes from, as rates are counted."""
        client = self._scope.get("client") if self._scope is not None else None
        return network_of(client[0] if client else None)


NOBODY = Asker()
