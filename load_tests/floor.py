"""The floor: plain Starlette that sends recorded answers, the same bytes: python -m load_tests.floor FILE PORT."""

import itertools
import sys
from pathlib import Path

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

if __name__ == "__main__":
    answers = itertools.cycle(msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=list[bytes]))

    async def answer(request: Request) -> Response:
        """Reads the question as any endpoint would, and sends the next answer."""
        await request.body()
        return Response(next(answers), media_type="application/json")

    app = Starlette(routes=[Route("/graphql", answer, methods=["POST"])])
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(sys.argv[2]),
        http="httptools",
        loop="uvloop",
        access_log=False,
        log_level="warning",
    )
