"""How a process serves: the gateway, and for `finder up` the practice operators beside it."""

import asyncio
import contextlib
import socket
from pathlib import Path

import structlog
import uvicorn
from pydantic import SecretStr
from rich.console import Console
from starlette.applications import Starlette

from finder import garbage
from finder.app import Operators, build_app, choose, choose_database
from finder.errors import SchemaError, SettingsError, StoreUnavailable
from finder.logs import set_up_logs
from finder.provide import build_provider
from finder.rooms import open_rooms
from finder.sandbox.child import PracticeProcess
from finder.sandbox.money import PracticeMoney
from finder.settings import Settings
from finder.storage.migrate import migrate, revisions

LISTEN_BACKLOG = 1024
log = structlog.get_logger(__name__)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as taken:
        listener.close()
        raise SettingsError(
            f"端口 {settings.port} 无法使用（{taken.strerror}）：请设置 FINDER_PORT 为其他端口",
            f"port {settings.port} cannot be used ({taken.strerror}): set FINDER_PORT to another",
        ) from taken
    listener.listen(LISTEN_BACKLOG)
    return listener


def _serve(
    settings: Settings, listener: socket.socket, practice: Operators | None, money: PracticeMoney | None = None
) -> None:
    app = build_app(settings, practice, garbage.settle, money)
    _run(
        app,
        listener,
        f"\n  充电地图 · charging finder   [bold]{settings.base_url}/[/]   (GraphQL: /graphql)\n",
        practice=practice is not None,
    )


def _run(app: Starlette, listener: socket.socket, title: str, *, practice: bool) -> None:
    console = Console(stderr=True)
    console.print(title, highlight=False)
    if practice:
        console.print("  演示数据 · practice data: 这些充电站并不存在\n", highlight=False)
    config = uvicorn.Config(
        app,
        http="httptools",
        loop="uvloop",
        ws="websockets-sansio",
        ws_max_size=128 * 1024,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=2_000,
        timeout_keep_alive=20,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        console.print("  已停止 · stopped", highlight=False)


async def _bring_up(settings: Settings) -> None:
    """Brings the tables to our revision; those of a database that is away, when it answers. Raises SchemaError."""
    database = choose_database(settings)
    try:
        before, newest = await migrate(database), revisions()[-1]
        if before != newest:
            log.info("tables_brought_up", before=before, revision=newest)
    except SchemaError:
        raise
    except StoreUnavailable as away:
        log.warning("store_away_at_start", code=away.code, error=away.en)
    finally:
        await database.close()


def _prepare(settings: Settings) -> tuple[Settings, socket.socket]:
    """The settings with the port that was really taken, and its socket. Raises SettingsError and SchemaError."""
    set_up_logs(settings.log_level, json=settings.log_json)
    asyncio.run(_bring_up(settings))
    listener = _listen(settings)
    return settings.model_copy(update={"port": listener.getsockname()[1]}), listener


def serve_gateway(settings: Settings) -> None:
    """Serves with the configured engines and operators, until interrupted."""
    _serve(*_prepare(settings), None)


def serve_provider(settings: Settings, peers: Path, *, practice: bool) -> None:
    """Serves the platforms that the file names, until interrupted."""
    chosen, listener = _prepare(settings)
    title = f"\n  对外提供 · providing T/CEC 102   [bold]{chosen.base_url}/provide/…/evcs/…[/]\n"
    if not practice:
        _run(build_provider(chosen, peers), listener, title, practice=False)
        return
    with PracticeProcess(speed=settings.practice_speed) as process:
        _run(build_provider(chosen, peers, process.connectors), listener, title, practice=True)


def serve_up(settings: Settings) -> None:
    """Serves, with practice operators, channels and messages in a process of their own, until interrupted.

    Where real channels or a real message gateway are configured, no practice money is at hand: nobody would be paid.
    """
    chosen, listener = _prepare(settings)
    real = settings.channels_file is not None
    with PracticeProcess(speed=settings.practice_speed, money=not real) as process:
        money = process.money
        if money is not None and not settings.sms_url:
            chosen = chosen.model_copy(update={"sms_url": money.sms_url, "sms_key": SecretStr(money.sms_key)})
        _serve(chosen, listener, process.connectors, money)


def work(settings: Settings) -> None:
    """Carries out what is due and asks for what was not told, beside the processes that serve, until interrupted."""
    set_up_logs(settings.log_level, json=settings.log_json)

    async def run() -> None:
        async with open_rooms(choose(settings), works=True):
            log.info("working")
            await asyncio.Event().wait()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run())
