"""A T/CEC 102 operator asks for a car: every answer of the desk has its number, in the operator's own dialect too."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from finder.connectors.sdk.desk import Authorization, AuthorizationAsk, NoDesk, Permission, TokenKind, VehicleSeen
from finder.connectors.tcec102 import receive_cars
from finder.connectors.tcec102.profile import Profile
from finder.connectors.tcec102.receive_cars import MAX_TOKEN, REASONS
from finder.errors import StoreUnavailable
from finder.kernel.ids import new_order, short
from finder.kernel.money import Money
from tests.protocol.tcec102_peer import OURS, PEER, Hand, Peer

VIN, QUESTION = "LSVAA4182E2000001", f"{PEER}202611241200000001"
ASKED = {"EquipAuthSeq": QUESTION, "ConnectorID": "G1", "VIN": VIN}
ASK = "query_equip_auth"


class Desk(NoDesk):
    """Says what a test wants it to, and remembers what it heard. Is a VehicleDesk."""

    def __init__(self, said: Authorization = Authorization(Permission.UNBOUND), slow_s: float = 0.0) -> None:  # noqa: B008
        self.said, self.slow_s, self.away = said, slow_s, False
        self.asks: list[AuthorizationAsk] = []
        self.seen: list[VehicleSeen] = []

    async def authorize(self, ask: AuthorizationAsk) -> Authorization:
        self.asks.append(ask)
        if self.away:
            raise StoreUnavailable("库不可用", "the store is away")
        await asyncio.sleep(self.slow_s)
        return self.said

    async def vehicle(self, seen: VehicleSeen) -> None:
        self.seen.append(seen)


async def peer_of(desk: Desk, **changes: Any) -> Peer:
    peer = Peer(Hand(), desk=desk, **changes)
    await peer.log_in()
    return peer


async def ask(peer: Peer, body: dict[str, Any] = ASKED, interface: str = ASK) -> tuple[int, Any]:
    ret, data, _ = await peer.post(interface, peer.seal(body))
    return ret, data


async def test_yes_brings_our_number_the_most_and_until_when() -> None:
    order = new_order()
    desk = Desk(Authorization(Permission.ALLOWED, order, Money(5_001), Hand()() + timedelta(minutes=5), "person-1"))
    peer = await peer_of(desk)
    assert await ask(peer) == (
        0,
        {
            "EquipAuthSeq": QUESTION,
            "ConnectorID": "G1",
            "SuccStat": 0,
            "FailReason": 0,
            "StartChargeSeq": OURS + short(order),
            "LimitMoney": 50.01,
            "ValidUntil": (Hand()() + timedelta(hours=8, minutes=5)).strftime("%Y-%m-%d %H:%M:%S"),
        },
    )
    (asked,) = desk.asks
    assert (asked.kind, asked.token, asked.evse_id, asked.operator_ref) == (TokenKind.VIN, VIN, "op/G1", QUESTION)
    assert VIN not in repr(asked)
    await peer.connector.close()


@pytest.mark.parametrize("permission", [each for each in Permission if each is not Permission.ALLOWED])
async def test_every_no_has_a_number_of_its_own_and_no_order(permission: Permission) -> None:
    peer = await peer_of(Desk(Authorization(permission)))
    ret, data = await ask(peer)
    assert (ret, data["SuccStat"], data["FailReason"]) == (0, 1, REASONS[permission])
    assert "StartChargeSeq" not in data
    assert len(set(REASONS.values())) == len(REASONS)
    assert not {0, 1, 2} & set(REASONS.values())
    await peer.connector.close()


async def test_an_operator_with_names_and_numbers_of_its_own_is_asked_and_answered_in_them() -> None:
    profile = Profile(names={"carNo": "VIN"}, vin_interface="query_vin_check", vin_reasons={"UNBOUND": 4})
    desk = Desk()
    peer = await peer_of(desk, profile=profile)
    body = {"EquipAuthSeq": QUESTION, "ConnectorID": "G1", "carNo": VIN}
    assert await ask(peer, body, "query_vin_check") == (
        0,
        {"EquipAuthSeq": QUESTION, "ConnectorID": "G1", "SuccStat": 1, "FailReason": 4},
    )
    assert desk.asks[0].token == VIN
    assert (await ask(peer, body, ASK))[0] == 4003
    await peer.connector.close()


async def test_a_contract_is_asked_for_where_no_vin_is_known() -> None:
    desk = Desk()
    peer = await peer_of(desk)
    await ask(peer, {"EquipAuthSeq": QUESTION, "ConnectorID": "G1", "ContractID": "CNFDRC00000000"})
    assert [(each.kind, each.token) for each in desk.asks] == [(TokenKind.EMAID, "CNFDRC00000000")]
    await peer.connector.close()


@pytest.mark.parametrize(
    "broken",
    [
        {"VIN": ""},
        {"VIN": None},
        {"VIN": 17},
        {"VIN": "V" * (MAX_TOKEN + 1)},
        {"VIN": "a\nb"},
        {"EquipAuthSeq": "short"},
        {"ConnectorID": ""},
    ],
)
async def test_what_is_no_question_is_refused_and_asks_nobody(broken: dict[str, Any]) -> None:
    desk = Desk()
    peer = await peer_of(desk)
    assert (await ask(peer, {**ASKED, **broken}))[0] == 4004
    assert desk.asks == []
    assert (await ask(peer, {**ASKED, "VIN": "V" * MAX_TOKEN}))[0] == 0
    await peer.connector.close()


async def test_a_desk_that_is_slow_or_away_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive_cars, "WITHIN_S", 0.01)
    desk = Desk(Authorization(Permission.ALLOWED, new_order()), slow_s=5)
    peer = await peer_of(desk)
    assert (await ask(peer))[1]["FailReason"] == REASONS[Permission.UNDECIDED]
    desk.away = True
    assert (await ask(peer))[1]["FailReason"] == REASONS[Permission.UNDECIDED]
    await peer.connector.close()


async def test_a_sessions_vehicle_is_told_before_its_state_and_a_bad_one_is_not() -> None:
    desk = Desk()
    peer = await peer_of(desk)
    body = {
        "StartChargeSeq": QUESTION,
        "StartChargeSeqStat": 2,
        "ConnectorID": "G1",
        "TotalPower": 1,
        "EndTime": "2026-11-24 12:00:00",
    }
    for vin in (VIN, None, 17, "", "V" * (MAX_TOKEN + 1)):
        ret, _, _ = await peer.post("notification_equip_charge_status", peer.seal({**body, "VIN": vin}))
        assert ret == 0
    assert desk.seen == [VehicleSeen("op", QUESTION, VIN, None, "op/G1")]
    assert VIN not in repr(desk.seen)
    await peer.connector.close()
