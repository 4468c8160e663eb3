"""The API's application, and the proof that what it needs is within reach.

``handler`` is FastAPI behind Mangum. The product's own package takes its place by a setting (docs/systems/mdreader.md):
until then health, the stores, uploads and who asks are answered, and everything else with 501.

Environment: ENVIRONMENT, CORS_ORIGINS (with commas between them), and what the modules beside this one name.
"""

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from mangum import Mangum

from app import cache, database, uploads
from app.failures import failed
from app.uploads import Upload, Uploading

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
app.add_middleware(
    CORSMiddleware,
    allow_origins=os.environ["CORS_ORIGINS"].split(","),
    allow_methods=METHODS,
    allow_headers=["Authorization", "Content-Type"],
    max_age=600,
)
_database, _cache = database.Database(), cache.Cache()


@app.middleware("http")
async def _in_the_form_of_http(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await answer(request)
    response.headers["Cache-Control"] = "no-store"
    if request.method == "HEAD":
        # A server would leave the body away; the adapter is none.
        return Response(status_code=response.status_code, headers=dict(response.headers))
    return response


@app.exception_handler(Exception)
def _failure(_request: Request, error: Exception) -> JSONResponse:
    """Mangum logs what escapes; who asks hears nothing of it."""
    failed(error)
    return JSONResponse({"message": "internal error"}, 500, headers={"Cache-Control": "no-store"})


def claims(request: Request) -> dict[str, Any]:
    """Who asks, by the token that API Gateway has checked against the user pool; 401 where it has checked none."""
    authorizer = request.scope["aws.event"]["requestContext"].get("authorizer") or {}
    found: dict[str, Any] | None = authorizer.get("claims")
    if not found or not found.get("sub"):
        raise HTTPException(401, "a good token is needed")
    return found


@app.api_route("/health", methods=["GET", "HEAD"])
def health() -> dict[str, str]:
    """That the function runs; says nothing of the stores, since anybody may ask."""
    return {"status": "ok", "environment": os.environ["ENVIRONMENT"]}


@app.api_route("/api/stores", methods=["GET", "HEAD"])
def stores(response: Response) -> dict[str, bool]:
    """Whether database and cache take who signs in, and answer; 503 when one does not."""
    found = {
        "database": _answers("database", lambda: _database.run("SELECT 1"), database.AWAY),
        "redis": _answers("redis", lambda: _cache.run(lambda redis: redis.ping()), cache.AWAY),
    }
    response.status_code = 200 if all(found.values()) else 503
    return found


@app.api_route("/api/me", methods=["GET", "HEAD"])
def me(asking: dict[str, Any] = Depends(claims)) -> dict[str, str | None]:  # noqa: B008 - how FastAPI is told
    """Who asks."""
    return {"userId": asking["sub"], "email": asking.get("email")}


@app.post("/api/uploads", status_code=201)
def upload(wanted: Uploading, asking: dict[str, Any] = Depends(claims)) -> Upload:  # noqa: B008 - the same
    """Where the browser may send one attachment of this type and size, within minutes."""
    return uploads.signed(asking["sub"], wanted)


@app.api_route("/{rest:path}", methods=METHODS)
def missing() -> JSONResponse:
    """Everything that is the product's."""
    return JSONResponse({"message": "not implemented; set backend.package to the application's own zip"}, 501)


def _answers(store: str, ask: Callable[[], object], away: tuple[type[Exception], ...]) -> bool:
    try:
        ask()
    except away as error:
        # Nothing of what the store said: it may name users and addresses.
        print(json.dumps({"level": "ERROR", "message": f"{store} is away", "error": type(error).__name__}))
        failed(error)
        return False
    return True


handler = Mangum(app, lifespan="off")
