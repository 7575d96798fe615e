"""`finder provide`: the finder as an operator whom other platforms may ask, under credentials of its own."""

from pathlib import Path
from typing import Annotated

import typer

provide = typer.Typer(no_args_is_help=True, help="对外提供数据 · be an operator to other platforms")


@provide.callback()
def _keep_subcommands() -> None:
    """Without this, typer would take the one subcommand for the whole."""


@provide.command()
def tcec102(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="对接方名单 TOML · the peers, in TOML")],
    port: Annotated[int | None, typer.Option(help="端口，0 表示任选 · port, 0 for any", min=0, max=65535)] = None,
    practice: Annotated[bool, typer.Option("--practice", help="带上演示运营商 · with the practice operators")] = False,  # noqa: FBT002
) -> None:
    """作为 T/CEC 102 运营商，供省级监管等平台查询并接收推送 · as a T/CEC 102 operator, asked and subscribed to."""
    from finder.serve import serve_provider
    from finder.settings import load_settings

    chosen = {} if port is None else {"port": port}
    serve_provider(load_settings(**chosen), file, practice=practice)
