"""How long functions/collaboration keeps sending a page to one slow client."""

from components.compute.function import FunctionSettings

_OTHER_WORK = 10


def reader_seconds(settings: FunctionSettings) -> int:
    """Seconds of a function's time that one reader may take; ten are for loading a page and for ending.

    API Gateway tells the client after 29 seconds that it waits no longer; the function goes on:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
    """
    return max(settings.timeout_seconds - _OTHER_WORK, 1)
