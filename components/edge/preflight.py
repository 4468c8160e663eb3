"""What a REST API tells browsers about pages of another site that want to call it.

The protocol: https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

ORIGIN_HEADER = "Access-Control-Allow-Origin"
_STATUS = "204"
_METHODS = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"


def quoted(text: str) -> str:
    """A fixed text, where API Gateway would take the name of something else."""
    return f"'{text}'"


def preflight_answer(origins: Sequence[str]) -> dict[str, Any]:
    """What pages of ``origins`` are told, as the parameters and templates of an integration's response.

    An answer names one origin: the first of them, or the other that asks.
    """
    first, *others = origins
    answers = {
        ORIGIN_HEADER: first,
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": "Authorization,Content-Type",
        "Access-Control-Max-Age": "600",
        **({"Vary": "Origin"} if others else {}),
    }
    return {
        "response_parameters": {f"method.response.header.{header}": quoted(value) for header, value in answers.items()},
        "response_templates": {"application/json": _instead(others)} if others else None,
    }


def preflight(
    name: str,
    rest_api_id: pulumi.Input[str],
    resource_id: pulumi.Input[str],
    answer: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
) -> aws.apigateway.IntegrationResponse:
    """Lets pages of another site send what the API understands, asked by OPTIONS and answered with no function behind.

    ``answer`` is a ``preflight_answer``. Returns what must be there before the API is deployed. What the functions
    answer must allow the origin as well.
    """
    method = aws.apigateway.Method(
        name,
        rest_api=rest_api_id,
        resource_id=resource_id,
        http_method="OPTIONS",
        authorization="NONE",
        opts=opts,
    )
    integration = aws.apigateway.Integration(
        name,
        rest_api=rest_api_id,
        resource_id=method.resource_id,
        http_method=method.http_method,
        type="MOCK",
        request_templates={"application/json": f'{{"statusCode": {_STATUS}}}'},
        opts=opts,
    )
    response = aws.apigateway.MethodResponse(
        name,
        rest_api=rest_api_id,
        resource_id=method.resource_id,
        http_method=method.http_method,
        status_code=_STATUS,
        response_parameters=dict.fromkeys(answer["response_parameters"], True),
        opts=opts,
    )
    return aws.apigateway.IntegrationResponse(
        name,
        rest_api=rest_api_id,
        resource_id=method.resource_id,
        http_method=integration.http_method,
        status_code=response.status_code,
        **answer,
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
