"""The gateway's routes, for app.py to mount."""

from starlette.routing import BaseRoute, Route, WebSocketRoute

from finder.graphql.execution import TIMEOUT_S, Executor
from finder.graphql.http import HttpEndpoint, Seats
from finder.graphql.limits import Limits
from finder.graphql.ports import Gateway
from finder.graphql.schema import build_schema
from finder.graphql.websocket import INIT_TIMEOUT_S, WebSocketEndpoint

MAX_LIVE_CONNECTIONS = 500  # sockets and event streams of one process


def graphql_routes(
    gateway: Gateway,
    *,
    limits: Limits | None = None,
    timeout_s: float = TIMEOUT_S,
    live_connections: int = MAX_LIVE_CONNECTIONS,
    init_timeout_s: float = INIT_TIMEOUT_S,
) -> list[BaseRoute]:
    """/graphql by HTTP, server-sent events and WebSocket, and /graphql/stream by server-sent events alone."""
    executor = Executor(build_schema(), gateway, limits, timeout_s)
    seats = Seats(live_connections)
    return [
        Route("/graphql", HttpEndpoint(executor, seats)),
        Route("/graphql/stream", HttpEndpoint(executor, seats, always_events=True)),
        WebSocketRoute("/graphql", WebSocketEndpoint(executor, seats, init_timeout_s=init_timeout_s)),
    ]
