"""What Lambda hands a handler, in the form the services send it: each event is JSON that has been written and read.

A builder takes what a test is about and fills in the rest as AWS's own sample of the event has it; the sample's page
stands beside it. Samples of AWS's own libraries are recorded events: https://github.com/aws/aws-lambda-go, in
events/testdata. Values that JSON has no form for never reach a handler: binary attributes are base64 text.
"""

import base64
import json
from typing import Any
from urllib.parse import quote_plus

from boto3.dynamodb.types import Binary, TypeSerializer

Event = dict[str, Any]

ACCOUNT, REGION, API = "123456789012", "us-east-1", "abcdef123"
ARRIVED = 1_800_000_000
"""When everything happened, in epoch seconds."""
METHOD_ARN = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API}/prod/GET/api/pages/7"
CONNECT_ARN = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API}/prod/$connect"
_TIME_TO_LIVE = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def sent(event: Event) -> Event:
    """The event as a handler gets it: read from the JSON that the service wrote."""
    found: Event = json.loads(json.dumps(event))
    return found


def typed(item: Event) -> Event:
    """Attributes as a stream record has them: each under its type, binary ones as base64 text.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
    """
    return {name: in_text(TypeSerializer().serialize(value)) for name, value in item.items()}


def record(
    kind: str,
    keys: Event,
    number: str,
    *,
    old: Event | None = None,
    ttl: bool = False,
    at: int = ARRIVED,
) -> Event:
    """A record of a stream with both images; ``ttl`` is a removal by DynamoDB itself, seen in the region that did it.

    aws-lambda-go, dynamodb-event.json, whose binary attributes are base64 text; the fields:
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
    In other regions of a global table the removal has no ``userIdentity``:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ttl-expired-items.html
    """
    images = {"OldImage": typed({**keys, **old})} if old is not None else {}
    if kind != "REMOVE":
        images["NewImage"] = typed(keys)
    return sent(
        {
            "eventID": f"c4ca4238a0b923820dcc509a6f75849b{number}",
            "eventName": kind,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": REGION,
            "dynamodb": {
                "ApproximateCreationDateTime": at,
                "Keys": typed(keys),
                **images,
                "SequenceNumber": number,
                "SizeBytes": len(json.dumps(images)),
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
            **({"userIdentity": _TIME_TO_LIVE} if ttl else {}),
            "eventSourceARN": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/a-table/stream/2026-01-01T00:00:00.000",
        }
    )


def stream(*records: Event) -> Event:
    """A batch of a stream's records."""
    return sent({"Records": list(records)})


def socket(
    route: str,
    connection_id: str,
    *,
    authorizer: Event | None = None,
    headers: dict[str, str] | None = None,
    body: str | None = None,
) -> Event:
    """A route of a WebSocket API; what an authorizer passed on arrives as text on every route.

    $connect has the request's headers, $disconnect four of API Gateway's own, a message none; only messages have a
    body and an id. aws-lambda-go: apigw-websocket-request-disconnect.json, apigw-websocket-request-send-message.json;
    $connect as the authorizer is asked about it (``judged_connect``). What the context's fields mean:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
    """
    kind = {"$connect": "CONNECT", "$disconnect": "DISCONNECT"}.get(route, "MESSAGE")
    context: Event = {
        "routeKey": route,
        "eventType": kind,
        "extendedRequestId": "JtfNqGDZoAMFUOQ=",
        "requestTime": "15/Jan/2027:08:00:00 +0000",
        "messageDirection": "IN",
        "stage": "prod",
        "connectedAt": ARRIVED * 1000,
        "requestTimeEpoch": ARRIVED * 1000,
        "identity": {"userAgent": "user-agent", "sourceIp": "192.0.2.1"},
        "requestId": "JtfNqGDZoAMFUOQ=",
        "domainName": f"{API}.execute-api.{REGION}.amazonaws.com",
        "connectionId": connection_id,
        "apiId": API,
    }
    if authorizer is not None:
        passed_on = {name: str(value) for name, value in authorizer.items()}
        context["authorizer"] = {**passed_on, "principalId": passed_on.get("userId", ""), "integrationLatency": 7}
    event: Event = {"requestContext": context, "isBase64Encoded": False}
    if kind == "CONNECT":
        opening = {
            "Host": context["domainName"],
            "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version": "13",
            "X-Forwarded-For": "192.0.2.1",
            "X-Forwarded-Port": "443",
            "X-Forwarded-Proto": "https",
        }
        event |= _headed({**opening, **(headers or {})})
    elif kind == "DISCONNECT":
        context |= {"disconnectStatusCode": 1001, "disconnectReason": ""}
        event |= _headed({"Host": context["domainName"], "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""})
    else:
        context["messageId"] = "JtfNqGDZoAMCJQw="
        event |= {"body": body} if body is not None else {}
    return sent(event)


def judged_connect(headers: dict[str, str] | None = None, query: dict[str, str] | None = None) -> Event:
    """What the authorizer of a WebSocket API's route $connect is asked.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
    """
    asked = socket("$connect", "JtfNqd7doAMCJQw=", headers=headers)
    del asked["isBase64Encoded"]
    return sent({"type": "REQUEST", "methodArn": CONNECT_ARN, **asked, **_queried(query), "stageVariables": {}})


def judged_request(headers: dict[str, str] | None = None, query: dict[str, str] | None = None) -> Event:
    """What an authorizer of type REQUEST is asked about a call of a REST API.

    The sample of ``REQUEST``, recorded in aws-lambda-go, apigw-custom-auth-request-type-request.json:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
    """
    context = {
        "path": "/api/pages/7",
        "accountId": ACCOUNT,
        "resourceId": "05c7jb",
        "stage": "prod",
        "requestId": "deef4878-7910-11e6-8f14-25afc3e9ae33",
        "identity": {"apiKey": "", "sourceIp": "192.0.2.1"},
        "resourcePath": "/api/{proxy+}",
        "httpMethod": "GET",
        "apiId": API,
    }
    return sent(
        {
            "type": "REQUEST",
            "methodArn": METHOD_ARN,
            "resource": "/api/{proxy+}",
            "path": "/api/pages/7",
            "httpMethod": "GET",
            **_headed({"Host": f"{API}.execute-api.{REGION}.amazonaws.com", **(headers or {})}),
            **_queried(query),
            "pathParameters": {"proxy": "pages/7"},
            "stageVariables": {},
            "requestContext": context,
        }
    )


def judged_token(token: str) -> Event:
    """What an authorizer of type TOKEN is asked about a call of a REST API: nothing but these three (``TOKEN``).

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
    """
    return sent({"type": "TOKEN", "methodArn": METHOD_ARN, "authorizationToken": token})


def rest(
    method: str,
    path: str | None,
    *,
    authorizer: Event | None = None,
    headers: dict[str, str] | None = None,
    body: str | None = None,
) -> Event:
    """A call of a REST API by proxy integration; what is absent is null.

    aws-lambda-go, apigw-request.json;
    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    context: Event = {
        "accountId": ACCOUNT,
        "apiId": API,
        "httpMethod": method,
        "domainName": f"{API}.execute-api.{REGION}.amazonaws.com",
        "domainPrefix": API,
        "extendedRequestId": "JtfNqGDZoAMFUOQ=",
        "identity": {"sourceIp": "192.0.2.1", "userAgent": "user-agent"},
        "path": path,
        "protocol": "HTTP/1.1",
        "requestId": "deef4878-7910-11e6-8f14-25afc3e9ae33",
        "requestTime": "15/Jan/2027:08:00:00 +0000",
        "requestTimeEpoch": ARRIVED * 1000,
        "resourceId": "roq9wj",
        "resourcePath": "/{proxy+}",
        "stage": "prod",
    }
    if authorizer is not None:
        context["authorizer"] = authorizer
    return sent(
        {
            "resource": "/{proxy+}",
            "path": path,
            "httpMethod": method,
            **_headed({"Accept": "application/json", **(headers or {})}),
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
            "pathParameters": {"proxy": (path or "").lstrip("/")},
            "stageVariables": None,
            "requestContext": context,
            "body": body,
            "isBase64Encoded": False,
        }
    )


def uploaded(bucket: str, *keys: str) -> Event:
    """Objects that were put into a bucket that keeps versions; keys are encoded as in a form.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """
    return sent({"Records": [_upload(bucket, key) for key in keys]})


def rotation(secret: str, token: str, step: str) -> Event:
    """A step of a secret's rotation.

    The four fields: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda.html
    That page has the steps as ``create_secret`` and so on; what arrives is ``createSecret``, as AWS's own functions
    take it: https://github.com/aws-samples/aws-secrets-manager-rotation-lambdas
    """
    return sent(
        {"Step": step, "SecretId": secret, "ClientRequestToken": token, "RotationToken": "b1b7c3a2-4a1e-4e0f-9d0c"}
    )


def scheduled() -> Event:
    """A schedule of EventBridge.

    https://github.com/aws/aws-lambda-rust-runtime, lambda-events/src/fixtures/example-eventbridge-schedule.json
    """
    return sent(
        {
            "version": "0",
            "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT,
            "time": "2027-01-15T08:00:00Z",
            "region": REGION,
            "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/a-rule"],
            "detail": {},
        }
    )


def in_text(value: Any) -> Any:
    """Typed attributes with their binary values as Lambda writes them."""
    match value:
        case Binary():
            return base64.b64encode(bytes(value)).decode()
        case bytes():
            return base64.b64encode(value).decode()
        case dict():
            return {name: in_text(one) for name, one in value.items()}
        case list():
            return [in_text(one) for one in value]
        case _:
            return value


def _headed(headers: dict[str, str]) -> Event:
    return {"headers": headers, "multiValueHeaders": {name: [value] for name, value in headers.items()}}


def _queried(query: dict[str, str] | None) -> Event:
    held = query or {}
    several = {name: [value] for name, value in held.items()}
    return {"queryStringParameters": held, "multiValueQueryStringParameters": several}


def _upload(bucket: str, key: str) -> Event:
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": "2027-01-15T08:00:00.000Z",
        "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": "AWS:AIDAINPONIXQXHT3IKHL2"},
        "requestParameters": {"sourceIPAddress": "192.0.2.1"},
        "responseElements": {
            "x-amz-request-id": "C3D13FE58DE4C810",
            "x-amz-id-2": "FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5W",
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "uploads",
            "bucket": {
                "name": bucket,
                "ownerIdentity": {"principalId": "A3I5XTEXAMAI3E"},
                "arn": f"arn:aws:s3:::{bucket}",
            },
            "object": {
                "key": quote_plus(key),
                "size": 1024,
                "eTag": "d41d8cd98f00b204e9800998ecf8427e",
                "versionId": "096fKKXTRTtl3on89fVO.nfljtsv6qko",
                "sequencer": "0055AED6DCD90281E5",
            },
        },
    }
