"""Prometheus' view of the finder; label values come from fixed sets, never from callers."""

import hmac
import time
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Gauges = Callable[[], Iterable[tuple[str, str, dict[str, str], float]]]

ROUTES = ("/graphql", "/push", "/oauth", "/register", "/base", "/assets", "/healthz", "/readyz", "/metrics")


class _Live(Collector):
    def __init__(self, gauges: Gauges) -> None:
        self.gauges = gauges

    def collect(self) -> Iterable[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        for name, text, labels, value in self.gauges():
            family = families.setdefault(name, GaugeMetricFamily(name, text, labels=list(labels)))
            family.add_metric(list(labels.values()), value)
        return families.values()


class Metrics:
    """Counts requests and operations; asks `gauges` for (name, help, labels, value) when it is scraped."""

    def __init__(self, gauges: Gauges) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Live(gauges))
        self.requests = Counter(
            "finder_http_requests", "HTTP requests", ["route", "method", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "finder_http_seconds", "Seconds to the end of the answer", ["route"], registry=self.registry
        )
        self.operations = Counter(
            "finder_graphql_operations",
            "GraphQL operations",
            ["operation", "kind", "outcome", "compiled"],
            registry=self.registry,
        )
        self.operation_seconds = Histogram(
            "finder_graphql_seconds", "Seconds of a GraphQL operation", ["operation"], registry=self.registry
        )
        self.pushes = Counter("finder_pushes", "Messages from operators", ["source", "status"], registry=self.registry)

    def operation(self, *, name: str, kind: str, outcome: str, compiled: bool, seconds: float) -> None:
        """Counts a GraphQL operation; names, kinds and outcomes come from the schema and the error tree."""
        self.operations.labels(name, kind, outcome, str(compiled).lower()).inc()
        self.operation_seconds.labels(name).observe(seconds)

    def route(self, secret: SecretStr | None) -> Route:
        """/metrics; where a secret is set, only for its bearer."""

        async def metrics(request: Request) -> Response:
            if secret is not None:
                given = request.headers.get("authorization", "")
                if not hmac.compare_digest(given.encode(), f"Bearer {secret.get_secret_value()}".encode()):
                    return Response("metrics need the bearer token\n", 401, {"www-authenticate": "Bearer"})
            return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

        return Route("/metrics", metrics)


class CountRequests:
    """ASGI middleware that counts and times each HTTP request by its route."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on; the status is noted when the answer starts."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = "500"
        began = time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        route = next((r for r in ROUTES if scope["path"].startswith(r)), "page")
        method = scope["method"] if scope["method"] in ("GET", "POST", "HEAD", "OPTIONS") else "other"
        try:
            await self.app(scope, receive, noting)
        finally:
            self.metrics.requests.labels(route, method, status).inc()
            self.metrics.seconds.labels(route).observe(time.perf_counter() - began)
