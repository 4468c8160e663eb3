"""Foundation models of Bedrock."""

from typing import Annotated

from settings.form import Form

MODEL = r"[a-z0-9-]+\.[a-z0-9][a-z0-9.-]*(:\d+)?"
PROFILE = rf"(apac|au|ca|eu|global|jp|us|us-gov)\.(?P<model>{MODEL})"

ModelId = Annotated[
    str, Form(MODEL, "the id of a Bedrock model or inference profile", "amazon.nova-lite-v1:0", most=140)
]
"""A model, or a cross-region inference profile: the model's id after the name of a part of the world.

https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
"""
