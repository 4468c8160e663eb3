"""The Lambda handlers: ``sockets`` for a WebSocket API's routes, ``streams`` for the tables', ``handle`` for both.

Environment: OPERATIONS_TABLE, SESSIONS_TABLE, PRESENCE_TABLE, or STATE_TABLE, the one for all three;
MANAGEMENT_ENDPOINT (``https://…/<stage>`` of the WebSocket API); REDIS_SECRET_ARN where servers listen to Redis (see
``announcements``); and what ``limits.Limits`` and ``metrics.emit`` read.
"""

import functools
import json
import os
import time
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from . import fan_out, messages, metrics, presences, state_table, subprotocol, tables, traces
from .access import Principal
from .limits import Limits
from .operations import FIRST_ORDER, BusyError, Operations
from .presences import Presences
from .room import SERVICE, Room
from .sessions import Sessions
from .tables import Item, Table

Event = dict[str, Any]
_PATIENCE = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})
"""Of an editor who waits for a secret; without it other servers are told nothing, and no change is lost."""


@functools.cache
def room() -> Room:
    """The room with its tables, made once and kept while the function stays warm."""
    limits, clock = Limits.from_environment(), time.time
    sessions, operations, presence = _tables(tables.client())
    parts = (
        Sessions(sessions, limits, clock),
        Operations(operations, limits, clock),
        Presences(presence, limits, clock),
        fan_out.FanOut(fan_out.client(os.environ["MANAGEMENT_ENDPOINT"]), limits.reader_seconds),
        limits,
        clock,
    )
    secret = os.environ.get("REDIS_SECRET_ARN")
    if secret is None:
        return Room(*parts)
    from .announcements import AnnouncingRoom, announcements  # only here: without servers there is no Redis

    announcing = AnnouncingRoom(*parts)
    announcing.announcements = announcements(secret, boto3.client("secretsmanager", config=_PATIENCE))
    return announcing


@functools.cache
def tracing() -> traces.Traces:
    """Where failures are traced, kept like the room."""
    return traces.Traces.from_environment()


def _tables(dynamodb: Any) -> tuple[Table, Table, Table]:
    """Sessions, operations and presence, each in a table of its own or all in one."""
    shared = os.environ.get("STATE_TABLE")
    if shared is None:
        return (
            Table(dynamodb, os.environ["SESSIONS_TABLE"], "userId"),
            Table(dynamodb, os.environ["OPERATIONS_TABLE"], "timestamp"),
            Table(dynamodb, os.environ["PRESENCE_TABLE"], "userId"),
        )
    return (
        state_table.StateTable(dynamodb, shared, state_table.SESSIONS),
        state_table.StateTable(dynamodb, shared, state_table.OPERATIONS),
        state_table.StateTable(dynamodb, shared, state_table.PRESENCE),
    )


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    # Lambda lends a whole CPU while it starts a function; the clients take over a third of a second of it.
    room()
    tracing()


def handle(event: Event, context: object) -> Event:
    """Whichever of the two it is, for a function that does both."""
    return streams(event, context) if "Records" in event else sockets(event, context)


def sockets(event: Event, _context: object) -> Event:
    """A route of the WebSocket API: $connect, $disconnect, join, operation, presence, $default.

    Clients are answered through the management API, since an integration's own answer reaches them only where a
    route response is set up. Status 500 tells API Gateway, and the alarms, that a store did not answer.
    """
    request = event["requestContext"]
    connection_id, route = request["connectionId"], request["routeKey"]
    try:
        if route == "$connect":
            return _connect(event, connection_id)
        if route == "$disconnect":
            room().disconnect(connection_id)
        else:
            room().receive(connection_id, event.get("body"))
    except (ClientError, BotoCoreError, BusyError) as error:
        return _failed(event, connection_id, error)
    return {"statusCode": 200}


def streams(event: Event, _context: object) -> Event:
    """Records of the tables' streams; what fails is named, so that only it comes again.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    pages: dict[str, list[Item]] = {}
    numbers: dict[str, str] = {}
    for record in state_table.own_records(event["Records"]):
        change = record["dynamodb"]
        page_id = change["Keys"]["pageId"]["S"]
        if "#" in page_id:
            continue  # connections, parts and snapshots, which belong to no page by themselves
        numbers.setdefault(page_id, change["SequenceNumber"])
        pages.setdefault(page_id, []).append(record)
    failed = []
    for page_id, records in pages.items():
        try:
            _consume(page_id, records)
        except (ClientError, BotoCoreError, BusyError) as error:
            _log("stream records failed", error, pageId=page_id)
            failed.append({"itemIdentifier": numbers[page_id]})
    return {"batchItemFailures": failed}


def _connect(event: Event, connection_id: str) -> Event:
    """Takes a connection that the authorizer let through, or refuses it."""
    claims = event["requestContext"].get("authorizer") or {}
    try:
        principal = Principal.from_fields(claims)
    except (KeyError, ValueError):
        metrics.emit(SERVICE, {"Refused": 1})
        return {"statusCode": 401}
    room().connect(connection_id, principal)
    return {"statusCode": 200, **subprotocol.accept(event)}


def _consume(page_id: str, records: list[Item]) -> None:
    """What became of a page, table by table; the key says which table it is."""
    operations = [one for one in records if "timestamp" in one["dynamodb"]["Keys"]]
    if operations:
        _fold(page_id, operations)
    gone = {
        record["dynamodb"]["Keys"]["userId"]["S"]: None
        for record in records
        if "userId" in record["dynamodb"]["Keys"] and _expired(record)
    }
    for user_id in gone:
        # Back before DynamoDB came to remove the former item: still here.
        if user_id not in {frame["userId"] for frame in room().presences.present(page_id)}:
            room().tell_page(page_id, [messages.encode(presences.frame("left", page_id, user_id))])


def _fold(page_id: str, records: list[Item]) -> None:
    """Takes removed operations that no snapshot holds into one, whoever removed them, and folds a long tail.

    That a removal is DynamoDB's own is told in one region only, and in another region of a global table a fold may
    have removed what the snapshot that stands here lacks.
    """
    removed = [
        tables.streamed(record["dynamodb"]["OldImage"])["operation"]
        for record in records
        if record["eventName"] == "REMOVE" and int(record["dynamodb"]["Keys"]["timestamp"]["N"]) >= FIRST_ORDER
    ]
    room().fold(page_id, removed, least=Limits.from_environment().fold_operations)


def _expired(record: Item) -> bool:
    """Whether the item was removed when its time was over.

    Its last image tells: only the region that removed it hears that DynamoDB did.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
    """
    change = record["dynamodb"]
    if record["eventName"] != "REMOVE":
        return False
    ends = tables.streamed(change["OldImage"]).get("lastSeen")
    # A record need not have a time: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
    return ends is not None and ends <= change.get("ApproximateCreationDateTime", time.time())


def _failed(event: Event, connection_id: str, error: Exception) -> Event:
    """Tells the client to try again, if it can be told, and the log why."""
    _log("route failed", error, routeKey=event["requestContext"]["routeKey"], connectionId=connection_id)
    if event["requestContext"]["routeKey"] not in ("$connect", "$disconnect"):
        identity = _operation_id(event.get("body"))
        frame = messages.ProtocolError("unavailable", "not done; send it again", identity).frame
        try:
            room().tell([connection_id], [messages.encode(frame)])
        except (ClientError, BotoCoreError) as second:
            _log("client not told", second, connectionId=connection_id)
    return {"statusCode": 500}


def _operation_id(body: str | None) -> str | None:
    """The id in a message, if it is one that has an id."""
    try:
        found = messages.read(body or "{}").get("operationId")
    except messages.ProtocolError:
        return None
    return found if isinstance(found, str) else None


def _log(message: str, error: Exception, **more: str) -> None:
    print(json.dumps({"level": "ERROR", "message": message, "error": repr(error), **more}))
    tracing().failed(SERVICE, message, error, os.environ.get("_X_AMZN_TRACE_ID"))
