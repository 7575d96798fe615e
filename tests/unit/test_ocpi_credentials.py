"""Credentials and endpoints of both versions: whom to address, which interface is meant, what is no credentials."""

from datetime import timedelta
from typing import Any

import pytest

from finder.connectors.ocpi.config import Party
from finder.connectors.ocpi.credentials import (
    MAX_ENDPOINTS,
    Endpoint,
    Given,
    Registration,
    Role,
    read_credentials,
    read_endpoints,
)
from finder.connectors.ocpi.tokens import MAX_TOKEN
from finder.errors import BadInput
from tests.protocol.tcec102_peer import NOON

CPO = {"role": "CPO", "country_code": "CN", "party_id": "PRA", "business_details": {"name": "某充电"}}
TOLD: dict[str, Any] = {"token": "t", "url": "https://cpo.example/versions", "roles": [CPO]}


def test_a_hub_of_2_3_0_is_told_apart_from_its_parties() -> None:
    read = read_credentials({**TOLD, "hub_party_id": "CNHUB"})
    assert read.hub == "CNHUB"
    held = Registration(calling="t", roles=read.roles, hub=read.hub)
    assert held.counterpart() == Party("CN", "HUB")


@pytest.mark.parametrize("hub", [None, "", "CN", "CNHUBS", 12345])
def test_what_is_no_hub_is_none(hub: Any) -> None:
    assert read_credentials({**TOLD, "hub_party_id": hub}).hub == ""


def test_the_only_cpo_is_addressed_and_of_several_none() -> None:
    emsp, one, other = Role("EMSP", "CN", "EEE"), Role("CPO", "CN", "AAA"), Role("CPO", "CN", "BBB")
    assert Registration(roles=(emsp, one)).counterpart() == Party("CN", "AAA")
    assert Registration(roles=(one, other)).counterpart() is None
    assert Registration(roles=(emsp,)).counterpart() == Party("CN", "EEE")
    assert Registration().counterpart() is None


def test_an_interface_is_found_by_its_role_and_the_only_one_whatever_its_role() -> None:
    held = Registration(
        endpoints=(
            Endpoint("locations", "SENDER", "s"),
            Endpoint("locations", "RECEIVER", "r"),
            Endpoint("cdrs", "RECEIVER", "c"),
        )
    )
    assert held.endpoint("locations", "SENDER") == "s"
    assert held.endpoint("cdrs", "SENDER") == "c"
    assert held.endpoint("tariffs", "SENDER") is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"token": None}, "BAD_TOKEN"),
        ({"token": ""}, "BAD_TOKEN"),
        ({"token": "a b"}, "BAD_TOKEN"),
        ({"token": "é"}, "BAD_TOKEN"),
        ({"token": "a\n"}, "BAD_TOKEN"),
        ({"token": "x" * (4 * MAX_TOKEN + 1)}, "BAD_TOKEN"),
        ({"url": None}, "BAD_URL"),
        ({"roles": []}, "NO_ROLES"),
        ({"roles": "CPO"}, "NO_ROLES"),
        ({"roles": [{**CPO, "party_id": None}]}, "BAD_ID"),
    ],
)
def test_what_is_no_credentials_is_named(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(BadInput) as bad:
        read_credentials(TOLD | changes)
    assert bad.value.code == code


def test_a_token_four_times_as_long_as_allowed_is_still_used() -> None:
    assert read_credentials({**TOLD, "token": "x" * (4 * MAX_TOKEN)}).token


def test_the_first_hundred_endpoints_are_read() -> None:
    listed = [{"identifier": f"m{n}", "role": "SENDER", "url": "u"} for n in range(MAX_ENDPOINTS + 1)]
    assert len(read_endpoints({"endpoints": listed})) == MAX_ENDPOINTS
    with pytest.raises(BadInput):
        read_endpoints({"endpoints": [{"identifier": 3, "url": "u"}, "x"]})


def test_an_old_token_opens_until_its_end_and_not_at_it() -> None:
    held = Registration(given=(Given("new"), Given("old", NOON)))
    assert held.opens(("old",), NOON - timedelta(seconds=1))
    assert not held.opens(("old",), NOON)
    assert held.opens(("x", "new"), NOON)
    assert not held.opens((), NOON)


def test_no_token_is_in_any_repr() -> None:
    given = Given("secret-1", NOON)
    held = Registration(calling="secret-2", given=(given,))
    assert not any("secret" in repr(each) for each in (given, held, read_credentials({**TOLD, "token": "secret-3"})))
