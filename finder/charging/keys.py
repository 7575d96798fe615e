"""A client's idempotency key: what was asked under it first is what it stands for."""

from finder.errors import BadInput

MAX_KEY = 64


class KeyReused(BadInput):
    """The key stands for something else already."""

    default_code = "KEY_REUSED"
    http_status = 422

    def __init__(self) -> None:
        super().__init__(
            "同一幂等键已用于另一个请求，请换一个新的键",
            "this idempotency key was used for another request: use a new one",
        )


def check_key(key: str) -> None:
    """Raises BadInput."""
    if not (1 <= len(key) <= MAX_KEY and key.isprintable()):
        raise BadInput(
            f"幂等键应为 1 至 {MAX_KEY} 个可见字符",
            f"an idempotency key has 1 to {MAX_KEY} visible characters",
            code="IDEMPOTENCY_KEY",
        )
