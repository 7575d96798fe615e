"""Serves a practice OCPI operator until it is interrupted: python -m finder.sandbox.ocpi [PORT]."""

import asyncio
import contextlib
import sys

from rich.console import Console

from finder.sandbox.ocpi.operator import start_practice_cpo


async def serve(port: int) -> None:
    """Tells its address and the token to begin with; each is made anew at every start."""
    cpo = await start_practice_cpo(port=port)
    told = f"\n  练习运营商 · practice operator\n  {cpo.versions_url}\n  TOKEN_A {cpo.token_a}\n"
    Console(stderr=True).print(told, highlight=False, soft_wrap=True)
    try:
        await asyncio.Event().wait()
    finally:
        await cpo.close()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
