"""Takes secrets and people out of what is recorded."""

import base64
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

import msgspec

from finder.connectors.sdk.exchanges import Exchange, Opened

SECRET, PERSON = "[secret]", "[person]"
_SECRET_KEY = re.compile(
    r"secret|token|passw|authoriz|signature|^sig$|api_?key|app_?key|^key$|credential|private|cookie", re.IGNORECASE
)
_PERSON_KEY = re.compile(
    r"phone|mobile|^tel$|tel$|plate|^vin|vin$|card_?no|id_?card|user_?(name|id)|owner_?name|driver|contact|e?mail|openid",
    re.IGNORECASE,
)
# An id may look like a telephone number; its key tells that it is none.
_ID_KEY = re.compile(r"(id|ids|seq|no|code|uid|number)$", re.IGNORECASE)
_COUNT_KEY = re.compile(r"time|count|size|total", re.IGNORECASE)  # TokenAvailableTime is no token
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PHONE = re.compile(r"(?<![\dA-Za-z])(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)")
_PLATE = re.compile(rf"[{_PROVINCES}][A-HJ-NP-Z][·•\s]?[A-HJ-NP-Z0-9]{{5,6}}(?![A-Za-z0-9])")
_VIN = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-HJ-NPR-Z0-9]*\d)(?=[A-HJ-NPR-Z0-9]*[A-HJ-NPR-Z]{3})[A-HJ-NPR-Z0-9]{17}(?![A-Za-z0-9])"
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_BEARER = re.compile(r"(?i)\b(bearer|token|basic)\s+[\w\-.~+/=]{8,}")
_LEAST = 4  # a shorter secret is found by its key alone: as a word it could be anything


class Scrubber:
    """Knows the secrets that a connector was given, and what people look like."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spellings = {form for secret in secrets if len(secret) >= _LEAST for form in _spellings(secret)}
        longest_first = sorted(spellings, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def value(self, value: Any, key: str = "") -> Any:
        """A JSON value without secrets and people; its form stays, so that it can still be mapped."""
        if isinstance(value, dict):
            return {name: self.value(each, str(name)) for name, each in value.items()}
        if isinstance(value, list):
            return [self.value(each, key) for each in value]
        if isinstance(value, str):
            return self.text(value, key)
        if isinstance(value, int) and not isinstance(value, bool) and _PERSON_KEY.search(key):
            return 0
        return value

    def text(self, text: str, key: str = "") -> str:
        """One text, as the value of `key`."""
        if not text:
            return text
        if _SECRET_KEY.search(key) and not (_COUNT_KEY.search(key) and text.isdigit()):
            return SECRET
        if _PERSON_KEY.search(key):
            return PERSON
        if self._secrets is not None:
            text = self._secrets.sub(SECRET, text)
        text = _BEARER.sub(rf"\1 {SECRET}", text)
        looked_for = (_PLATE, _MAIL) if _ID_KEY.search(key) else (_PLATE, _MAIL, _IDENTITY, _PHONE, _VIN)
        for pattern in looked_for:
            text = pattern.sub(PERSON, text)
        return text

    def opened(self, opened: Opened) -> Opened:
        """A message."""
        return msgspec.structs.replace(
            opened, asked=self.value(opened.asked), told=self.value(opened.told), said=self.text(opened.said)
        )

    def exchange(self, exchange: Exchange) -> Exchange:
        """A question and its answer."""
        return msgspec.structs.replace(
            exchange,
            path=self.path(exchange.path),
            query=tuple((name, self.text(value, name)) for name, value in exchange.query),
            headers={name: self.text(value, f"{name}-id") for name, value in exchange.headers.items()},
            opened=msgspec.structs.replace(
                self.opened(exchange.opened), interface=self.path(exchange.opened.interface)
            ),
        )

    def path(self, path: str) -> str:
        """A URL's path, whose parts are mostly ids."""
        return "/".join(self.text(part, "id") for part in path.split("/"))


def _spellings(secret: str) -> set[str]:
    """A secret as it may come over the wire."""
    raw = secret.encode()
    return {
        secret,
        quote(secret, safe=""),
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        raw.hex(),
    }


class SecretsGiven:
    """Hands secrets on, and remembers them for the scrubber."""

    def __init__(self, secret: Callable[[str], str]) -> None:
        self._secret = secret
        self.given: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """The secret. Raises SettingsError."""
        self.given[name] = self._secret(name)
        return self.given[name]


def marked_secrets(config: object) -> dict[str, str]:
    """The values of a configuration's fields that are marked by `msgspec.Meta(extra={"secret": True})`."""
    if not isinstance(config, msgspec.Struct):
        return {}
    marked: dict[str, str] = {}
    for info in msgspec.inspect.type_info(type(config)).fields:  # type: ignore[attr-defined]
        kind = info.type
        if isinstance(kind, msgspec.inspect.Metadata) and (kind.extra or {}).get("secret"):
            value = getattr(config, info.name)
            if isinstance(value, str):
                marked[info.name] = value
    return marked
