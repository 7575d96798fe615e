"""The live picture as a file, for officials."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from finder.errors import FinderError, Forbidden
from finder.identity.asker import Asker
from finder.identity.people import People
from finder.identity.roles import Role
from finder.supervision.picture.keeper import LivePicture
from finder.supervision.picture.sheet import to_csv
from finder.web.health import refusal

OFFICIALS = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR})


def supervision_routes(picture: LivePicture, people: People) -> list[Route]:
    """GET /supervision/picture.csv, which asks for the bearer token of an official's session."""

    async def sheet(request: Request) -> Response:
        try:
            caller = await people.caller(Asker(request.scope).token)
            if not caller.roles & OFFICIALS:
                raise Forbidden("只有监管、审计和管理人员可以查看", "for supervisors, auditors and administrators")
            body = to_csv(await picture.picture())
        except FinderError as error:
            return refusal(error)
        headers = {"cache-control": "no-store", "content-disposition": 'attachment; filename="picture.csv"'}
        return Response(body, headers=headers, media_type="text/csv; charset=utf-8")

    return [Route("/supervision/picture.csv", sheet, methods=["GET"])]
