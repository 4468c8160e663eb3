"""What a stand-in provider answers: the state of a resource that it made.

The values are the preview's. Of the properties that AWS computes all are there; of those that a program may give and
did not, only names and the defaults that AWS is known to fill in: an answer holds no setting that nobody made.
"""

import functools
import inspect
import threading
from collections.abc import Mapping
from typing import Any

from analyser.run import mock_cloud
from analyser.run.mock_cloud.computed_outputs import resource_class

# What AWS answers for settings that were left open, from the arguments' descriptions in pulumi-aws.
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "aws:cloudwatch/logGroup:LogGroup": {"retentionInDays": 0, "skipDestroy": False},
    "aws:dynamodb/table:Table": {"deletionProtectionEnabled": False, "tableClass": "STANDARD"},
    "aws:ec2/subnet:Subnet": {"mapPublicIpOnLaunch": False, "assignIpv6AddressOnCreation": False},
    "aws:ec2/vpc:Vpc": {"enableDnsSupport": True, "instanceTenancy": "default"},
    "aws:ecr/repository:Repository": {"imageTagMutability": "MUTABLE"},
    "aws:iam/role:Role": {"maxSessionDuration": 3600, "path": "/"},
    "aws:kms/key:Key": {"enableKeyRotation": False, "isEnabled": True, "keyUsage": "ENCRYPT_DECRYPT"},
    "aws:lambda/function:Function": {"memorySize": 128, "timeout": 3, "packageType": "Zip"},
    "aws:lb/loadBalancer:LoadBalancer": {"enableDeletionProtection": False, "idleTimeout": 60},
    "aws:rds/instance:Instance": {"deletionProtection": False, "multiAz": False, "publiclyAccessible": False},
    "aws:s3/bucket:Bucket": {"forceDestroy": False},
    "aws:sqs/queue:Queue": {"messageRetentionSeconds": 345600, "visibilityTimeoutSeconds": 30},
}
# Blocks that a program may give in part, and that AWS completes or gives in any case.
_COMPLETED = {"aws:sesv2/emailIdentity:EmailIdentity": frozenset({"dkimSigningAttributes"})}
_IMPORTS = threading.Lock()  # the SDK imports its modules when one first reads them, which two threads must not do


def created(token: str, name: str, inputs: dict[str, Any], region: str) -> tuple[str, dict[str, Any]]:
    """The id of a new resource, and its whole state."""
    with _IMPORTS:
        identifier, state = mock_cloud.outputs(token, name, inputs, region)
        settable = _settable(token)
    invented = settable - inputs.keys() - _COMPLETED.get(token, frozenset()) - set(mock_cloud.NAMES)
    kept = {key: value for key, value in state.items() if key not in invented}
    return identifier, {**_DEFAULTS.get(token, {}), **kept}


def planned(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """What a first preview knows of the resource: its inputs, and nothing that is computed."""
    return mock_cloud.not_computed(token, inputs)


def updated(state: Mapping[str, Any], former: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The state after a change in place: what was computed stays, a setting that is no longer given is gone."""
    return {key: value for key, value in state.items() if key not in former.keys() - inputs.keys()} | dict(inputs)


def invoked(token: str, arguments: dict[str, Any], region: str) -> dict[str, Any]:
    """The answer to a call: the preview's to the program, and those that pulumi-eks asks for inside the engine."""
    if token == "aws:index/getPartition:getPartition":
        return {"id": "aws", "partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}
    if token == "aws:index/getRegion:getRegion":
        return {"id": region, "name": region, "region": region, "description": region, "endpoint": ""}
    return mock_cloud.invoke(token, arguments, region)


@functools.cache
def _settable(token: str) -> frozenset[str]:
    """The properties that a program may give, by Pulumi's names."""
    cls = resource_class(token)
    if cls is None:
        return frozenset()
    given = inspect.signature(vars(cls)["_internal_init"]).parameters
    getters = {name: member.fget for name, member in vars(cls).items() if isinstance(member, property)}
    return frozenset(vars(getters[name]).get("_pulumi_name", name) for name in given if name in getters)
