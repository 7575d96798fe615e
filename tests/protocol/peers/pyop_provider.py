"""An OpenID Connect provider by pyop, which is not ours: run by its own interpreter over TLS.

`pyop_provider.py PORT CLIENT SECRET RETURN_TO CERTIFICATE KEY`

`/authorize?…&as=NAME` signs NAME in at once, as a person at the provider's page would.
"""

import sys

import uvicorn
from Cryptodome.PublicKey import RSA
from jwkest.jwk import RSAKey
from oic.oic.message import AuthorizationRequest
from pyop.authz_state import AuthorizationState
from pyop.exceptions import InvalidAuthenticationRequest, OAuthError
from pyop.provider import Provider
from pyop.subject_identifier import HashBasedSubjectIdentifierFactory
from pyop.userinfo import Userinfo
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

PORT, (CLIENT, SECRET, RETURN_TO, CERTIFICATE, KEY) = int(sys.argv[1]), sys.argv[2:7]
ISSUER = f"https://127.0.0.1:{PORT}"
PEOPLE = {"zhang": {"name": "Zhang"}, "li": {"name": "Li"}}

provider = Provider(
    RSAKey(key=RSA.generate(2048), alg="RS256", kid="k1"),
    {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/authorize",
        "token_endpoint": f"{ISSUER}/token",
        "jwks_uri": f"{ISSUER}/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid"],
    },
    AuthorizationState(HashBasedSubjectIdentifierFactory("salt")),
    {
        CLIENT: {
            "client_id": CLIENT,
            "client_secret": SECRET,
            "redirect_uris": [RETURN_TO],
            "response_types": ["code"],
            "token_endpoint_auth_method": "client_secret_basic",
        }
    },
    Userinfo(PEOPLE),
)


async def configuration(_: Request) -> Response:
    return JSONResponse(provider.provider_configuration.to_dict())


async def jwks(_: Request) -> Response:
    return JSONResponse(provider.jwks)


async def authorize(request: Request) -> Response:
    query = dict(request.query_params)
    person = query.pop("as")
    try:
        asked = provider.parse_authentication_request(AuthorizationRequest(**query).to_urlencoded())
    except InvalidAuthenticationRequest as bad:
        return JSONResponse({"error": str(bad)}, 400)
    return RedirectResponse(provider.authorize(asked, person).request(asked["redirect_uri"]), 303)


async def token(request: Request) -> Response:
    try:
        told = provider.handle_token_request((await request.body()).decode(), dict(request.headers) | _basic(request))
    except OAuthError as bad:
        return JSONResponse({"error": bad.oauth_error}, 400)
    return JSONResponse(told.to_dict())


def _basic(request: Request) -> dict[str, str]:
    return {"Authorization": request.headers.get("authorization", "")}


if __name__ == "__main__":
    routes = [
        Route("/.well-known/openid-configuration", configuration),
        Route("/jwks", jwks),
        Route("/authorize", authorize),
        Route("/token", token, methods=["POST"]),
    ]
    app = Starlette(routes=routes)
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="error", ssl_certfile=CERTIFICATE, ssl_keyfile=KEY)
