"""The message gateway over real HTTP: what is sent arrives; what goes wrong is one refusal that repeats nothing."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from finder.identity.sms import HttpSms, NoSms, SmsNotSet, SmsUnavailable
from finder.sandbox.faults import Faults
from finder.sandbox.sms import SmsGateway, sms_running

PHONE, CODE = "13812345678", "042042"


@pytest.fixture
def gateway() -> SmsGateway:
    return SmsGateway()


@pytest.fixture
async def url(gateway: SmsGateway) -> AsyncIterator[str]:
    async with sms_running(gateway) as url:
        yield url


@pytest.fixture
async def sms(gateway: SmsGateway, url: str) -> AsyncIterator[HttpSms]:
    sms = HttpSms(url, SecretStr(gateway.key), httpx.AsyncClient(timeout=0.5, trust_env=False))
    yield sms
    await sms.close()


async def test_a_code_arrives_and_the_gateway_shows_it(gateway: SmsGateway, sms: HttpSms, url: str) -> None:
    await sms.send(PHONE, CODE, 5)
    assert gateway.code_of(PHONE) == CODE
    async with httpx.AsyncClient(trust_env=False) as client:
        shown = await client.get(f"{url}/messages", headers={"authorization": f"Bearer {gateway.key}"})
        refused = await client.get(f"{url}/messages")
    assert shown.json() == [{"phone": PHONE, "code": CODE, "minutes": 5}]
    assert refused.status_code == 401


@pytest.mark.parametrize(
    "faults", [{"errors": 1.0}, {"slow_s": 3.0}, {"redirects": True}, {"garbage": True}, {"silent": True}]
)
async def test_whatever_goes_wrong_is_one_refusal_that_repeats_nothing(
    gateway: SmsGateway, sms: HttpSms, faults: dict[str, Any]
) -> None:
    gateway.switchboard.set(Faults(**faults))
    with pytest.raises(SmsUnavailable) as refused:
        await sms.send(PHONE, CODE, 5)
    assert refused.value.retryable
    assert PHONE not in f"{refused.value!r} {refused.value} {refused.value.__cause__!r}"
    assert not gateway.messages


async def test_a_gateway_that_is_not_there_or_has_another_key_is_refused(gateway: SmsGateway, url: str) -> None:
    for target, key in ((url, "another"), ("http://127.0.0.1:1/sms", gateway.key), ("http://[", gateway.key)):
        sms = HttpSms(target, SecretStr(key))
        with pytest.raises(SmsUnavailable):
            await sms.send(PHONE, CODE, 5)
        await sms.close()


async def test_where_no_gateway_is_set_the_refusal_says_which_setting() -> None:
    with pytest.raises(SmsNotSet, match="FINDER_SMS_URL"):
        await NoSms().send(PHONE, CODE, 5)
