"""Functions of Lambda: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"""

from typing import Annotated

from settings.form import Form
from settings.services.arns import KNOWN_REGION

LayerArn = Annotated[
    str,
    Form(
        r"arn:aws:lambda:[a-z0-9-]+:\d{12}:layer:[A-Za-z0-9_-]+:\d+",
        "the ARN of one version of a layer",
        "arn:aws:lambda:us-east-1:123456789012:layer:shared:3",
    ),
    KNOWN_REGION,
]
"""One version of a layer."""

MOST_LAYERS = 5
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

Handler = Annotated[str, Form(r"\S{1,128}", "a handler: up to 128 characters without spaces", "handler.handle")]


def elsewhere(place: str, region: str | None) -> str | None:
    """Why a function of ``region`` takes nothing from ``place``; None where it does, or no region is known.

    https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html
    """
    return None if region in (None, place) else f"is in {place}; Lambda takes it from {region}, where the function is"
