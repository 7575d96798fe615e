"""Who acts on a command line, as the audit names it."""

import getpass
import re
import socket
from typing import Annotated, Any

import typer

from finder.errors import BadInput

Who = Annotated[str, typer.Option("--as", help="经办主管，默认系统用户名 · the supervisor, by default this user")]
_WHO = re.compile(r"[\w.@-]{1,64}")


def actor(who: str) -> Any:
    """The supervisor of this name, or of this machine's user. Raises BadInput, WHO."""
    from finder.identity.audit import Actor

    name = who or getpass.getuser()
    if not _WHO.fullmatch(name):
        raise BadInput(
            "经办人应为 1 至 64 个字母、数字或 . @ -", "--as takes 1 to 64 letters, digits or . @ -", code="WHO"
        )
    return Actor(f"supervisor:{name}", f"cli:{socket.gethostname()}")
