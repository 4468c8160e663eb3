"""What a REST API tells browsers about pages of another site that want to call it.

The protocol: https://fetch.spec.whatwg.org/#http-cors-protocol
"""

import pulumi
import pulumi_aws as aws

ORIGIN_HEADER = "Access-Control-Allow-Origin"
_STATUS = "204"
_METHODS = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"


def quoted(text: str) -> str:
    """A fixed text, where API Gateway would take the name of something else."""
    return f"'{text}'"


def preflight(
    name: str,
    rest_api_id: pulumi.Input[str],
    resource_id: pulumi.Input[str],
    origin: str,
    opts: pulumi.ResourceOptions,
) -> aws.apigateway.IntegrationResponse:
    """Lets pages of ``origin`` send what the API understands, asked by OPTIONS and answered with no function behind.

    Returns what must be there before the API is deployed. What the functions answer must allow the origin as well.
    """
    answers = {
        ORIGIN_HEADER: origin,
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": "Authorization,Content-Type",
        "Access-Control-Max-Age": "600",
    }
    headers = {f"method.response.header.{header}": quoted(value) for header, value in answers.items()}
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
        response_parameters=dict.fromkeys(headers, True),
        opts=opts,
    )
    return aws.apigateway.IntegrationResponse(
        name,
        rest_api=rest_api_id,
        resource_id=method.resource_id,
        http_method=integration.http_method,
        status_code=response.status_code,
        response_parameters=headers,
        opts=opts,
    )
