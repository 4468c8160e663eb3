"""API Gateway: REST, HTTP and WebSocket APIs."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line
from analyser.graph import Node

_API, _STAGE = "aws:apigatewayv2/api:Api", "aws:apigateway/stage:Stage"
_SOCKETS = "WEBSOCKET"


def stage(item: Item) -> Iterator[Line]:
    """Its part of the requests, and the cache by its size."""
    yield item.used("REST requests", "apigateway.requests", "api_request_millions", share=_share(item))
    if item.read("cacheClusterEnabled"):
        size = item.read("cacheClusterSize", default="0.5")
        yield item.hours(f"Cache of {size} GB", f"apigateway.cache-{size}")


def api(item: Item) -> Iterator[Line]:
    """Requests to an HTTP API; messages and minutes of a WebSocket API."""
    if item.read("protocolType") != _SOCKETS:
        yield item.used("HTTP requests", "apigateway.http", "api_request_millions", share=_share(item))
        return
    share = 1 / sum(_talks(node) for node in item.graph.of_type(_API))
    yield item.used("WebSocket messages", "apigateway.messages", "websocket_message_millions", share=share)
    yield item.used("WebSocket connections", "apigateway.minutes", "websocket_minute_millions", share=share)


def _share(item: Item) -> float:
    """A request goes to one of the stack's APIs, REST or HTTP."""
    return 1 / (len(item.graph.of_type(_STAGE)) + sum(not _talks(node) for node in item.graph.of_type(_API)))


def _talks(api: Node) -> bool:
    return api.inputs.get("protocolType") == _SOCKETS


PRICERS: dict[str, Pricer] = {_STAGE: stage, _API: api}
