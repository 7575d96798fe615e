"""Pictures of reports: sent by whoever is signed in, seen by those who decide a case, and each look is audited."""

from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from finder.errors import BadInput, FinderError, Forbidden
from finder.identity.asker import Asker
from finder.identity.audit import acting
from finder.identity.buckets import Rate, TooOften, within
from finder.identity.people import People
from finder.identity.roles import Caller, Role
from finder.reports.photo_book import PhotoBook
from finder.reports.photos.cleaner import Kept
from finder.reports.photos.envelope import MAX_BYTES
from finder.web.health import json_response, refusal
from finder.web.pushes import read_body

FRAME = "finder-plate-frame"  # x,y,width,height of the reported plate, as shares of the upright picture
DECIDE = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
OF_A_PERSON, OF_A_NETWORK = Rate(burst=6, per_s=1 / 120), Rate(burst=60, per_s=1 / 5)

Answer = Callable[[Request, Caller], Awaitable[Response]]


def photo_routes(photos: PhotoBook, people: People) -> list[Route]:
    """POST /reports/photos and GET /reports/photos/{name}; both ask for the bearer token of a session."""

    async def take(request: Request, caller: Caller) -> Response:
        await within(people.buckets, f"photos of {caller.person}", OF_A_PERSON)
        await within(people.buckets, f"photos from {Asker(request.scope).network}", OF_A_NETWORK)
        keep = _frame(request.headers.get(FRAME))
        raw = await read_body(request, MAX_BYTES)
        return json_response({"photo": await photos.take(caller.person, raw, keep)}, 201)

    async def show(request: Request, caller: Caller) -> Response:
        if not caller.roles & DECIDE:
            raise Forbidden("只有处理案件的人员可以查看照片", "only those who decide a case may see its photos")
        name = request.path_params["name"]
        jpeg = await photos.show(name)
        async with (await people.audit.made()).write() as connection:
            await people.audit.append(connection, acting(caller.person), "report.photo.seen", name, {})
        headers = {"cache-control": "no-store", "content-security-policy": "default-src 'none'"}
        return Response(jpeg, headers=headers, media_type="image/jpeg")

    return [
        Route("/reports/photos", _answering(take, people), methods=["POST"]),
        Route("/reports/photos/{name}", _answering(show, people), methods=["GET"]),
    ]


def _answering(answer: Answer, people: People) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return await answer(request, await people.caller(Asker(request.scope).token))
        except ClientDisconnect:
            return Response(status_code=499)
        except FinderError as error:
            told = refusal(error)
            if isinstance(error, TooOften):
                told.headers["retry-after"] = str(error.wait_s)
            return told

    return endpoint


def _frame(text: str | None) -> Kept | None:
    if text is None:
        return None
    try:
        x, y, width, height = (float(part) for part in text.split(","))
    except ValueError:
        raise BadInput(
            f"{FRAME} 应为 x,y,宽,高，各为 0 至 1 的小数",
            f"{FRAME} is x,y,width,height, each a share from 0 to 1",
            code="PHOTO_FRAME",
        ) from None
    return Kept(x, y, width, height)
