"""The grant to invoke a foundation model of Bedrock."""

import re

from components.account import Account
from components.statements import Grant, Statement
from settings.services.bedrock import PROFILE

_INVOKE = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]


def invoke_model(account: Account, model_id: str, region: str) -> Grant:
    """Lets a role ask one model in ``region``, in one piece or as a stream.

    A profile sends the request to any region of its part of the world, so the model is granted in all of them, but only
    for requests that come through the profile:
    https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
    """
    profile = re.fullmatch(PROFILE, model_id)
    if profile is None:
        return Grant(Statement("InvokeModel", _INVOKE, [_model_arn(account, model_id, region)]))
    arn = account.arn("bedrock", f"inference-profile/{model_id}", region=region)
    return Grant(
        Statement("InvokeProfile", _INVOKE, [arn]),
        Statement(
            "InvokeModelThroughProfile",
            _INVOKE,
            [_model_arn(account, profile["model"], "*")],
            {"StringLike": {"bedrock:InferenceProfileArn": arn}},
        ),
    )


def _model_arn(account: Account, model_id: str, region: str) -> str:
    return f"arn:{account.partition}:bedrock:{region}::foundation-model/{model_id}"
