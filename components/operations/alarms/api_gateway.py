"""Alarms and dashboard metrics of REST and WebSocket APIs.

REST: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
WebSocket: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html
"""

import pulumi

from components.operations.alarms import Alarm, AlarmSettings
from components.operations.metric import Metric

THROTTLED = '{ $.status = "429" }'
"""The events of an API's access log that tell of a request which came too fast; for a ``LogMetric``.

API Gateway counts these requests in no metric of their own.
"""


def rest_api(
    key: str,
    api_name: pulumi.Input[str],
    stage_name: pulumi.Input[str],
    settings: AlarmSettings,
    *,
    throttled: Metric | None = None,
) -> dict[str, Alarm]:
    """Errors, slow answers and, where the access log is counted (``THROTTLED``), turned away callers of a REST API."""
    alarms = {
        f"{key}-errors": Alarm(
            _rest("5XXError", api_name, stage_name, "Sum"),
            settings.server_errors,
            f"The API {key} answers with server errors",
        ),
        f"{key}-latency": Alarm(
            _rest("Latency", api_name, stage_name, "p99"),
            settings.latency_ms,
            f"One answer in a hundred of the API {key} takes longer than {settings.latency_ms} ms",
            periods=3,
        ),
    }
    return alarms | _throttles(key, throttled)


def websocket_api(
    key: str,
    api_id: pulumi.Input[str],
    stage_name: pulumi.Input[str],
    settings: AlarmSettings,
    *,
    throttled: Metric | None = None,
) -> dict[str, Alarm]:
    """Connects that fail or are refused, functions that fail or are slow, and turned away messages."""
    alarms = {
        f"{key}-refusals": Alarm(
            _socket("ClientError", api_id, stage_name, "Sum"),
            settings.server_errors,
            f"The API {key} refuses connections or messages before a function sees them",
        ),
        f"{key}-errors": Alarm(
            _socket("IntegrationError", api_id, stage_name, "Sum"),
            settings.server_errors,
            f"Functions answer connections or messages of the API {key} with errors",
        ),
        f"{key}-failures": Alarm(
            _socket("ExecutionError", api_id, stage_name, "Sum"),
            0,
            f"The API {key} cannot reach its functions",
        ),
        f"{key}-latency": Alarm(
            _socket("IntegrationLatency", api_id, stage_name, "p99"),
            settings.latency_ms,
            f"One connect or message in a hundred of the API {key} takes longer than {settings.latency_ms} ms",
            periods=3,
        ),
    }
    return alarms | _throttles(key, throttled)


def rest_panels(title: str, api_name: pulumi.Input[str], stage_name: pulumi.Input[str]) -> dict[str, list[Metric]]:
    """How much a REST API is used, how it answers, how fast, and what its cache spares the functions."""
    counted = ("Count", "4XXError", "5XXError")
    timed = ("Latency", "IntegrationLatency")
    cache = ("CacheHitCount", "CacheMissCount")
    return {
        f"{title} requests": [_rest(name, api_name, stage_name, "Sum") for name in counted],
        f"{title} latency": [_rest(name, api_name, stage_name, "p99") for name in timed],
        f"{title} cache": [_rest(name, api_name, stage_name, "Sum") for name in cache],
    }


def websocket_panels(title: str, api_id: pulumi.Input[str], stage_name: pulumi.Input[str]) -> dict[str, list[Metric]]:
    """How many connect to a WebSocket API, how much they say, what fails, and how long functions take."""
    errors = ("ClientError", "IntegrationError", "ExecutionError")
    return {
        f"{title} connections": [_socket(name, api_id, stage_name, "Sum") for name in ("ConnectCount", "MessageCount")],
        f"{title} errors": [_socket(name, api_id, stage_name, "Sum") for name in errors],
        f"{title} latency": [_socket("IntegrationLatency", api_id, stage_name, "p99")],
    }


def _throttles(key: str, metric: Metric | None) -> dict[str, Alarm]:
    if metric is None:
        return {}
    return {f"{key}-throttles": Alarm(metric, 0, f"The API {key} turns callers away, who come too fast", periods=1)}


def _rest(name: str, api_name: pulumi.Input[str], stage_name: pulumi.Input[str], statistic: str) -> Metric:
    return Metric("AWS/ApiGateway", name, {"ApiName": api_name, "Stage": stage_name}, statistic)


def _socket(name: str, api_id: pulumi.Input[str], stage_name: pulumi.Input[str], statistic: str) -> Metric:
    return Metric("AWS/ApiGateway", name, {"ApiId": api_id, "Stage": stage_name}, statistic)
