"""Passkeys (WebAuthn): signing in by a key that a device keeps and opens by finger, face or PIN; two factors in one.

Options and credentials are JSON as browsers take and give them (WebAuthn Level 3, 5.1.8 to 5.1.10).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

import sqlalchemy as sa
import webauthn
from sqlalchemy.ext.asyncio import AsyncConnection
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from finder.errors import Denied, NotFound, TooLarge
from finder.identity.roles import Caller
from finder.identity.store import Store
from finder.identity.tables import PASSKEY, PASSKEY_CHALLENGE
from finder.kernel.clock import Clock
from finder.storage.unit import from_us, to_us

MOST = 10  # of one person
GOOD_FOR = timedelta(minutes=5)
MAX_JSON = 16_384  # characters
T = TypeVar("T")
_REQUIRED = UserVerificationRequirement.REQUIRED


class WrongPasskey(Denied):
    """One answer for a passkey that is unknown, was removed, is of another site, or is used twice."""

    default_code = "PASSKEY_WRONG"

    def __init__(self) -> None:
        super().__init__(
            "通行密钥验证失败，请重试，或用短信验证码登录",
            "the passkey was not accepted: try again, or sign in by text message",
        )


@dataclass(frozen=True, slots=True)
class Site:
    """For whom passkeys are made: a host name, and the origin of its pages."""

    host: str
    origin: str
    name: str


def site_of(base_url: str, name: str) -> Site:
    """The site at this URL."""
    parts = urlsplit(base_url)
    return Site(parts.hostname or "localhost", f"{parts.scheme}://{parts.netloc}", name)


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner sees it."""

    id: str
    person: str
    added_at: datetime
    used_at: datetime | None


def _judged(judge: Callable[[], T]) -> T:
    """What the library says. Raises WrongPasskey for whatever hostile JSON, CBOR, ASN.1 or base64 make it raise."""
    try:
        return judge()
    except Exception:
        raise WrongPasskey from None


class Passkeys:
    """Works within its caller's transactions."""

    def __init__(self, store: Store, clock: Clock, site: Site) -> None:
        self._store, self._clock, self._site = store, clock, site

    async def offer(self, connection: AsyncConnection, caller: Caller, name: str) -> str:
        """Options for `navigator.credentials.create`; `name` is what the device shows. Raises TooLarge."""
        known = await self.of(connection, caller.person)
        if len(known) >= MOST:
            raise TooLarge(
                f"最多 {MOST} 个通行密钥，请先移除不用的", f"at most {MOST} passkeys: remove one that is not used"
            )
        options = webauthn.generate_registration_options(
            rp_id=self._site.host,
            rp_name=self._site.name,
            user_id=caller.person.encode(),
            user_name=name,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(each.id)) for each in known],
        )
        await self._remember(connection, options.challenge, caller.session)
        return options_to_json(options)

    async def add(self, connection: AsyncConnection, caller: Caller, credential: str) -> Passkey:
        """Keeps what the device made for the offer in this very session. Raises WrongPasskey, TooLarge."""
        challenge = await self._recall(connection, credential, caller.session)
        if len(await self.of(connection, caller.person)) >= MOST:
            raise TooLarge(f"最多 {MOST} 个通行密钥", f"at most {MOST} passkeys")
        made = _judged(
            lambda: webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._site.host,
                expected_origin=self._site.origin,
                require_user_verification=True,
            )
        )
        now = to_us(self._clock())
        row = {
            "id": made.credential_id,
            "person": caller.person,
            "public_key": made.credential_public_key,
            "signatures": made.sign_count,
            "added_at": now,
        }
        put = self._store.tables.insert(PASSKEY).values(**row).on_conflict_do_nothing()
        if not (await connection.execute(put)).rowcount:
            raise WrongPasskey
        return Passkey(bytes_to_base64url(made.credential_id), caller.person, from_us(now), None)

    async def ask(self, connection: AsyncConnection) -> str:
        """Options for `navigator.credentials.get`, whoever it is that signs in."""
        options = webauthn.generate_authentication_options(rp_id=self._site.host, user_verification=_REQUIRED)
        await self._remember(connection, options.challenge, "")
        return options_to_json(options)

    async def prove(self, connection: AsyncConnection, credential: str) -> str:
        """The person whose passkey signed what was asked. Raises WrongPasskey."""
        challenge = await self._recall(connection, credential, "")
        given = _judged(lambda: parse_authentication_credential_json(credential))
        own = PASSKEY.c.id == given.raw_id
        row = (await connection.execute(sa.select(PASSKEY).where(own).with_for_update())).one_or_none()
        if row is None or given.response.user_handle not in (None, row.person.encode()):
            raise WrongPasskey
        told = _judged(
            lambda: webauthn.verify_authentication_response(
                credential=given,
                expected_challenge=challenge,
                expected_rp_id=self._site.host,
                expected_origin=self._site.origin,
                credential_public_key=bytes(row.public_key),
                credential_current_sign_count=row.signatures,
                require_user_verification=True,
            )
        )
        used = {"signatures": told.new_sign_count, "used_at": to_us(self._clock())}
        await connection.execute(sa.update(PASSKEY).where(own).values(**used))
        return str(row.person)

    async def of(self, connection: AsyncConnection, person: str) -> list[Passkey]:
        """A person's passkeys, the oldest first."""
        question = sa.select(PASSKEY).where(PASSKEY.c.person == person).order_by(PASSKEY.c.added_at, PASSKEY.c.id)
        return [
            Passkey(
                *(bytes_to_base64url(bytes(row.id)), row.person, from_us(row.added_at)),
                None if row.used_at is None else from_us(row.used_at),
            )
            for row in await connection.execute(question)
        ]

    async def remove(self, connection: AsyncConnection, caller: Caller, passkey: str) -> None:
        """Forgets one of the caller's. Raises NotFound, for another's too."""
        try:
            own = sa.and_(PASSKEY.c.person == caller.person, PASSKEY.c.id == base64url_to_bytes(passkey))
        except ValueError:
            own = sa.and_(sa.false())
        if not (await connection.execute(sa.delete(PASSKEY).where(own))).rowcount:
            raise NotFound("您没有这个通行密钥", "you have no such passkey", code="NO_PASSKEY")

    async def _remember(self, connection: AsyncConnection, challenge: bytes, session: str) -> None:
        now = self._clock()
        past = PASSKEY_CHALLENGE.c.until < to_us(now)
        await connection.execute(sa.delete(PASSKEY_CHALLENGE).where(past))
        row = {"challenge": self._mac(challenge), "session": session, "until": to_us(now + GOOD_FOR)}
        await connection.execute(sa.insert(PASSKEY_CHALLENGE).values(**row))

    async def _recall(self, connection: AsyncConnection, credential: str, session: str) -> bytes:
        """The challenge that the credential answers, which is forgotten. Raises WrongPasskey."""
        if len(credential) > MAX_JSON:
            raise WrongPasskey
        parse: Any = parse_registration_credential_json if session else parse_authentication_credential_json
        challenge: bytes = _judged(
            lambda: parse_client_data_json(parse(credential).response.client_data_json).challenge
        )
        own = sa.and_(
            PASSKEY_CHALLENGE.c.challenge == self._mac(challenge),
            PASSKEY_CHALLENGE.c.session == session,
            PASSKEY_CHALLENGE.c.until >= to_us(self._clock()),
        )
        if not (await connection.execute(sa.delete(PASSKEY_CHALLENGE).where(own))).rowcount:
            raise WrongPasskey
        return challenge

    def _mac(self, challenge: bytes) -> bytes:
        return self._store.mac("passkey", challenge.hex())
