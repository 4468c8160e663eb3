"""What Lambda hands a handler, in the form the services send it: each event is JSON that has been written and read.

A builder takes what a test is about and fills in the rest as AWS's own sample of the event has it; the sample's page
stands beside it. Values that JSON has no form for never reach a handler: binary attributes are base64 text.
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

    https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
    In other regions of a global table the removal has no ``userIdentity``:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
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

    Only $connect has headers, only messages have a body and an id.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-integrations.html
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
        "identity": {"sourceIp": "192.0.2.1"},
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
        event |= _headed({"Host": context["domainName"], "Sec-WebSocket-Version": "13", **(headers or {})})
    elif kind == "DISCONNECT":
        context |= {"disconnectStatusCode": 1001, "disconnectReason": ""}
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

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
    """
    context = {
        "path": "/prod/api/pages/7",
        "accountId": ACCOUNT,
        "resourceId": "123456",
        "stage": "prod",
        "requestId": "f5e4-11e6-8fa3",
        "identity": {"sourceIp": "192.0.2.1"},
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
    """What an authorizer of type TOKEN is asked about a call of a REST API: nothing but these three.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
    """
    return sent({"type": "TOKEN", "methodArn": METHOD_ARN, "authorizationToken": token})


def rest(method: str, path: str | None, *, authorizer: Event | None = None) -> Event:
    """A call of a REST API by proxy integration; what is absent is null.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    context: Event = {
        "accountId": ACCOUNT,
        "apiId": API,
        "httpMethod": method,
        "identity": {"sourceIp": "192.0.2.1", "userAgent": "user-agent"},
        "path": path,
        "protocol": "HTTP/1.1",
        "requestId": "id=",
        "requestTimeEpoch": ARRIVED * 1000,
        "resourceId": None,
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
            **_headed({"Accept": "application/json"}),
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
            "pathParameters": {"proxy": (path or "").lstrip("/")},
            "stageVariables": None,
            "requestContext": context,
            "body": None,
            "isBase64Encoded": False,
        }
    )


def uploaded(bucket: str, *keys: str) -> Event:
    """Objects that were put into a bucket; keys are encoded as in a form.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """
    return sent({"Records": [_upload(bucket, key) for key in keys]})


def rotation(secret: str, token: str, step: str) -> Event:
    """A step of a secret's rotation.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
    """
    return sent(
        {"Step": step, "SecretId": secret, "ClientRequestToken": token, "RotationToken": "b1b7c3a2-4a1e-4e0f-9d0c"}
    )


def scheduled() -> Event:
    """A schedule of EventBridge.

    https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchevents.html
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
        "responseElements": {"x-amz-request-id": "D82B88E5F771F645"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "uploads",
            "bucket": {
                "name": bucket,
                "ownerIdentity": {"principalId": "A3I5XTEXAMAI3E"},
                "arn": f"arn:aws:s3:::{bucket}",
            },
            "object": {"key": quote_plus(key), "size": 1024, "eTag": "d41d8cd9", "sequencer": "0C0F6F405D6ED209E1"},
        },
    }
