"""Signing in at WeChat and at Alipay, over real HTTP at practice providers that check what the real ones do."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from finder.charging.payers import LinkedPayers, Word
from finder.errors import Conflict, Denied
from finder.identity.alipay import AlipayProvider
from finder.identity.oidc import GOOD_FOR, MAX_TEXT, AnyProvider, Begun, Oidc, ProviderRefused, ProviderUnavailable
from finder.identity.wechat import WechatProvider, Where
from finder.providers import AlipaySeals, load_providers
from finder.sandbox.faults import NONE, Faults
from finder.sandbox.sign_in import PracticeAlipaySignIn, PracticeWechatSignIn, SignInServer, sign_in_running
from finder.sandbox.sign_in.codes import GOOD_FOR as CODE_GOOD_FOR
from finder.storage.database import Database
from tests.contract.people_world import HERE, OTHER_PHONE, PeopleWorld, people_world
from tests.protocol.channel_keys import key
from tests.protocol.serving import serving

BASE_URL = "https://finder.example"
BACK = f"{BASE_URL}/signed-in"
IMPATIENT_S = 0.1  # of the one test that waits for it
KINDS = ("wechat", "inside", "alipay", "user_id")
Practice = PracticeWechatSignIn | PracticeAlipaySignIn


@dataclass
class Scene:
    """The finder, and one practice provider."""

    w: PeopleWorld
    oidc: Oidc
    practice: Practice
    provider: AnyProvider
    browser: httpx.AsyncClient

    async def begin(self, *caller: Any) -> Begun:
        return await self.oidc.begin(self.provider.id, HERE, *caller)

    async def back(self, begun: Begun, name: str = "zhang") -> tuple[str, str, str]:
        """What the browser has after this person signed in there: ticket, code and state."""
        answer = await self.browser.get(httpx.URL(begun.url).copy_merge_params({"as": name}))
        assert answer.status_code == 302, answer.text
        assert answer.headers["location"].startswith(f"{BACK}?")
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        return begun.ticket, query["code" if "code" in query else "auth_code"][0], query["state"][0]

    async def came(self, name: str = "zhang", *caller: Any) -> tuple[str, str, str]:
        return await self.back(await self.begin(*caller), name)

    def name_there(self, name: str) -> str:
        there = self.practice
        return there.openid(name) if isinstance(there, PracticeWechatSignIn) else there.name_of(name)

    def secret(self) -> str:
        there = self.practice
        return there.secret if isinstance(there, PracticeWechatSignIn) else str(there.ours.private_numbers().d)

    def other(self, **changes: Any) -> Oidc:
        """The same finder, told otherwise of the provider."""
        return Oidc(self.w.people, [replace(self.provider, **changes)], BASE_URL, self.w.clock)

    def with_a_wrong_secret(self) -> Oidc:
        if isinstance(self.practice, PracticeWechatSignIn):
            return self.other(client_secret=SecretStr("another"))
        return self.other(seals=AlipaySeals(key("stranger"), (self.practice.theirs.public_key(),)))


@pytest.fixture(params=KINDS)
async def scene(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Scene]:
    w = people_world(Database(f"sqlite:///{tmp_path / 'finder.sqlite3'}"))
    practice: Practice
    told: Callable[[str], AnyProvider]
    if request.param in ("wechat", "inside"):
        practice = wechat = PracticeWechatSignIn("finder.example", w.clock)
        where = Where.INSIDE if request.param == "inside" else Where.WEBSITE
        told = lambda url: wechat.provider(url, where)  # noqa: E731
    else:
        practice = alipay = PracticeAlipaySignIn(
            BACK, w.clock, key("ours"), key("theirs"), open_ids=request.param == "alipay"
        )
        told = alipay.provider
    async with AsyncExitStack() as stack:
        stack.push_async_callback(w.database.close)
        url = await stack.enter_async_context(serving(Starlette(routes=practice.routes())))
        browser = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        oidc = Oidc(w.people, [told(url)], BASE_URL, w.clock)
        stack.push_async_callback(oidc.close)
        yield Scene(w, oidc, practice, told(url), browser)


async def test_a_person_links_first_and_signs_in_by_it_then(scene: Scene) -> None:
    caller = await scene.w.caller()
    with pytest.raises(Denied) as stranger:
        await scene.oidc.sign_in(*await scene.came(), "", HERE)
    assert stranger.value.code == "NOT_LINKED"
    await scene.oidc.link(caller, *await scene.came("zhang", caller))
    assert await scene.oidc.of(caller) == [scene.provider.id]
    tokens = await scene.oidc.sign_in(*await scene.came(), "小米 14", HERE)
    again = await scene.w.people.caller(tokens.access)
    assert (again.person, again.strong) == (caller.person, False)
    with pytest.raises(Denied):
        await scene.oidc.sign_in(*await scene.came("li"), "", HERE)
    await scene.oidc.unlink(caller, scene.provider.id)
    with pytest.raises(Denied):
        await scene.oidc.sign_in(*await scene.came(), "", HERE)


async def test_who_pays_is_the_name_under_our_application(scene: Scene) -> None:
    caller = await scene.w.caller()
    payers = LinkedPayers(scene.oidc, scene.provider.id, standing=False)
    with pytest.raises(ProviderRefused):  # not linked
        await payers.prove(caller, Word(*await scene.came("zhang", caller)))
    await scene.oidc.link(caller, *await scene.came("zhang", caller))
    payer = await payers.prove(caller, Word(*await scene.came("zhang", caller)))
    assert payer.id == scene.name_there("zhang")
    with pytest.raises(ProviderRefused):
        await payers.prove(caller, Word(*await scene.came("li", caller)))


async def test_an_account_there_is_one_persons_and_a_person_has_one_there(scene: Scene) -> None:
    mine, theirs = await scene.w.caller(), await scene.w.caller(OTHER_PHONE)
    await scene.oidc.link(mine, *await scene.came("zhang", mine))
    for caller, name in ((theirs, "zhang"), (mine, "li")):
        with pytest.raises(Conflict):
            await scene.oidc.link(caller, *await scene.came(name, caller))


async def test_what_comes_back_is_good_once_in_the_browser_that_began_and_for_its_purpose(scene: Scene) -> None:
    caller = await scene.w.caller()
    await scene.oidc.link(caller, *await scene.came("zhang", caller))
    another = await scene.begin()
    for change in ("ticket", "state", "unknown", "long"):
        ticket, code, state = await scene.came()
        wrong = {
            "ticket": (another.ticket, code, state),  # a code that was planted in another browser
            "state": (ticket, code, ("1" if state[0] == "0" else "0") + state[1:]),
            "unknown": ("never", code, state),
            "long": (ticket, "x" * (MAX_TEXT + 1), state),
        }[change]
        with pytest.raises(ProviderRefused):
            await scene.oidc.sign_in(*wrong, "", HERE)
    good = await scene.came()
    with pytest.raises(ProviderRefused):  # begun to sign in, not to link
        await scene.oidc.link(caller, *good)
    await scene.oidc.sign_in(*good, "", HERE)
    with pytest.raises(ProviderRefused):
        await scene.oidc.sign_in(*good, "", HERE)


async def test_a_code_is_good_once_at_the_provider_whatever_flow_brings_it(scene: Scene) -> None:
    caller = await scene.w.caller()
    ticket, code, state = await scene.came("zhang", caller)
    await scene.oidc.link(caller, ticket, code, state)
    for given in (code, "never", ""):
        ticket, _, state = await scene.came()
        with pytest.raises(ProviderRefused):
            await scene.oidc.sign_in(ticket, given, state, "", HERE)


@pytest.mark.parametrize(("late", "good"), [(timedelta(0), True), (timedelta(seconds=1), False)])
async def test_a_code_is_good_for_five_minutes(scene: Scene, late: timedelta, *, good: bool) -> None:
    caller = await scene.w.caller()
    back = await scene.came("zhang", caller)
    scene.w.clock.pass_(CODE_GOOD_FOR + late)
    if good:
        await scene.oidc.link(caller, *back)
    else:
        with pytest.raises(ProviderRefused):
            await scene.oidc.link(caller, *back)
    assert await scene.oidc.of(caller) == ([scene.provider.id] if good else [])


async def test_a_flow_grows_old(scene: Scene) -> None:
    begun = await scene.begin()
    scene.w.clock.pass_(GOOD_FOR + timedelta(seconds=1))
    with pytest.raises(ProviderRefused):
        await scene.oidc.sign_in(*await scene.back(begun), "", HERE)


@pytest.mark.parametrize(
    ("faults", "answer"),
    [
        (Faults(refuses=True), ProviderRefused),
        (Faults(busy=True), ProviderUnavailable),
        (Faults(garbage=True), ProviderUnavailable),
        (Faults(errors=1.0), ProviderUnavailable),
        (Faults(redirects=True), ProviderUnavailable),
        (Faults(huge=True), ProviderUnavailable),
    ],
    ids=["refuses", "busy", "garbage", "broken", "redirects", "huge"],
)
async def test_what_goes_wrong_there_has_one_answer_and_signs_nobody_in(
    scene: Scene, faults: Faults, answer: type[Exception]
) -> None:
    caller = await scene.w.caller()
    back = await scene.came("zhang", caller)
    scene.practice.switchboard.set(faults)
    with pytest.raises(answer):
        await scene.oidc.link(caller, *back)
    assert await scene.oidc.of(caller) == []
    scene.practice.switchboard.set(NONE)
    with pytest.raises(ProviderRefused):  # the flow is over
        await scene.oidc.link(caller, *back)
    await scene.oidc.link(caller, *await scene.came("zhang", caller))


async def test_a_provider_that_is_slow_is_not_waited_for(scene: Scene) -> None:
    impatient = Oidc(scene.w.people, [scene.provider], BASE_URL, scene.w.clock, timeout_s=IMPATIENT_S)
    back = await scene.came()
    scene.practice.switchboard.set(Faults(slow_s=IMPATIENT_S * 2))
    with pytest.raises(ProviderUnavailable):
        await impatient.sign_in(*back, "", HERE)
    await impatient.close()


async def test_an_answer_that_alipay_did_not_sign_signs_nobody_in(scene: Scene) -> None:
    caller = await scene.w.caller()
    scene.practice.switchboard.set(Faults(bad_signature=True))
    back = await scene.came("zhang", caller)
    if isinstance(scene.practice, PracticeWechatSignIn):  # which signs nothing; TLS vouches for it
        await scene.oidc.link(caller, *back)
        return
    with pytest.raises(ProviderRefused):
        await scene.oidc.link(caller, *back)
    assert await scene.oidc.of(caller) == []


async def test_a_wrong_secret_or_application_is_refused(scene: Scene) -> None:
    ticket, code, state = await scene.came()
    wrong = scene.with_a_wrong_secret()
    with pytest.raises(ProviderRefused):
        await wrong.sign_in(ticket, code, state, "", HERE)
    await wrong.close()
    stranger = scene.other(client_id="another")
    ticket, _, state = await scene.came()
    with pytest.raises(ProviderRefused):
        await stranger.sign_in(ticket, code, state, "", HERE)
    begun = await stranger.begin(scene.provider.id, HERE)
    assert (await scene.browser.get(begun.url)).status_code == 400
    await stranger.close()


async def test_a_provider_that_is_away_is_told_apart_from_a_refusal(scene: Scene) -> None:
    nowhere = "http://127.0.0.1:9/nowhere"
    wechat = isinstance(scene.practice, PracticeWechatSignIn)
    away = scene.other(**{"exchange_url" if wechat else "gateway": nowhere})
    with pytest.raises(ProviderUnavailable):
        await away.sign_in(*await scene.came(), "", HERE)
    await away.close()


async def test_no_secret_code_ticket_or_name_reaches_a_log_an_error_or_the_database(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)  # more than any deployment has
    caplog.set_level(logging.DEBUG, "httpx")  # also where a server of an earlier test has quieted it
    caller = await scene.w.caller()
    ticket, code, state = await scene.came("zhang", caller)
    kept = await scene.w.dump()
    again = await scene.came()
    caplog.clear()  # the browser is not the finder
    await scene.oidc.link(caller, ticket, code, state)
    scene.practice.switchboard.set(Faults(garbage=True))
    with pytest.raises(ProviderUnavailable) as unavailable:
        await scene.oidc.sign_in(*again, "", HERE)
    assert unavailable.value.__cause__ is None
    ours = [r for r in caplog.records if not r.name.startswith("uvicorn")]  # the provider, in the same process
    assert any(r.name == "httpx" for r in ours)
    said = (
        "\n".join(r.getMessage() for r in ours) + repr(unavailable.value) + repr(scene.provider) + repr(scene.practice)
    )
    kept += await scene.w.dump()
    for hidden in (scene.secret(), scene.name_there("zhang"), *again, ticket, code, state):
        assert [line for line in said.splitlines() if hidden in line] == []
        assert hidden.encode() not in kept


async def test_the_addresses_are_those_that_the_providers_publish(tmp_path: Path) -> None:
    alipay = PracticeAlipaySignIn(BACK, ours=key("ours"), theirs=key("theirs")).provider("")
    plain: list[AnyProvider] = [
        WechatProvider("website", "微信", "wx1", SecretStr("s")),
        WechatProvider("inside", "微信", "wx2", SecretStr("s"), Where.INSIDE),
        AlipayProvider("alipay", "支付宝", "2021", alipay.seals),
    ]
    w = people_world(Database(f"sqlite:///{tmp_path / 'finder.sqlite3'}"))
    oidc = Oidc(w.people, plain, BASE_URL, w.clock)
    urls = [(await oidc.begin(each.id, HERE)).url for each in plain]
    back = "redirect_uri=https%3A%2F%2Ffinder.example%2Fsigned-in"
    heads = (
        f"https://open.weixin.qq.com/connect/qrconnect?appid=wx1&{back}&response_type=code&scope=snsapi_login&state=",
        f"https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx2&{back}"
        "&response_type=code&scope=snsapi_base&state=",
        f"https://openauth.alipay.com/oauth2/publicAppAuthorize.htm?app_id=2021&scope=auth_base&{back}&state=",
    )
    for url, head, tail in zip(urls, heads, ("#wechat_redirect", "#wechat_redirect", ""), strict=True):
        assert url.startswith(head)
        assert url.endswith(tail)
        assert url.removeprefix(head).removesuffix(tail).isalnum()
    await oidc.close()
    await w.database.close()


async def test_the_file_that_the_sandbox_writes_opens_both_doors(tmp_path: Path) -> None:
    w = people_world(Database(f"sqlite:///{tmp_path / 'finder.sqlite3'}"))
    server = SignInServer(
        PracticeWechatSignIn("finder.example", w.clock),
        PracticeAlipaySignIn(BACK, w.clock, key("ours"), key("theirs")),
    )
    async with sign_in_running(server) as url, httpx.AsyncClient(trust_env=False) as browser:
        path, secrets = server.write(tmp_path, url)
        oidc = Oidc(w.people, load_providers(path, secrets), BASE_URL, w.clock)
        caller = await w.caller()
        for each, practice in (("wechat", server.wechat), ("alipay", server.alipay)):
            begun = await oidc.begin(each, HERE, caller)
            scene = Scene(w, oidc, practice, server.wechat.provider(url), browser)
            await oidc.link(caller, *await scene.back(begun))
        assert await oidc.of(caller) == ["alipay", "wechat"]
        await oidc.close()
    await w.database.close()
