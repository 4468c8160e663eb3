"""Answers to the data-source calls that programs make."""

from collections.abc import Callable
from typing import Any

from analyser.run.mock_cloud.identity import ACCOUNT_ID

PREFIX_LISTS = {"com.amazonaws.global.cloudfront.origin-facing": "pl-3b927c52"}


def invoke(token: str, arguments: dict[str, Any], region: str, account: str = ACCOUNT_ID) -> dict[str, Any]:
    """The answer to a data-source call, in an account. Raises LookupError for one that nobody has given an answer."""
    answer = _ANSWERS.get(token)
    if answer is None:
        raise LookupError(f"the preview has no answer to {token}; give it one in analyser/run/mock_cloud/invokes.py")
    return answer(arguments, arguments.get("region") or region, account)


def _caller(_arguments: dict[str, Any], _region: str, account: str) -> dict[str, Any]:
    arn = f"arn:aws:iam::{account}:user/preview"
    return {"accountId": account, "arn": arn, "userId": "AIDAPREVIEW", "id": account}


def _prefix_list(arguments: dict[str, Any], region: str, _account: str) -> dict[str, Any]:
    name = arguments.get("name", "")
    return {"id": PREFIX_LISTS.get(name, "pl-63a5400a"), "name": name, "region": region}


_ANSWERS: dict[str, Callable[[dict[str, Any], str, str], dict[str, Any]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": _prefix_list,
}
