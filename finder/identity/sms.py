"""Text messages: the port, and a gateway that is spoken to over HTTP."""

from typing import Protocol

import httpx
from pydantic import SecretStr

from finder.errors import Unavailable

TIMEOUT_S = 5.0


class SmsUnavailable(Unavailable):
    """The message was not sent, or it is not known whether it was."""

    default_code = "SMS_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("短信暂时无法发送，请稍后重试", "the text message could not be sent: try again later")


class SmsNotSet(Unavailable):
    """This deployment sends no text messages."""

    default_code = "SMS_NOT_SET"

    def __init__(self) -> None:
        super().__init__(
            "本站未开通短信登录；查找充电站无需登录（管理员：请设置 FINDER_SMS_URL）",
            "sign-in by text message is not set up here, and finding stations needs none "
            "(administrators: set FINDER_SMS_URL)",
        )


class Sms(Protocol):
    """Sends a code to a phone."""

    async def send(self, phone: str, code: str, minutes: int) -> None:
        """Sends the code, good for so many minutes, to the 11 digits of a number. Raises SmsUnavailable, SmsNotSet."""

    async def close(self) -> None:
        """Lets go of connections."""


class NoSms:
    """Where no gateway is set."""

    async def send(self, phone: str, code: str, minutes: int) -> None:
        """Refuses."""
        raise SmsNotSet

    async def close(self) -> None:
        """Holds nothing."""


class HttpSms:
    """A gateway that takes `POST <url>/messages` with {phone, code, minutes} under a bearer key, and answers 202."""

    def __init__(self, url: str, key: SecretStr, client: httpx.AsyncClient | None = None) -> None:
        self._url, self._key = url.rstrip("/"), key
        self._client = client or httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)

    async def send(self, phone: str, code: str, minutes: int) -> None:
        """See Sms."""
        headers = {"authorization": f"Bearer {self._key.get_secret_value()}"}
        message = {"phone": phone, "code": code, "minutes": minutes}
        try:
            answer = await self._client.post(f"{self._url}/messages", json=message, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL):
            raise SmsUnavailable from None  # its own error could hold the message
        if answer.status_code != 202:
            raise SmsUnavailable

    async def close(self) -> None:
        """Closes its client."""
        await self._client.aclose()
