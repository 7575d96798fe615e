"""Payment agreements on SQLite and on a real PostgreSQL: who pays is sealed, and an ended one begins nothing."""

import asyncio
import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from finder.charging.agreements import AGREEMENT, MOST, OPEN_RATE, Agreements, AgreementsHeld
from finder.charging.orders import MAX_CAP
from finder.charging.payers import LinkedPayers, Payer, PayerProof, PracticePayers, Word
from finder.errors import BadInput, Conflict, FinderError, NotFound, TooLarge
from finder.identity.buckets import TooOften
from finder.identity.oidc import Oidc
from finder.identity.privacy import Privacy
from finder.identity.roles import Caller
from finder.identity.sessions import NotSignedIn
from finder.identity.store import Store
from finder.identity.vault import Vault
from finder.kernel.money import Money
from finder.storage.database import Database
from tests.contract.people_world import HERE, KEYS, OTHER_PHONE, PHONE, PeopleWorld, people_world

CAP, NONE = Money(20_000), Word()


class Wallets:
    """A channel at which everybody has the account that the word's code names."""

    def __init__(self, *, standing: bool = True) -> None:
        self.standing = standing

    async def prove(self, caller: Caller, word: Word) -> Payer:
        return Payer(word.code, self.standing)


@pytest.fixture
def w(database: Database) -> PeopleWorld:
    return people_world(database)


@pytest.fixture
def agreements(w: PeopleWorld) -> Agreements:
    proofs: dict[str, PayerProof] = {
        "wechat": Wallets(),
        "alipay": Wallets(standing=False),
        "practice": PracticePayers(),
    }
    return Agreements(w.people.store, w.people.audit, w.clock, w.people.buckets, proofs)


async def test_an_agreement_is_made_listed_and_ended_and_still_pays_for_what_runs(
    w: PeopleWorld, agreements: Agreements
) -> None:
    caller = await w.caller()
    made = await agreements.open(caller, "wechat", CAP, Word(code="openid-1"))
    assert (made.person, made.channel, made.standing, made.cap, made.ended_at) == (
        caller.person,
        "wechat",
        True,
        CAP,
        None,
    )
    assert await agreements.of(caller.person) == [made]
    assert await agreements.usable(caller.person, made.id) == made
    assert await agreements.payer(made.id) == "openid-1"
    w.clock.pass_(timedelta(minutes=1))
    ended = await agreements.end(caller, made.id)
    assert ended.ended_at == w.clock.now
    w.clock.pass_(timedelta(minutes=1))
    assert await agreements.end(caller, made.id) == ended  # once
    with pytest.raises(Conflict) as over:
        await agreements.usable(caller.person, made.id)
    assert over.value.code == "AGREEMENT_ENDED"
    assert await agreements.payer(made.id) == "openid-1"
    assert await agreements.of(caller.person) == [ended]
    history = [entry.what for entry in await w.people.audit.history(caller.person)]
    assert history[-2:] == ["agreement.opened", "agreement.ended"]


async def test_another_persons_agreement_does_not_exist(w: PeopleWorld, agreements: Agreements) -> None:
    made = await agreements.open(await w.caller(), "wechat", CAP, Word(code="openid-1"))
    stranger = await w.caller(OTHER_PHONE)
    for asked in (agreements.end(stranger, made.id), agreements.usable(stranger.person, made.id)):
        with pytest.raises(NotFound) as none:
            await asked
        assert none.value.code == "NO_AGREEMENT"
    with pytest.raises(NotFound):
        await agreements.payer("01H0000000000000000000000")
    assert await agreements.of(stranger.person) == []


async def test_the_same_payer_agrees_once_and_to_other_terms_only_after_ending(
    w: PeopleWorld, agreements: Agreements
) -> None:
    caller, word = await w.caller(), Word(code="openid-1")
    first, second = await asyncio.gather(*(agreements.open(caller, "wechat", CAP, word) for _ in range(2)))
    assert first == second
    for cap, standing in ((Money(1), True), (CAP, False)):
        with pytest.raises(Conflict) as there:
            await agreements.open(caller, "wechat", cap, word, standing=standing)
        assert there.value.code == "AGREEMENT_THERE"
    await agreements.end(caller, first.id)
    assert (await agreements.open(caller, "wechat", Money(1), word)).id != first.id
    assert (await agreements.open(await w.caller(OTHER_PHONE), "wechat", CAP, word)).id != first.id  # a family's


async def test_standing_is_what_both_the_channel_and_the_person_want(w: PeopleWorld, agreements: Agreements) -> None:
    caller = await w.caller()
    for channel, asked, told in (("alipay", True, False), ("wechat", False, False), ("practice", True, True)):
        made = await agreements.open(caller, channel, CAP, Word(code="id"), standing=asked)
        assert made.standing is told


async def test_every_limit_at_it_and_one_past_it(w: PeopleWorld, agreements: Agreements) -> None:
    caller = await w.caller()

    async def refused(channel: str, cap: int) -> str:
        with pytest.raises(BadInput) as no:
            await agreements.open(caller, channel, Money(cap), Word(code="x"))
        assert no.value.zh
        return no.value.code

    assert await refused("cash", 1) == "CHANNEL_UNKNOWN"
    assert await refused("wechat", 0) == await refused("wechat", MAX_CAP.fen + 1) == "CAP_OUT_OF_RANGE"
    made = [await agreements.open(caller, "wechat", MAX_CAP, Word(code=f"openid-{n}")) for n in range(MOST)]
    w.clock.pass_(timedelta(hours=1))
    with pytest.raises(TooLarge) as many:
        await agreements.open(caller, "wechat", MAX_CAP, Word(code="one more"))
    assert many.value.code == "MANY_AGREEMENTS"
    await agreements.end(caller, made[0].id)
    await agreements.open(caller, "wechat", MAX_CAP, Word(code="one more"))
    hasty = await w.caller(OTHER_PHONE)
    for _ in range(OPEN_RATE.burst):
        await agreements.open(hasty, "wechat", MAX_CAP, Word(code="again"))
    with pytest.raises(TooOften):
        await agreements.open(hasty, "wechat", MAX_CAP, Word(code="again"))


async def test_who_pays_stands_nowhere_in_the_open_and_is_sealed_anew_with_the_rest(
    w: PeopleWorld, agreements: Agreements, database: Database
) -> None:
    caller = await w.caller()
    made = await agreements.open(caller, "wechat", CAP, Word(code="openid-secret"))
    assert b"openid-secret" not in await w.dump()
    assert "openid-secret" not in repr(made) + repr(Payer("openid-secret", standing=True)) + repr(Word("a", "b", "c"))
    newer = {"k2": bytes(32)}
    assert await Store(database, Vault({**newer, **KEYS})).reseal() == 4  # the key that finds, phone, device, payer
    after = Agreements(Store(database, Vault(newer)), w.people.audit, w.clock, w.people.buckets, {})
    assert await after.payer(made.id) == "openid-secret"


async def test_it_is_exported_and_erased_with_its_person(w: PeopleWorld, agreements: Agreements) -> None:
    privacy = Privacy(w.people, [AgreementsHeld(w.people.store)])
    caller = await w.caller()
    made = await agreements.open(caller, "wechat", CAP, Word(code="openid-1"))
    (told,) = json.loads(await privacy.export(caller))["agreements"]
    assert (told["id"], told["channel"], told["payer"], told["capFen"], told["until"]) == (
        made.id,
        "wechat",
        "openid-1",
        CAP.fen,
        None,
    )
    async with w.database.read() as connection:
        row = (await connection.execute(sa.select(AGREEMENT))).one()
    w.clock.pass_(timedelta(hours=3))
    challenge = await w.people.request_code(PHONE, HERE)
    await privacy.erase(caller, challenge.token, w.inbox.sent[-1][1])
    dump = await w.dump()
    assert bytes(row.payer) not in dump
    assert bytes(row.payer_lookup) not in dump
    with pytest.raises(NotFound):
        await agreements.payer(made.id)
    with pytest.raises(NotSignedIn):
        await agreements.open(caller, "wechat", CAP, Word(code="openid-1"))


async def test_a_linked_payer_is_asked_for_what_its_provider_gave(w: PeopleWorld) -> None:
    oidc = Oidc(w.people, [], "https://finder.example", w.clock)
    proof = LinkedPayers(oidc, "wechat", standing=True)
    for word, told in ((NONE, "PAYER_NOT_PROVEN"), (Word("t", "c", "s"), "PROVIDER_REFUSED")):
        with pytest.raises(FinderError) as no:
            await proof.prove(await w.caller(), word)
        assert no.value.code == told
    await oidc.close()
