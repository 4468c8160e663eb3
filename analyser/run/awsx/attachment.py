"""awsx:lb:TargetGroupAttachment: a machine or a function behind a target group.

``lb/targetGroupAttachment.ts`` of https://github.com/pulumi/pulumi-awsx
"""

from typing import Any

from analyser.graph import Node
from analyser.run.remote_components import Expansion, RefusedError, Traced, id_of, output_of, reference_to
from policy.unknown import UNKNOWN

_GROUP = "aws:lb/targetGroup:TargetGroup"
_TARGETS = ("instance", "instanceId", "lambda", "lambdaArn")


def expand_attachment(expansion: Expansion) -> None:
    """The attachment, before which a function lets load balancers call it."""
    expansion.only(["targetGroup", "targetGroupArn", *_TARGETS])
    for keys in (("targetGroup", "targetGroupArn"), _TARGETS):
        if len(expansion.component.inputs.keys() & set(keys)) != 1:
            raise RefusedError(f"{expansion.component.type} {expansion.name}: needs exactly one of {', '.join(keys)}")
    group = _given(expansion, "targetGroup", _GROUP) or _given(expansion, "targetGroupArn", _GROUP)
    arn = output_of(group, "arn") if group else expansion.given("targetGroupArn")
    permission = None
    if "lambda" in expansion.component.inputs or "lambdaArn" in expansion.component.inputs:
        called = _given(expansion, "lambda", "aws:lambda/function:Function")
        target: dict[str, Any] = {"targetId": output_of(called, "arn") if called else _first(expansion)}
        permission = expansion.resource(
            "aws:lambda/permission:Permission",
            expansion.name,
            {
                "action": "lambda:InvokeFunction",
                "function": id_of(called) if called else _first(expansion),
                "principal": "elasticloadbalancing.amazonaws.com",
                "sourceArn": arn,
            },
        )
    else:
        target = _machine(expansion, group)
    made = expansion.resource(
        "aws:lb/targetGroupAttachment:TargetGroupAttachment",
        expansion.name,
        {**target, "targetGroupArn": arn},
        after=[permission] if permission else [],
    )
    expansion.output("targetGroupAttachment", reference_to(made))
    expansion.output("lambdaPermission", reference_to(permission) if permission else None)


def _machine(expansion: Expansion, group: Node | None) -> dict[str, Any]:
    """A machine by its id, or by its address where the group takes addresses."""
    kind = group.inputs.get("targetType", "instance") if group else UNKNOWN
    machine = _given(expansion, "instance", "aws:ec2/instance:Instance")
    if machine is None:
        given = expansion.given("instanceId")
        return {"targetId": given if kind == "instance" else Traced(UNKNOWN, given.urns)}
    target = id_of(machine) if kind == "instance" else output_of(machine, "privateIp")
    return {"targetId": target, "availabilityZone": output_of(machine, "availabilityZone")}


def _given(expansion: Expansion, key: str, token: str) -> Node | None:
    urns = expansion.component.property_dependencies.get(key, ())
    found = (expansion.registered(urn) for urn in urns)
    return next((node for node in found if node is not None and node.type == token), None)


def _first(expansion: Expansion) -> Traced:
    return expansion.given("lambdaArn" if "lambdaArn" in expansion.component.inputs else "lambda")
