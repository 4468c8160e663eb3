"""CORS preflight answers of a REST API.

The protocol: https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.edge.rest_deployment import Published

ORIGIN_HEADER = "Access-Control-Allow-Origin"
_STATUS = "204"
_METHODS = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"


def quoted(text: str) -> str:
    """A fixed text, where API Gateway would take the name of something else."""
    return f"'{text}'"


def preflight(
    published: Published,
    name: str,
    rest_api_id: pulumi.Input[str],
    resource_id: pulumi.Input[str],
    origins: Sequence[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Lets pages of ``origins`` send what the API understands, asked by OPTIONS and answered with no function behind.

    An answer names one origin: the first of them, or the other that asks. What the functions answer must allow the
    origin as well.
    """
    first, *others = origins
    answers = {
        ORIGIN_HEADER: first,
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": "Authorization,Content-Type",
        "Access-Control-Max-Age": "600",
        **({"Vary": "Origin"} if others else {}),
    }
    headers = {f"method.response.header.{header}": quoted(value) for header, value in answers.items()}
    method = published.add(
        aws.apigateway.Method,
        name,
        rest_api=rest_api_id,
        resource_id=resource_id,
        http_method="OPTIONS",
        authorization="NONE",
        opts=opts,
    )
    integration = published.add(
        aws.apigateway.Integration,
        name,
        rest_api=rest_api_id,
        resource_id=method.resource_id,
        http_method=method.http_method,
        type="MOCK",
        request_templates={"application/json": f'{{"statusCode": {_STATUS}}}'},
        opts=opts,
    )
    response = published.add(
        aws.apigateway.MethodResponse,
        name,
        rest_api=rest_api_id,
        resource_id=method.resource_id,
        http_method=method.http_method,
        status_code=_STATUS,
        response_parameters=dict.fromkeys(headers, True),
        opts=opts,
    )
    published.add(
        aws.apigateway.IntegrationResponse,
        name,
        rest_api=rest_api_id,
        resource_id=method.resource_id,
        http_method=integration.http_method,
        status_code=response.status_code,
        response_parameters=headers,
        response_templates={"application/json": _instead(others)} if others else None,
        opts=opts,
    )


def _instead(origins: Sequence[str]) -> str:
    """Names the origin that asks, if it is one of these; a header comes in the spelling that the client sent.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
    """
    known = " || ".join(f'$origin == "{origin}"' for origin in origins)
    return f"""\
#set($origin = $input.params().header.get("Origin"))
#if(!$origin || $origin == "")#set($origin = $input.params().header.get("origin"))#end
#if({known})#set($context.responseOverride.header.{ORIGIN_HEADER} = $origin)#end
"""
