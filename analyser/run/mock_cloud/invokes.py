"""Answers to the data-source calls that programs make."""

from collections.abc import Callable
from typing import Any

import yaml

from analyser.run.mock_cloud.identity import ACCOUNT_ID, Identity
from analyser.run.mock_cloud.policy_document import policy_document

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


def _zones(_arguments: dict[str, Any], region: str, _account: str) -> dict[str, Any]:
    names = [f"{region}{letter}" for letter in "abc"]
    return {"id": region, "region": region, "names": names, "zoneIds": [f"{region}-az{n}" for n in (1, 2, 3)]}


def _region(_arguments: dict[str, Any], region: str, _account: str) -> dict[str, Any]:
    suffix = _partition({}, region, "")["dnsSuffix"]
    told = {"id": region, "name": region, "region": region}
    return {**told, "endpoint": f"ec2.{region}.{suffix}", "description": region}


def _partition(_arguments: dict[str, Any], region: str, _account: str) -> dict[str, Any]:
    name = Identity("aws:index/partition:Partition", "", {}, region).partition
    suffix = "amazonaws.com.cn" if name == "aws-cn" else "amazonaws.com"
    return {"id": name, "partition": name, "dnsSuffix": suffix, "reverseDnsPrefix": "com.amazonaws"}


def _policy(arguments: dict[str, Any], _region: str, _account: str) -> dict[str, Any]:
    text = policy_document(arguments)
    return {**arguments, "id": str(len(text)), "json": text, "minifiedJson": text}


def _parameter(arguments: dict[str, Any], region: str, account: str) -> dict[str, Any]:
    name = str(arguments.get("name", ""))
    arn = f"arn:aws:ssm:{region}:{account}:parameter/{name.lstrip('/')}"
    image = Identity("aws:ec2/ami:Ami", name, {}, region).id
    value = image if name.startswith("/aws/service/") and "ami" in name else f"{name.rpartition('/')[2]}-value"
    return {**arguments, "id": name, "arn": arn, "type": "String", "value": value, "insecureValue": value, "version": 1}


def _manifests(arguments: dict[str, Any], _region: str, _account: str) -> dict[str, Any]:
    """The objects of a text of manifests, of which ``ConfigFile`` and ``ConfigGroup`` make resources."""
    try:
        return {"result": [found for found in yaml.safe_load_all(str(arguments.get("text", ""))) if found]}
    except yaml.YAMLError as error:
        raise ValueError(f"a manifest is no YAML: {' '.join(str(error).split())}") from error


EXACT = frozenset(
    {
        "aws:iam/getPolicyDocument:getPolicyDocument",
        "aws:index/getPartition:getPartition",
        "aws:index/getRegion:getRegion",
        "kubernetes:yaml:decode",
    }
)
"""Functions whose answers follow from their arguments and the region, so that nothing about them is made up."""


def is_known(token: str) -> bool:
    """Whether ``invoke`` has an answer."""
    return token in _ANSWERS


_ANSWERS: dict[str, Callable[[dict[str, Any], str, str], dict[str, Any]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": _prefix_list,
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:ssm/getParameter:getParameter": _parameter,
    "kubernetes:yaml:decode": _manifests,
}
