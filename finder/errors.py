"""Every error that the finder raises on purpose.

FinderError
├── SettingsError             the environment is wrong; the process does not start
├── BadInput                  the caller can mend it (HTTP 400)
│   ├── TooLarge              a limit was passed (HTTP 413 for bodies)
│   └── BadCursor             a cursor that is damaged or from another query
├── NotFound                  nothing has that id (HTTP 404)
├── Denied                    the caller is not known (HTTP 401)
│   └── Forbidden             it is known, and may not (HTTP 403)
├── Conflict                  not in the state that things are in (HTTP 409)
├── Busy                      too much at once; ask again later (HTTP 429, retryable)
├── Unavailable               a store does not answer (HTTP 503, retryable)
│   ├── IndexUnavailable
│   ├── BoardUnavailable
│   └── StoreUnavailable
│       └── SchemaError       it answers, and its tables are not ones that this finder can use
├── OperatorError             an operator's platform, named, is at fault
│   ├── OperatorUnavailable   no answer, 5xx or 'busy' (retryable)
│   ├── OperatorRefused       it answered, and said no
│   └── OperatorLied          the answer breaks its own protocol: signature, form, range
├── ChannelError              a payment channel, named, is at fault
│   ├── ChannelUnavailable    no answer, 5xx or 'busy'; what was asked may have happened (retryable)
│   ├── ChannelRefused        it answered, and said no: nothing happened
│   └── ChannelLied           a wrong signature, form or amount: nothing of it is believed
├── RouterError               the service that draws routes, named, is at fault
│   ├── RouterUnavailable     no answer, 5xx, 'busy' or over its quota (retryable)
│   ├── RouterRefused         it answered, and said no: the key or the question
│   └── RouterLied            the answer breaks its own protocol
└── PushUnavailable           a push service gave no answer, a 5xx or 'busy' (retryable)
"""

from typing import ClassVar


class FinderError(Exception):
    """An error with a code for programs and a sentence, in two languages, that says what to do."""

    default_code: ClassVar[str] = "INTERNAL"
    retryable: ClassVar[bool] = False
    http_status: ClassVar[int] = 500

    def __init__(self, zh: str, en: str, *, code: str | None = None) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.code = code or self.default_code

    def text(self, language: str) -> str:
        """The sentence for 'zh…' or, for every other tag, in English."""
        return self.zh if language.lower().startswith("zh") else self.en

    def __str__(self) -> str:
        return f"{self.code}: {self.zh} / {self.en}"


class SettingsError(FinderError):
    """A FINDER_* variable that cannot be used."""

    default_code = "SETTINGS"


class BadInput(FinderError):
    """The caller's input is outside what is accepted."""

    default_code = "BAD_INPUT"
    http_status = 400


class TooLarge(BadInput):
    """A limit on size, depth or count was passed."""

    default_code = "TOO_LARGE"
    http_status = 413


class BadCursor(BadInput):
    """The cursor is damaged or belongs to another query."""

    default_code = "BAD_CURSOR"


class NotFound(FinderError):
    """Nothing has that id."""

    default_code = "NOT_FOUND"
    http_status = 404


class Denied(FinderError):
    """The caller could not be recognised, or may not do this."""

    default_code = "DENIED"
    http_status = 401


class Forbidden(Denied):
    """The caller is known and may not do this."""

    default_code = "FORBIDDEN"
    http_status = 403


class Conflict(FinderError):
    """The state that things are in does not allow this."""

    default_code = "CONFLICT"
    http_status = 409


class Busy(FinderError):
    """Too much at once."""

    default_code = "BUSY"
    retryable = True
    http_status = 429


class Unavailable(FinderError):
    """A store that the finder needs does not answer."""

    default_code = "UNAVAILABLE"
    retryable = True
    http_status = 503


class IndexUnavailable(Unavailable):
    """The station index does not answer."""

    default_code = "INDEX_UNAVAILABLE"


class BoardUnavailable(Unavailable):
    """The live board does not answer."""

    default_code = "BOARD_UNAVAILABLE"


class StoreUnavailable(Unavailable):
    """The database does not answer."""

    default_code = "STORE_UNAVAILABLE"


class SchemaError(StoreUnavailable):
    """The database's tables are those of a newer finder, or of none; the process does not start."""

    default_code = "SCHEMA"
    retryable = False


class OperatorError(FinderError):
    """An operator's platform is at fault."""

    default_code = "OPERATOR_ERROR"
    http_status = 502


class OperatorUnavailable(OperatorError):
    """The platform gave no answer, a 5xx, or said that it is busy."""

    default_code = "OPERATOR_UNAVAILABLE"
    retryable = True


class OperatorRefused(OperatorError):
    """The platform answered, and said no."""

    default_code = "OPERATOR_REFUSED"


class OperatorLied(OperatorError):
    """The answer breaks the protocol: a wrong signature, a form that cannot be read, a value out of range."""

    default_code = "OPERATOR_LIED"


class ChannelError(FinderError):
    """A payment channel is at fault."""

    default_code = "CHANNEL_ERROR"
    http_status = 502


class ChannelUnavailable(ChannelError):
    """The channel gave no answer, a 5xx, or said that it is busy; what was asked may have happened all the same."""

    default_code = "CHANNEL_UNAVAILABLE"
    retryable = True


class ChannelRefused(ChannelError):
    """The channel answered, and said no: nothing happened."""

    default_code = "CHANNEL_REFUSED"


class ChannelLied(ChannelError):
    """A signature that does not hold, a form that cannot be read, an amount that was not asked for."""

    default_code = "CHANNEL_LIED"


class RouterError(FinderError):
    """The service that draws routes is at fault."""

    default_code = "ROUTER_ERROR"
    http_status = 502


class RouterUnavailable(RouterError):
    """It gave no answer, a 5xx, said that it is busy, or that its quota is used up."""

    default_code = "ROUTER_UNAVAILABLE"
    retryable = True


class RouterRefused(RouterError):
    """It answered, and said no."""

    default_code = "ROUTER_REFUSED"


class RouterLied(RouterError):
    """The answer breaks its protocol: a form that cannot be read, a value out of range, too many bytes."""

    default_code = "ROUTER_LIED"


class PushUnavailable(FinderError):
    """A browser's push service gave no answer, a 5xx, or said that it is busy and for how long (seconds)."""

    default_code = "PUSH_UNAVAILABLE"
    http_status = 502
    retryable = True

    def __init__(self, wait_s: float = 0.0) -> None:
        super().__init__(
            "推送服务暂不可用，稍后自动重试", "the push service is not available now; it is tried again later"
        )
        self.wait_s = wait_s
