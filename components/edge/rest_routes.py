"""Routes and authorizers of a REST API."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.edge.api_gateway import INTEGRATION_MS, INVOKER, Invocable
from components.edge.preflight import preflight
from components.edge.rest_deployment import Published

_PATH = re.compile(r"/|(/[A-Za-z0-9._-]+)+")
GREEDY = "{proxy+}"


@dataclass(frozen=True)
class RestRoute:
    """Every method on ``path`` and on all that is below it, answered by one function.

    ``authorized`` asks callers who they are. ``cached`` says that answers to GET may be kept, one for each path, each
    value of the Authorization header and each value of the named query parameters; a parameter that is not named, a
    cookie or another header must make no difference to the answer.
    """

    path: str
    function: Invocable
    authorized: bool = True
    cached: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not _PATH.fullmatch(self.path):
            raise ValueError(f"{self.path!r} is no path such as / or /api/users")


@dataclass(frozen=True)
class LambdaAuthorizer:
    """A function that reads the Authorization header and answers with a policy for the whole API.

    Its answer holds for every path that the same credentials ask for until ``authorizer_cache_seconds`` are over.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
    """

    function: Invocable


@dataclass(frozen=True)
class CognitoAuthorizer:
    """A user pool whose users may call: with an id token, or, where ``scopes`` are named, an access token with one.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
    """

    user_pool_arn: pulumi.Input[str]
    scopes: tuple[str, ...] = ()


Authorizer = LambdaAuthorizer | CognitoAuthorizer


class RestRoutes(Component):
    """The paths of ``routes`` in the REST API ``api``; each function may be called for its own path only.

    Whoever calls an authorised path is asked for an Authorization header first; without one, no function runs.
    What must be there before the API is deployed goes to ``published``. Raises ValueError when two routes have the same
    path.
    """

    def __init__(
        self,
        name: str,
        routes: Mapping[str, RestRoute],
        *,
        api: aws.apigateway.RestApi,
        published: Published,
        execution_arn: pulumi.Input[str],
        stage_name: str,
        authorizer: Authorizer,
        authorizer_cache_seconds: int,
        caching: bool,
        cors_origins: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        paths = [route.path for route in routes.values()]
        if len(set(paths)) != len(paths):
            raise ValueError(f"{name}: two routes have the same path ({', '.join(sorted(paths))})")
        self._api = api
        self._execution_arn = execution_arn
        self._caching = caching
        self._cors_origins = cors_origins
        self._resources: dict[str, pulumi.Output[str]] = {"/": api.root_resource_id}
        self._published = published
        self.cached_methods: dict[str, str] = {}
        self._validator = published.add(
            aws.apigateway.RequestValidator,
            self.child("validator"),
            rest_api=api.id,
            validate_request_body=True,
            validate_request_parameters=True,
            opts=self.child_options(),
        )
        self._scopes = list(authorizer.scopes) if isinstance(authorizer, CognitoAuthorizer) else []
        self._authorization = "COGNITO_USER_POOLS" if isinstance(authorizer, CognitoAuthorizer) else "CUSTOM"
        self._authorizer = self._authorize(authorizer, authorizer_cache_seconds)
        for key, route in sorted(routes.items()):
            self._serve(key, route, stage_name)
        self.register_outputs({})

    def _authorize(self, authorizer: Authorizer, cache_seconds: int) -> aws.apigateway.Authorizer:
        made = self._published.add(
            aws.apigateway.Authorizer,
            self.child("authorizer"),
            rest_api=self._api.id,
            type="REQUEST" if isinstance(authorizer, LambdaAuthorizer) else "COGNITO_USER_POOLS",
            authorizer_uri=authorizer.function.invoke_arn if isinstance(authorizer, LambdaAuthorizer) else None,
            provider_arns=[authorizer.user_pool_arn] if isinstance(authorizer, CognitoAuthorizer) else None,
            identity_source="method.request.header.Authorization",
            authorizer_result_ttl_in_seconds=cache_seconds,
            opts=self.child_options(),
        )
        if isinstance(authorizer, LambdaAuthorizer):
            source = pulumi.Output.concat(self._execution_arn, "/authorizers/", made.id)
            authorizer.function.allow_invocation(self.child("authorizer"), INVOKER, source)
        return made

    def _serve(self, key: str, route: RestRoute, stage_name: str) -> None:
        route.function.allow_invocation(
            self.child(key), INVOKER, pulumi.Output.concat(self._execution_arn, f"/{stage_name}/*{route.path}*")
        )
        for suffix, path in ((key, route.path), (f"{key}-proxy", f"{route.path.rstrip('/')}/{GREEDY}")):
            self._method(suffix, path, "ANY", route)
            if self._caching and route.cached is not None:
                self._method(suffix, path, "GET", route, cached=route.cached)
                # The form that stages know methods by: the root goes by its escaped slash, others lose their first one.
                self.cached_methods[suffix] = f"{path.removeprefix('/') or '~1'}/GET"
            if self._cors_origins:
                self._preflight(suffix, path)

    def _method(
        self, key: str, path: str, verb: str, route: RestRoute, *, cached: tuple[str, ...] | None = None
    ) -> None:
        named = {"method.request.path.proxy": True} if path.endswith(GREEDY) else {}
        if cached is not None:
            named |= {"method.request.header.Authorization": False}
            named |= {f"method.request.querystring.{parameter}": False for parameter in cached}
        method = self._published.add(
            aws.apigateway.Method,
            self.child(key, verb.lower()),
            rest_api=self._api.id,
            resource_id=self._resource(path),
            http_method=verb,
            authorization=self._authorization if route.authorized else "NONE",
            authorizer_id=self._authorizer.id if route.authorized else None,
            authorization_scopes=(self._scopes or None) if route.authorized else None,
            request_validator_id=self._validator.id,
            request_parameters=named or None,
            opts=self.child_options(),
        )
        self._published.add(
            aws.apigateway.Integration,
            self.child(key, verb.lower()),
            rest_api=self._api.id,
            resource_id=method.resource_id,
            http_method=method.http_method,
            type="AWS_PROXY",
            integration_http_method="POST",
            uri=route.function.invoke_arn,
            timeout_milliseconds=INTEGRATION_MS,
            cache_key_parameters=list(named) if cached is not None else None,
            opts=self.child_options(),
        )

    def _preflight(self, key: str, path: str) -> None:
        name, at = self.child(key, "options"), self._resource(path)
        preflight(self._published, name, self._api.id, at, self._cors_origins, self.child_options())

    def _resource(self, path: str) -> pulumi.Output[str]:
        """The id of a path, made with all that leads to it."""
        if path not in self._resources:
            above, _, part = path.rpartition("/")
            self._resources[path] = self._published.add(
                aws.apigateway.Resource,
                self.child("path", path.removeprefix("/")),
                rest_api=self._api.id,
                parent_id=self._resource(above or "/"),
                path_part=part,
                opts=self.child_options(),
            ).id
        return self._resources[path]
