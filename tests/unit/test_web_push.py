"""Web Push against the standards' own examples, and against a push service over real HTTP that opens what it gets."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import http_ece
import msgspec
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ec

from finder.connectors.sdk.addresses import AddressRules
from finder.connectors.sdk.http import Caution
from finder.errors import BadInput, PushUnavailable
from finder.identity.store import Store
from finder.identity.tables import KEY
from finder.identity.vault import Vault
from finder.kernel.clock import system_clock
from finder.notices.push_key import GOOD_FOR, PushKey
from finder.notices.web_push import MAX_ENDPOINT, Browser, Outcome, PushSender, _wait_s, read_browser, sealed, topic_of
from finder.sandbox.web_push import PushFaults, PushService, push_running
from finder.sandbox.web_push_browser import CannotOpen, PracticeBrowser, padded, point_of, unpadded
from finder.storage.database import Database

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
LOOPBACK = AddressRules(loopback=True)
PUBLIC = AddressRules()
GOOD = PracticeBrowser()
KEYS = unpadded(GOOD.p256dh), unpadded(GOOD.auth)


def scalar(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(padded(text), "big"), ec.SECP256R1())


def test_the_example_of_rfc_8291_is_opened_by_the_browser_and_made_anew_by_the_finder() -> None:
    # RFC 8291, 5 and appendix A.
    body = padded(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    browser = PracticeBrowser(scalar("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), padded("BTBZMqHH6r4Tts7J_aSIgg"))
    assert browser.open(body) == b"When I grow up, I want to be a watermelon"
    sender = scalar("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
    again = http_ece.encrypt(
        b"When I grow up, I want to be a watermelon",
        salt=body[:16], private_key=sender, dh=browser.p256dh, auth_secret=browser.auth, version="aes128gcm",
    )  # fmt: skip
    assert again == body


def test_what_is_sealed_for_one_browser_no_other_opens_and_no_bit_may_change() -> None:
    browser = Browser("https://push.example/1", GOOD.p256dh, GOOD.auth)
    body = sealed(b"x" * 3_000, browser)
    assert GOOD.open(body) == b"x" * 3_000
    assert sealed(b"x", browser) != sealed(b"x", browser)
    trials: list[Callable[[], bytes]] = [
        lambda: PracticeBrowser().open(body),
        lambda: PracticeBrowser(GOOD.key).open(body),
        lambda: GOOD.open(body[:-1] + bytes([body[-1] ^ 1])),
        lambda: GOOD.open(body[:50]),
        lambda: GOOD.open(b"\0" * 120),
    ]
    for wrong in trials:
        with pytest.raises(CannotOpen):
            wrong()


@pytest.mark.parametrize(
    ("endpoint", "code"),
    [
        ("http://push.example.com/1", "ADDRESS_SCHEME"),
        ("https://127.0.0.1/1", "ADDRESS_DENIED"),
        ("https://169.254.169.254/latest", "ADDRESS_DENIED"),
        ("https://[::1]/1", "ADDRESS_DENIED"),
        ("https://router.lan/1", "ADDRESS_DENIED"),
        ("https://push.example.com:22/1", "ADDRESS_PORT"),
        ("https://a@push.example.com/1", "ADDRESS_FORM"),
        ("https://push.example.com/1#2", "ADDRESS_FORM"),
        ("https://push.example.com/1?a b", "ADDRESS_FORM"),
        ("file:///etc/passwd", "ADDRESS_FORM"),
        ("https://push.example.com/" + "a" * (MAX_ENDPOINT - 24), "ADDRESS_FORM"),
    ],
)
def test_an_endpoint_that_leads_inside_or_is_no_address_is_refused(endpoint: str, code: str) -> None:
    with pytest.raises(BadInput) as no:
        read_browser(endpoint, *KEYS, PUBLIC)
    assert no.value.code == code


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/e8Xg:APA91bH-_x",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABm==",
        "https://wns2-par02p.notify.windows.com/w/?token=BQYAAAD%2fx%2b%3d",
        "https://web.push.apple.com/QOxyz",
        "https://push.example.com/" + "a" * (MAX_ENDPOINT - 25),
    ],
)
def test_endpoints_as_browsers_give_them_are_taken(endpoint: str) -> None:
    assert read_browser(endpoint, *KEYS, PUBLIC).endpoint == endpoint


def test_keys_that_are_none_are_refused() -> None:
    p256dh, auth = KEYS
    off = bytearray(GOOD.p256dh)
    off[-1] ^= 1
    compressed = b"\x02" + GOOD.p256dh[1:33]
    for wrong in (
        (unpadded(bytes(off)), auth), (unpadded(compressed), auth), ("", auth), ("****", auth),
        (p256dh, unpadded(b"x" * 15)), (p256dh, unpadded(b"x" * 17)), (p256dh, "x" * 200),
    ):  # fmt: skip
        with pytest.raises(BadInput) as no:
            read_browser("https://push.example.com/1", *wrong, PUBLIC)
        assert no.value.code == "PUSH_KEYS"


def test_a_topic_has_32_characters_of_its_alphabet() -> None:
    topic = topic_of("01J0000000000000000000000A")
    assert len(topic) == 32
    assert set(topic) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_a_receiver_says_how_long_to_wait_in_seconds_or_by_a_date() -> None:
    assert _wait_s("120", NOW) == 120
    assert _wait_s("Wed, 25 Nov 2026 04:00:30 GMT", NOW) == 30
    assert _wait_s("Wed, 25 Nov 2026 03:00:00 GMT", NOW) == 0
    for nonsense in ("", "soon", "-5", "1e9", "９", "123456789"):
        assert _wait_s(nonsense, NOW) == 0


class Moved:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    database = Database(f"sqlite:///{tmp_path / 'finder.sqlite3'}")
    yield Store(database, Vault({"test": bytes(32)}))
    await database.close()


async def test_the_key_is_made_once_kept_sealed_and_signs_for_one_service_at_a_time(store: Store) -> None:
    clock = Moved()
    key = PushKey(store, clock, "mailto:people@finder.example")
    public = await key.public()
    assert len(padded(public)) == 65
    assert await PushKey(store, clock).public() == public
    header = await key.authorization("https://push.example.com")
    assert await key.authorization("https://push.example.com") == header
    assert await key.authorization("https://other.example.com") != header
    token = header.removeprefix("vapid t=").partition(",")[0]
    claims = msgspec.json.decode(padded(token.split(".")[1]))
    until = int((NOW + GOOD_FOR).timestamp())
    assert claims == {"aud": "https://push.example.com", "exp": until, "sub": "mailto:people@finder.example"}
    clock.now += timedelta(hours=6)
    assert await key.authorization("https://push.example.com") != header
    async with store.tables.database.read() as connection:
        (kept,) = (await connection.execute(sa.select(KEY.c.sealed).where(KEY.c.name == "web-push"))).scalars()
    assert b"PRIVATE KEY" not in bytes(kept)


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    made = PushService()
    async with push_running(made):
        yield made


def sender_of(store: Store, rules: AddressRules = LOOPBACK, total_s: float = 5.0) -> PushSender:
    return PushSender(PushKey(store, system_clock), rules, Caution(total_s=total_s, connections=4))


async def test_a_push_service_knows_us_opens_it_and_its_troubles_are_told_apart(
    store: Store, service: PushService
) -> None:
    sender = sender_of(store)
    told = service.subscribe(await sender._key.public())
    browser = read_browser(**told, rules=LOOPBACK)

    async def send(to: Browser = browser) -> Outcome:
        return await sender.send(to, b'{"title":"1"}', topic="t" * 32, ttl=timedelta(minutes=10))

    assert await send() is Outcome.TAKEN
    (taken,) = service.told
    assert (taken.content, taken.ttl, taken.urgency, taken.topic) == (b'{"title":"1"}', 600, "high", "t" * 32)
    for faults, outcome in (
        (PushFaults(gone=True), Outcome.GONE),
        (PushFaults(unknown=True), Outcome.GONE),
        (PushFaults(refuses=True), Outcome.REFUSED),
        (PushFaults(redirects=True), Outcome.REFUSED),
    ):
        service.faults = faults
        assert await send() is outcome
    service.faults = PushFaults(busy_s=17)
    with pytest.raises(PushUnavailable) as busy:
        await send()
    assert busy.value.wait_s == 17
    service.faults = PushFaults(errors=1)
    with pytest.raises(PushUnavailable):
        await send()
    assert await send() is Outcome.TAKEN
    stranger = read_browser(**service.subscribe(unpadded(point_of(GOOD.key.public_key()))), rules=LOOPBACK)
    assert await send(stranger) is Outcome.REFUSED
    assert service.refused == ["not the key that was subscribed to"]
    await sender.close()


async def test_silence_ends_in_time_and_an_address_that_is_denied_by_now_is_gone(
    store: Store, service: PushService
) -> None:
    sender = sender_of(store, total_s=0.3)
    browser = read_browser(**service.subscribe(await sender._key.public()), rules=LOOPBACK)
    service.faults = PushFaults(silent=True)
    with pytest.raises(PushUnavailable):
        await sender.send(browser, b"{}", topic="t", ttl=timedelta(0))
    await sender.close()
    strict = sender_of(store, PUBLIC)
    assert await strict.send(browser, b"{}", topic="t", ttl=timedelta(0)) is Outcome.GONE
    await strict.close()
