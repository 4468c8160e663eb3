"""API Gateway: REST, HTTP and WebSocket APIs."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line

_API = "aws:apigatewayv2/api:Api"


def stage(item: Item) -> Iterator[Line]:
    """Requests, and the cache by its size."""
    share = 1 / item.of_same_type()
    yield item.used("REST requests", "apigateway.requests", "api_request_millions", share=share)
    if item.read("cacheClusterEnabled"):
        size = item.read("cacheClusterSize", default="0.5")
        yield item.hours(f"Cache of {size} GB", f"apigateway.cache-{size}")


def api(item: Item) -> Iterator[Line]:
    """Requests to an HTTP API; messages and minutes of a WebSocket API."""
    protocol = item.read("protocolType")
    share = 1 / len([n for n in item.graph.of_type(_API) if n.inputs.get("protocolType") == protocol])
    if protocol != "WEBSOCKET":
        yield item.used("HTTP requests", "apigateway.http", "api_request_millions", share=share)
        return
    yield item.used("WebSocket messages", "apigateway.messages", "websocket_message_millions", share=share)
    yield item.used("WebSocket connections", "apigateway.minutes", "websocket_minute_millions", share=share)


PRICERS: dict[str, Pricer] = {"aws:apigateway/stage:Stage": stage, _API: api}
