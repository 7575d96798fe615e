"""Fifty practice operators in a process of their own: python -m load_tests.crowd_operators PORT SEED."""

import asyncio
import hashlib
import logging
import sys
from dataclasses import replace
from datetime import timedelta

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from finder.connectors.sdk.ports import Rhythm
from finder.connectors.tcec102 import Credentials, Profile
from finder.kernel.clock import system_clock
from finder.kernel.geo import Point
from finder.sandbox.day import Day
from finder.sandbox.network import Site, build_network
from finder.sandbox.operators import PracticeOperator
from finder.sandbox.platform import Platform
from finder.sandbox.serve import listen

COUNT = 50
STATUS_EVERY = timedelta(seconds=2)
_SHARE = 0.05  # of the plan's piles at each of two operators, which the others repeat some kilometres away


def operators() -> list[PracticeOperator]:
    """Who they are."""
    return [
        PracticeOperator(
            source=f"crowd{n:02}",
            name=f"第{n:02}家（演示）",
            operator_id=f"MA0CROW{n:02}",
            phone="400-000-0000",
            profile=Profile(casing="pascal", datum="WGS84", page_size=100),
            rhythm=Rhythm(
                catalogue=timedelta(hours=24),
                changes=timedelta(hours=1),
                status=STATUS_EVERY,
                freshness=timedelta(seconds=30),
                flaps=1_000_000,
            ),
            page_cap=100,
            pushes=False,
        )
        for n in range(COUNT)
    ]


def credentials(operator: PracticeOperator, seed: str) -> Credentials:
    """Both processes know the seed, which is new at every run."""
    drawn = hashlib.sha256(f"{seed}/{operator.source}".encode()).hexdigest()
    return Credentials(*(drawn[start : start + 16] for start in range(0, 64, 16)))


def _sites(number: int, operator: PracticeOperator, like: list[Site]) -> list[Site]:
    return [
        replace(site, operator=operator.source, point=Point(site.point.lat + number / 50, site.point.lon))
        for site in like
    ]


def main(port: int, seed: str) -> None:
    """Serves until it is ended."""
    network = build_network(share=_SHARE)
    halves = [[site for site in network if site.operator == name] for name in ("jinbei", "yanmen")]
    routes = []
    for number, operator in enumerate(operators()):
        sites = _sites(number, operator, halves[number % 2])
        day = Day(sites, system_clock, seed=number, speed=60)
        platform = Platform(operator, sites, day, credentials(operator, seed), system_clock)
        routes.append(Mount(f"/{operator.source}", routes=platform.routes()))
    logging.disable()  # the finder hangs up on the slow, as it should
    config = uvicorn.Config(Starlette(routes=routes), ws="none", lifespan="off", log_config=None, access_log=False)
    asyncio.run(uvicorn.Server(config).serve([listen("127.0.0.1", port)]))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
