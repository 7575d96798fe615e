"""Our own keys change at an operator: it may have the new ones before us, after us, or at the same moment."""

from collections.abc import AsyncIterator

import pytest

from finder.connectors.tcec102 import Credentials
from finder.errors import OperatorRefused
from finder.sandbox.platform import Platform
from finder.sandbox.serve import Sandbox
from tests.protocol.sandbox_running import configured, connected, running
from tests.protocol.tcec102_peer import Hand

pytestmark = pytest.mark.slow
NEW = Credentials("new-secret", "n" * 16, "n" * 16, "new-signing")


@pytest.fixture
async def clock() -> Hand:
    return Hand()


@pytest.fixture
async def sandbox(clock: Hand) -> AsyncIterator[Sandbox]:
    async with running(clock, share=0.01, pushing=False) as sandbox:
        yield sandbox


def take(platform: Platform, keys: Credentials) -> None:
    """From now on the operator knows these keys alone."""
    platform._keys = keys
    platform._tokens.clear()


async def test_the_operator_takes_the_new_keys_while_we_call(sandbox: Sandbox, clock: Hand) -> None:
    before, platform = configured(sandbox, "jinbei").calling, sandbox.platforms["jinbei"]
    gun = next(iter(platform.sites.values())).guns[0].id
    async with connected(sandbox, "jinbei", clock, calling=NEW, calling_before=before) as connector:
        assert (await connector.plug("1", f"jinbei/{gun}")).ready in (True, False)  # under the old ones
        take(platform, NEW)
        assert (await connector.plug("1", f"jinbei/{gun}")).ready in (True, False)
        assert connector.config.calling == NEW
    async with connected(sandbox, "jinbei", clock, calling=NEW) as connector:  # the rotation is over
        assert (await connector.plug("1", f"jinbei/{gun}")).ready in (True, False)


async def test_keys_that_the_operator_does_not_have_are_named(sandbox: Sandbox, clock: Hand) -> None:
    async with connected(sandbox, "jinbei", clock, calling=NEW) as connector:
        with pytest.raises(OperatorRefused) as refusal:
            await connector.plug("1", "jinbei/x")
        assert refusal.value.code == "RET_4001"
        assert NEW.sig_secret not in str(refusal.value)
