"""Asking a model: the one that is named, in one region, or through its profile."""

import pytest
from pydantic import TypeAdapter, ValidationError

from components.workloads.foundation_model import invoke_model
from settings.services.bedrock import ModelId
from tests.support import ACCOUNT

ACTIONS = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]


def test_a_model_is_granted_in_one_region() -> None:
    (statement,) = invoke_model(ACCOUNT, "amazon.nova-lite-v1:0", "us-east-1").statements
    assert statement.actions == ACTIONS
    assert statement.resources == ["arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"]


def test_a_profile_opens_its_model_elsewhere_only_through_itself() -> None:
    profile, model = invoke_model(ACCOUNT, "us.amazon.nova-2-lite-v1:0", "us-east-1").statements
    arn = f"arn:aws:bedrock:us-east-1:{ACCOUNT.id}:inference-profile/us.amazon.nova-2-lite-v1:0"
    assert profile.resources == [arn]
    assert model.resources == ["arn:aws:bedrock:*::foundation-model/amazon.nova-2-lite-v1:0"]
    assert model.conditions == {"StringLike": {"bedrock:InferenceProfileArn": arn}}


@pytest.mark.parametrize("given", ["nova", "amazon.nova lite", "arn:aws:bedrock:us-east-1::foundation-model/a.b", "*"])
def test_what_is_no_model(given: str) -> None:
    with pytest.raises(ValidationError, match="is not the id of a Bedrock model"):
        TypeAdapter(ModelId).validate_python(given)
