"""The right to ask a foundation model of Bedrock."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from components.account import Account
from components.statements import Statement

_INVOKE = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
_MODEL = r"[a-z0-9-]+\.[a-z0-9][a-z0-9.-]*(:\d+)?"
_PROFILE = rf"(apac|au|ca|eu|global|jp|us|us-gov)\.(?P<model>{_MODEL})"


def _model(value: str) -> str:
    if not re.fullmatch(_MODEL, value):
        raise ValueError(f"{value!r} is not the id of a Bedrock model or inference profile")
    return value


ModelId = Annotated[str, AfterValidator(_model), Field(examples=["amazon.nova-lite-v1:0", "us.amazon.nova-lite-v1:0"])]
"""A model, or a cross-region inference profile: the model's id after the name of a part of the world.

https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
"""


def invoke_model(account: Account, model_id: str, region: str) -> list[Statement]:
    """Lets a role ask one model in ``region``, in one piece or as a stream.

    A profile sends the request to any region of its part of the world, so the model is granted in all of them, but only
    for requests that come through the profile:
    https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
    """
    profile = re.fullmatch(_PROFILE, model_id)
    if profile is None:
        return [Statement("InvokeModel", _INVOKE, [_model_arn(account, model_id, region)])]
    arn = account.arn("bedrock", f"inference-profile/{model_id}", region=region)
    return [
        Statement("InvokeProfile", _INVOKE, [arn]),
        Statement(
            "InvokeModelThroughProfile",
            _INVOKE,
            [_model_arn(account, profile["model"], "*")],
            {"StringLike": {"bedrock:InferenceProfileArn": arn}},
        ),
    ]


def _model_arn(account: Account, model_id: str, region: str) -> str:
    return f"arn:{account.partition}:bedrock:{region}::foundation-model/{model_id}"
