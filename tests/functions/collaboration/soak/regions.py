"""The Lambda model in two regions: moto's tables and streams, replication, time to live, and an API Gateway.

What a table's stream tells reaches the handler as Lambda hands it over: as JSON, in batches, now and then twice, and
again when the handler fails. A removal by time to live is marked as one in the region that did it and nowhere else.
"""

import json
import random
from base64 import b64decode
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError
from collaboration import handlers
from collaboration.access import Principal
from collaboration.fan_out import FanOut
from collaboration.limits import Limits
from collaboration.operations import Operations
from collaboration.presences import Presences
from collaboration.room import Room
from collaboration.sessions import Sessions
from collaboration.tables import Table
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from ...events import in_text, sent, socket, stream
from ..support import OPERATIONS, PRESENCE, SESSIONS, Clock, GoneError, create_tables
from ..tables_in_memory import client

_TRIES = 4
"""So often a batch is handed to a handler that fails; afterwards it is dropped, as Lambda does in the end."""
_MOST = 100
_BY_TIME = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
_TABLES = (OPERATIONS, SESSIONS, PRESENCE)
_EXPIRY = {OPERATIONS: "ttl", SESSIONS: "lastSeen", PRESENCE: "lastSeen"}
_SORT = {OPERATIONS: "timestamp", SESSIONS: "userId", PRESENCE: "userId"}


class Unsteady:
    """A client of DynamoDB that now and then refuses a call, before or after it was done."""

    def __init__(self, client: Any, chance: random.Random) -> None:
        self._client = client
        self._chance = chance
        self.exceptions = client.exceptions
        self.rate = 0.0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        def call(*arguments: Any, **keywords: Any) -> Any:
            if self._chance.random() < self.rate:
                raise ClientError({"Error": {"Code": "InternalServerError", "Message": "soak"}}, name)
            answer = method(*arguments, **keywords)
            if name == "put_item" and self._chance.random() < self.rate:
                raise ClientError({"Error": {"Code": "InternalServerError", "Message": "soak"}}, name)
            return answer

        return call


class Region:
    """One region: tables, a room over them, and the connections that its API Gateway holds open."""

    def __init__(self, name: str, clock: Clock, chance: random.Random, limits: Limits) -> None:
        self.name = name
        self._clock = clock
        self._chance = chance
        self.client = client(name)
        create_tables(self.client, streams=True)
        self.unsteady = Unsteady(self.client, chance)
        self.sockets: dict[str, Callable[[str], object]] = {}
        self.posts = 0
        self.failures: set[str] = set()
        """What the handler raised about records that it did not take in any try."""
        self.exceptions = type("Exceptions", (), {"GoneException": GoneError})
        self._read = dict.fromkeys(_TABLES, 0)
        self._replicated = 0
        self._taken: set[int] = set()
        """Places in the stream of what came from the other region."""
        self._by_time: set[str] = set()
        self.room = Room(
            Sessions(Table(self.unsteady, SESSIONS, "userId"), limits, clock),
            Operations(Table(self.unsteady, OPERATIONS, "timestamp"), limits, clock),
            Presences(Table(self.unsteady, PRESENCE, "userId"), limits, clock),
            FanOut(self),
            limits,
            clock,
        )

    def post_to_connection(self, **call: Any) -> None:
        """The management API's."""
        self.posts += 1
        if call["ConnectionId"] not in self.sockets:
            raise GoneError
        self.sockets[call["ConnectionId"]](call["Data"].decode())

    def delete_connection(self, **call: Any) -> None:
        """The management API's; the client finds its socket closed."""
        if self.sockets.pop(call["ConnectionId"], None) is None:
            raise GoneError

    def route(self, route: str, connection_id: str, **more: Any) -> dict[str, Any]:
        """A route of the WebSocket API."""
        return self._handle(socket(route, connection_id, **more))

    def connect(self, connection_id: str, user: Principal, hear: Callable[[str], object]) -> bool:
        """Opens a socket; False when it was refused."""
        if self.route("$connect", connection_id, authorizer=user.fields)["statusCode"] != 200:
            return False
        self.sockets[connection_id] = hear
        return True

    def say(self, connection_id: str, text: str) -> None:
        """A message of a client's; nothing comes of it when the socket is closed."""
        if connection_id in self.sockets:
            self.route(json.loads(text)["action"], connection_id, body=text)

    def deliver(self, most: int | None = None) -> None:
        """Hands what the streams tell to the handler, up to so many records of each, a quarter of them twice."""
        for table in _TABLES:
            records = self._records(table, self._read[table], most)
            self._read[table] += len(records)
            for start in range(0, len(records), _MOST):
                batch = records[start : start + _MOST]
                for _ in range(2 if self._chance.random() < 0.25 else 1):
                    self._hand(batch)

    def forget_streams(self) -> None:
        """What is told from here on nobody reads: the region's functions are gone."""
        self._read = {table: len(self._shard(table).items) for table in _TABLES}

    def expire(self) -> None:
        """Removes what has ended, as DynamoDB does some time later."""
        for table in _TABLES:
            for item in self._items(table):
                ends = item.get(_EXPIRY[table])
                if ends and int(ends["N"]) <= self._clock():
                    key = {name: item[name] for name in ("pageId", _SORT[table])}
                    self._by_time.add(_identity(table, key))
                    self.client.delete_item(TableName=table, Key=key)

    def replicate(self, other: "Region") -> None:
        """Writes to another region what this one's operations have become, item by item, in any order."""
        records = self._records(OPERATIONS, self._replicated)
        numbered = enumerate(records, self._replicated)
        self._replicated += len(records)
        last = {
            json.dumps(record["dynamodb"]["Keys"], sort_keys=True): record
            for number, record in numbered
            if number not in self._taken
        }
        changes = list(last.values())
        self._chance.shuffle(changes)
        for record in changes:
            other.take(record["dynamodb"]["Keys"], record["dynamodb"].get("NewImage"))

    def take(self, key: dict[str, Any], image: dict[str, Any] | None) -> None:
        """What another region's item has become. It does not go back from here."""
        before = len(self._shard(OPERATIONS).items)
        if image is None:
            self.client.delete_item(TableName=OPERATIONS, Key=key)
        else:
            self.client.put_item(TableName=OPERATIONS, Item=_binary(image))
        self._taken.update(range(before, len(self._shard(OPERATIONS).items)))

    def _hand(self, batch: list[dict[str, Any]]) -> None:
        waiting, raised = batch, ""
        for _ in range(_TRIES):
            try:
                failed = self._handle(stream(*waiting))["batchItemFailures"]
            except Exception as error:  # the function fails, whatever it was: Lambda sends the batch again
                raised = repr(error)
                continue
            if not failed:
                return
            raised = ""
            first = min(int(one["itemIdentifier"]) for one in failed)
            waiting = [one for one in waiting if int(one["dynamodb"]["SequenceNumber"]) >= first]
        if raised:
            self.failures.add(raised)

    def _handle(self, event: dict[str, Any]) -> dict[str, Any]:
        with patch.object(handlers, "room", lambda: self.room):
            return handlers.handle(event, None)

    def _shard(self, table: str) -> Any:
        return dynamodb_backends[DEFAULT_ACCOUNT_ID][self.name].tables[table].stream_shard

    def _records(self, table: str, start: int, most: int | None = None) -> list[dict[str, Any]]:
        """The stream of a table from a place on, as Lambda's JSON."""
        return [self._record(table, item.record) for item in self._shard(table).items[start:][:most]]

    def _record(self, table: str, record: dict[str, Any]) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html"""
        change: dict[str, Any] = {**record["dynamodb"], "ApproximateCreationDateTime": int(self._clock())}
        removed = record["eventName"] == "REMOVE" and _identity(table, change["Keys"]) in self._by_time
        marked = {"userIdentity": _BY_TIME} if removed else {}
        return sent({**record, "awsRegion": self.name, "dynamodb": in_text(change), **marked})

    def _items(self, table: str) -> list[dict[str, Any]]:
        pages = self.client.get_paginator("scan").paginate(TableName=table)
        return [item for page in pages for item in page["Items"]]


def _identity(table: str, key: dict[str, Any]) -> str:
    return f"{table} {json.dumps(key, sort_keys=True)}"


def _binary(image: dict[str, Any]) -> dict[str, Any]:
    """A record's image as a client writes it: its binary values are base64 text."""
    return {name: {"B": b64decode(value["B"])} if "B" in value else value for name, value in image.items()}
