"""The guarded client over real connections: what was judged is what is connected to, and TLS keeps the name."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpcore
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from finder.connectors.sdk.addresses import AddressRules, Resolver
from finder.connectors.sdk.guarded import GuardedTransport, guarded_client
from finder.connectors.sdk.http import Caution, send
from finder.errors import BadInput, OperatorLied, OperatorUnavailable

NAME = "operator.example"
ONCE = Caution(connect_s=1, read_s=1, total_s=2, attempts=1, max_bytes=1_000)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side and a client's side that trusts it, for NAME."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder: Path = tmp_path_factory.mktemp("tls")
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "both.pem").write_bytes(pem + private)
    (folder / "ca.pem").write_bytes(pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "both.pem")
    return server, ssl.create_default_context(cafile=str(folder / "ca.pem"))


class Server:
    """Answers every request alike, and counts connections."""

    def __init__(self, answer: bytes) -> None:
        self.answer, self.port, self.connections = answer, 0, 0
        self.asked = b""
        self.pause_s = 0.0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            self.asked = await reader.readuntil(b"\r\n\r\n")
            for part in (self.answer[:-10], self.answer[-10:]):
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(self.pause_s)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def http(body: bytes = b"hello, finder", head: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


@asynccontextmanager
async def serving(host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(http())
    running = await asyncio.start_server(server.handle, host, port, ssl=tls)
    server.port = running.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        running.close()
        await running.wait_closed()


def answers(*given: Sequence[str]) -> tuple[list[str], Resolver]:
    asked: list[str] = []

    async def resolver(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return given[min(len(asked), len(given)) - 1]

    return asked, resolver


def practice(port: int) -> AddressRules:
    return AddressRules(ports=frozenset({port}), loopback=True)


async def get(client: httpx.AsyncClient, url: str, caution: Caution = ONCE) -> bytes:
    return (await send(client, client.build_request("GET", url), "晋北充电", caution)).body


async def test_tls_verifies_the_name_while_the_connection_goes_to_the_judged_address(
    tls: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    async with serving(tls=tls[0]) as server:
        asked, resolver = answers(["127.0.0.1"])
        client = guarded_client(practice(server.port), resolver, tls[1])(f"https://{NAME}:{server.port}/", ONCE)
        async with client:
            assert await get(client, "/evcs") == b"hello, finder"
        assert asked == [NAME]
        assert f"host: {NAME}:{server.port}".encode() in server.asked.lower()


async def test_a_certificate_of_another_name_is_refused(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    async with serving(tls=tls[0]) as server:
        _, resolver = answers(["127.0.0.1"])
        url = f"https://other.example:{server.port}"
        async with guarded_client(practice(server.port), resolver, tls[1])(url, ONCE) as client:
            with pytest.raises(OperatorUnavailable) as refused:
                await get(client, "/")
        assert refused.value.code == "OPERATOR_UNREACHABLE"
        assert server.asked == b""


async def test_an_untrusted_certificate_is_refused(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    async with serving(tls=tls[0]) as server:
        _, resolver = answers(["127.0.0.1"])
        async with guarded_client(practice(server.port), resolver)(f"https://{NAME}:{server.port}", ONCE) as client:
            with pytest.raises(OperatorUnavailable):
                await get(client, "/")


class Recorder(httpcore.AsyncNetworkBackend):
    """Notes where a connection would go, and connects nowhere."""

    def __init__(self, after: Callable[[], None] = lambda: None) -> None:
        self.went: list[str] = []
        self.after = after

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.went.append(host)
        self.after()
        raise httpcore.ConnectError("recorded")


def recorded(resolver: Resolver, network: Recorder) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=GuardedTransport(AddressRules(), ONCE, resolver, network=network))


async def test_a_name_that_changes_its_answer_after_the_check_is_not_asked_again() -> None:
    asked, resolver = answers(["93.184.216.34"], ["127.0.0.1"], ["169.254.169.254"])
    network = Recorder()
    async with recorded(resolver, network) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"https://{NAME}/")
        assert asked == [NAME]  # once for the connection: the second answer was never seen
        assert network.went == ["93.184.216.34"]
        for _ in range(2):  # each further connection looks again, and judges again
            with pytest.raises(OperatorLied) as refused:
                await client.get(f"https://{NAME}/")
            assert refused.value.code == "ADDRESS_DENIED"
        assert network.went == ["93.184.216.34"]


async def test_a_name_with_two_answers_is_tried_at_both_and_never_at_an_inner_one() -> None:
    network = Recorder()
    asked, resolver = answers(["93.184.216.34", "93.184.216.35"], ["93.184.216.34", "192.168.0.1"])
    async with recorded(resolver, network) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"https://{NAME}/")
        assert network.went == ["93.184.216.34", "93.184.216.35"]
        with pytest.raises(OperatorLied):
            await client.get(f"https://{NAME}/")
    assert network.went == ["93.184.216.34", "93.184.216.35"]
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://operator.example/", "ADDRESS_SCHEME"),
        ("https://127.0.0.1/", "ADDRESS_DENIED"),
        ("https://[::ffff:a9fe:a9fe]/", "ADDRESS_DENIED"),
        ("https://user:word@operator.example/", "ADDRESS_FORM"),
        ("https://operator.example:22/", "ADDRESS_PORT"),
        ("https://2130706433/", "ADDRESS_FORM"),
        ("https://operator.example./", "ADDRESS_FORM"),
        ("https://metadata.google.internal/", "ADDRESS_DENIED"),
    ],
)
async def test_an_address_that_an_answer_pointed_to_is_judged_too(url: str, code: str) -> None:
    asked, resolver = answers(["93.184.216.34"])
    network = Recorder()
    async with recorded(resolver, network) as client:
        with pytest.raises(OperatorLied) as refused:
            await client.get(url)
    assert (refused.value.code, asked, network.went) == (code, [], [])


async def test_a_base_address_that_is_denied_makes_no_client() -> None:
    with pytest.raises(BadInput):
        guarded_client(AddressRules())("http://127.0.0.1:8100", ONCE)


async def test_redirects_are_not_followed() -> None:
    async with serving() as server:
        server.answer = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n"
        async with guarded_client(practice(server.port))(f"http://127.0.0.1:{server.port}", ONCE) as client:
            with pytest.raises(OperatorLied) as refused:
                await get(client, "/")
        assert refused.value.code == "OPERATOR_REDIRECTS"


@pytest.mark.parametrize(("size", "taken"), [(1_000, True), (1_001, False)])
async def test_bytes_are_capped_whoever_reads_the_answer(size: int, taken: bool) -> None:
    async with serving() as server:
        server.answer = http(b"x" * size)
        async with guarded_client(practice(server.port))(f"http://127.0.0.1:{server.port}", ONCE) as client:
            if taken:
                assert len((await client.get("/")).content) == size
            else:
                with pytest.raises(OperatorLied) as refused:
                    await client.get("/")
                assert refused.value.code == "ANSWER_TOO_LARGE"


async def test_time_is_capped_though_each_read_is_quick_enough() -> None:
    async with serving() as server:
        server.pause_s = 0.08
        slow = Caution(read_s=1, total_s=0.04, attempts=1)
        async with guarded_client(practice(server.port))(f"http://127.0.0.1:{server.port}", slow) as client:
            with pytest.raises(OperatorUnavailable) as late:
                await client.get("/")
        assert late.value.code == "OPERATOR_TIMEOUT"


async def test_a_look_up_that_hangs_is_part_of_the_time_to_connect() -> None:
    async def hangs(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    quick = Caution(connect_s=0.03, attempts=1)
    async with guarded_client(AddressRules(), hangs)(f"https://{NAME}", quick) as client:
        with pytest.raises(OperatorUnavailable) as late:
            await get(client, "/", quick)
    assert late.value.code == "OPERATOR_TIMEOUT"


async def test_a_name_without_an_address_is_an_operator_that_cannot_be_reached() -> None:
    _, resolver = answers([])
    async with guarded_client(AddressRules(), resolver)(f"https://{NAME}", ONCE) as client:
        with pytest.raises(OperatorUnavailable) as lost:
            await get(client, "/")
    assert (lost.value.code, lost.value.retryable) == ("OPERATOR_UNREACHABLE", True)


async def test_connections_are_kept_and_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with serving() as server:
        async with guarded_client(practice(server.port))(f"http://127.0.0.1:{server.port}", ONCE) as client:
            assert await get(client, "/") == b"hello, finder"
        assert server.connections == 1


def test_a_new_httpx_that_keeps_its_connections_elsewhere_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "__init__", lambda self, **_: None)
    with pytest.raises(RuntimeError):
        GuardedTransport(AddressRules(), ONCE)
