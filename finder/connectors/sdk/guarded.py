"""A client that connects only where the rules for addresses allow, and to the very address that was judged."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterable

import httpcore
import httpx

from finder.connectors.sdk.addresses import AddressRules, Resolver, addresses_of, read_address, system_resolver
from finder.connectors.sdk.http import Caution, _trusted_authorities, operator_client
from finder.errors import BadInput, OperatorLied, OperatorUnavailable

_TRIES = 3  # addresses of one name


def guarded_client(
    rules: AddressRules, resolver: Resolver = system_resolver, trust: ssl.SSLContext | None = None
) -> Callable[[str, Caution], httpx.AsyncClient]:
    """A maker of clients for Workbench.client. Making one raises BadInput for a base URL that the rules deny.

    A request that leads elsewhere raises OperatorLied (ADDRESS_…), whatever the operator's answers pointed to.
    """

    def client(base_url: str, caution: Caution) -> httpx.AsyncClient:
        read_address(base_url.rstrip("/"), rules)
        return operator_client(base_url, caution, transport=GuardedTransport(rules, caution, resolver, trust))

    return client


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over connections of ours; TLS still verifies the name that the URL has."""

    def __init__(
        self,
        rules: AddressRules,
        caution: Caution,
        resolver: Resolver = system_resolver,
        trust: ssl.SSLContext | None = None,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        context = trust or _trusted_authorities()
        super().__init__(verify=context, trust_env=False)
        if not isinstance(vars(self).get("_pool"), httpcore.AsyncConnectionPool):
            raise RuntimeError("httpx keeps its connections elsewhere now: the guard would be bypassed")
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=caution.connections,
            max_keepalive_connections=caution.connections,
            keepalive_expiry=5.0,
            network_backend=_Pinned(rules, resolver, network or httpcore.AnyIOBackend()),
        )
        self._rules, self._caution = rules, caution

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends it. Raises OperatorLied for an address that is denied."""
        url = request.url
        if url.userinfo:
            raise _lied(BadInput("地址不得含账号", "an address must not hold a user", code="ADDRESS_FORM"))
        port = "" if url.port is None else f":{url.port}"
        host = url.raw_host.decode("ascii")
        try:
            read_address(f"{url.scheme}://{f'[{host}]' if ':' in host else host}{port}", self._rules)
        except BadInput as bad:
            raise _lied(bad) from bad
        until = asyncio.get_running_loop().time() + self._caution.total_s
        answer = await super().handle_async_request(request)
        if not isinstance(answer.stream, httpx.AsyncByteStream):
            raise TypeError("an asynchronous transport gave a synchronous stream")
        capped = _Capped(answer.stream, host, self._caution.max_bytes, until)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=capped, extensions=answer.extensions)


class _Pinned(httpcore.AsyncNetworkBackend):
    """Resolves once, judges every answer, and connects to one of those: no second look-up that could differ."""

    def __init__(self, rules: AddressRules, resolver: Resolver, network: httpcore.AsyncNetworkBackend) -> None:
        self._rules, self._resolver, self._network = rules, resolver, network

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """See httpcore; one time limit for the look-up and all tries together."""
        try:
            async with asyncio.timeout(timeout):
                failed: Exception = httpcore.ConnectError("no address")
                for ip in (await addresses_of(host, port, self._rules, self._resolver))[:_TRIES]:
                    try:
                        return await self._network.connect_tcp(str(ip), port, timeout, local_address, socket_options)
                    except httpcore.ConnectError as error:
                        failed = error
                raise failed
        except BadInput as bad:
            raise _lied(bad) from bad
        except TimeoutError as late:
            raise httpcore.ConnectTimeout("no connection in time") from late
        except OSError as lost:
            raise httpcore.ConnectError("the name has no address") from lost

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Never."""
        raise httpcore.ConnectError("operators have no sockets on this machine")

    async def sleep(self, seconds: float) -> None:
        """See httpcore."""
        await asyncio.sleep(seconds)


class _Capped(httpx.AsyncByteStream):
    """An answer's body up to so many bytes and until so late, whoever reads it."""

    def __init__(self, stream: httpx.AsyncByteStream, host: str, max_bytes: int, until: float) -> None:
        self._stream, self._host, self._max_bytes, self._until = stream, host, max_bytes, until

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read, clock = 0, asyncio.get_running_loop().time
        async for chunk in self._stream:
            read += len(chunk)
            if read > self._max_bytes:
                raise OperatorLied(
                    f"{self._host} 的应答超过 {self._max_bytes} 字节",
                    f"{self._host}'s answer is over {self._max_bytes} bytes",
                    code="ANSWER_TOO_LARGE",
                )
            if clock() > self._until:
                raise OperatorUnavailable(
                    f"{self._host} 的应答未在时限内结束",
                    f"{self._host}'s answer did not end in time",
                    code="OPERATOR_TIMEOUT",
                )
            yield chunk

    async def aclose(self) -> None:
        """Lets go of the connection."""
        await self._stream.aclose()


def _lied(bad: BadInput) -> OperatorLied:
    return OperatorLied(bad.zh, bad.en, code=bad.code)
