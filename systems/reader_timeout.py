"""How long the code of functions/collaboration goes on sending a page to a reader that is slow."""

from components.compute.function import FunctionSettings

_OTHER_WORK = 10


def reader_seconds(settings: FunctionSettings) -> int:
    """Seconds of a function's time that one reader may take; ten are for loading a page and for ending.

    API Gateway tells the client after 29 seconds that it waits no longer; the function goes on:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
    """
    return max(settings.timeout_seconds - _OTHER_WORK, 1)
