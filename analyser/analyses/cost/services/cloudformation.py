"""CloudFormation: what a template starts, of the one kind that is read.

A stack itself is free: https://aws.amazon.com/cloudformation/pricing/
"""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.price_snapshot import NoPriceError
from analyser.analyses.cost.result import Line
from analyser.analyses.cost.services.ec2 import configuration_of, launched

_GROUP = "AWS::AutoScaling::AutoScalingGroup"


class _Template(yaml.SafeLoader):
    """Templates with their short forms, such as ``!Ref``, whose values only CloudFormation knows."""


def _short_form(_loader: Any, _tag: str, _node: Any) -> None:
    return None


_Template.add_multi_constructor("!", _short_form)


def stack(item: Item) -> Iterator[Line]:
    """The machines of groups that start by the program's own launch configurations; whatever else has no price."""
    made = _resources(item.read("templateBody"))
    groups = [one.get("Properties") or {} for one in made.values() if one.get("Type") == _GROUP]
    named = [configuration_of(item, group.get("LaunchConfigurationName")) for group in groups]
    if not made or len(groups) < len(made) or None in named:
        raise NoPriceError("what its template makes is not priced")
    for group, configuration in zip(groups, named, strict=True):
        if configuration is not None:
            low, high = float(group.get("MinSize", 0)), float(group.get("MaxSize", 0))
            yield from launched(item, configuration, float(group.get("DesiredCapacity", low)), low, high)


def _resources(body: Any) -> Mapping[str, Mapping[str, Any]]:
    """What a template makes; nothing where it is not known, or is no template."""
    try:
        read = _Template(body).get_single_data() if isinstance(body, str) else None
    except yaml.YAMLError:
        return {}
    found = read.get("Resources") if isinstance(read, dict) else None
    return found if isinstance(found, dict) and all(isinstance(one, dict) for one in found.values()) else {}


PRICERS: dict[str, Pricer] = {"aws:cloudformation/stack:Stack": stack}
