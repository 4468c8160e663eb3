"""The network interfaces of instances, groups of them and nodes: subnets, groups, and which addresses they have."""

from collections.abc import Iterator
from dataclasses import replace

from analyser.analyses.reach.graph_view import UNKNOWN_NAME, View, names, text
from analyser.analyses.reach.network import DEFAULT_SUBNET, SUBNET, flag
from analyser.analyses.reach.place import Interface
from analyser.analyses.reach.protocols import number
from policy.model import Block, Resource

INSTANCE = "aws:ec2/instance:Instance"
SPOT = "aws:ec2/spotInstanceRequest:SpotInstanceRequest"
"""A request for an instance has the inputs of one, and names what is made for it in its outputs."""
INTERFACE = "aws:ec2/networkInterface:NetworkInterface"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration"
_ATTACHED = "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment"
_GROUP_ATTACHED = "aws:ec2/networkInterfaceSecurityGroupAttachment:NetworkInterfaceSecurityGroupAttachment"
_EIP = "aws:ec2/eip:Eip"
_EIP_ASSOCIATION = "aws:ec2/eipAssociation:EipAssociation"
_PUBLIC = "associatePublicIpAddress"
_BY_BLOCK = ("networkInterfaces", "primaryNetworkInterface", "secondaryNetworkInterfaces")


class Interfaces:
    """Finds the interfaces of what runs on EC2."""

    def __init__(self, view: View) -> None:
        self._view = view

    def of(self, found: Resource) -> tuple[Interface, ...]:
        """Those of an instance or of a single interface; none for anything else."""
        if found.type == INTERFACE:
            return (self._single(found),)
        if found.type not in (INSTANCE, SPOT):
            return ()
        attached = [self._single(one) for one in self._attached(found)]
        own = attached if any(found.given(key) for key in _BY_BLOCK) else [self._own(found), *attached]
        extra = tuple(group for one in self._more_groups(found) for group in one)
        return tuple(replace(one, groups=(*(one.groups or ()), *extra)) if extra else one for one in own)

    def of_template(self, template: Resource | None, subnets: tuple[str, ...]) -> tuple[Interface, ...]:
        """Those of each instance that a group makes by a launch template or configuration."""
        if template is None:
            return (Interface(subnets, (UNKNOWN_NAME,), public=None, ipv6=None),)
        blocks = list(template.blocks("networkInterfaces"))
        shared = names(template, "vpcSecurityGroupIds") or names(template, "securityGroups")
        if not blocks:
            given = flag(template, _PUBLIC, None) if template.given(_PUBLIC) else None
            return tuple(self._in(subnet, shared, template, given, template.given(_PUBLIC)) for subnet in subnets)
        found = []
        for block in blocks:
            own = names(block, "subnetId") or subnets
            groups = names(block, "securityGroups") or shared
            asked = block.given(_PUBLIC)
            found += [self._in(one, groups, block, flag_of(block, _PUBLIC), asked) for one in own]
        return tuple(found)

    def _own(self, found: Resource) -> Interface:
        template = self._template(found)
        first = next(iter(template.blocks("networkInterfaces")), None) if template else None
        sources: list[Resource | Block] = [found, *([first] if first else []), *([template] if template else [])]
        subnet = next((one for source in sources for one in names(source, "subnetId")), "")
        groups = next((g for source in sources if (g := names(source, "vpcSecurityGroupIds"))), ())
        groups = groups or next((g for source in sources if (g := names(source, "securityGroups"))), ())
        asked = next((source for source in sources if source.given(_PUBLIC)), None)
        six = next((source for source in sources if _asks_six(source)), found)
        public = flag_of(asked, _PUBLIC) if asked else None
        made = self._in(subnet, groups, six, public, asked is not None)
        return replace(
            made,
            public=self._with_elastic(found, made.public),
            address=text(found.get("privateIp")),
            forwards=found.has("sourceDestCheck", False),
        )

    def _in(
        self, subnet: str, groups: tuple[str, ...], source: Resource | Block, public: bool | None, asked: bool
    ) -> Interface:
        """One in a subnet, which decides where nothing else does."""
        home = self._view.by_id(subnet)
        known = home is not None and home.type in (SUBNET, DEFAULT_SUBNET)
        given = flag(home, "mapPublicIpOnLaunch", home.type == DEFAULT_SUBNET) if home is not None and known else None
        six = (
            True
            if _asks_six(source)
            else flag(home, "assignIpv6AddressOnCreation", False)
            if home is not None and known
            else None
        )
        return Interface((subnet,) if subnet else (), groups, public if asked else given, six)

    def _single(self, found: Resource) -> Interface:
        six = True if _asks_six(found) else None
        if six is None:
            six = next(
                (flag(home, "assignIpv6AddressOnCreation", False) for home in self._view.refers(found, "subnetId")),
                None,
            )
        addresses = names(found, "privateIps") or names(found, "privateIp")
        more = tuple(group for one in self._more_groups(found) for group in one)
        return Interface(
            names(found, "subnetId"),
            (*names(found, "securityGroups"), *more),
            self._with_elastic(found, False),
            six,
            address=addresses[0] if len(addresses) == 1 and addresses[0] != UNKNOWN_NAME else "",
            forwards=found.has("sourceDestCheck", False),
        )

    def _attached(self, found: Resource) -> Iterator[Resource]:
        for key in _BY_BLOCK:
            yield from self._view.refers(found, key, INTERFACE)
            for block in found.blocks(key):
                named = self._view.by_id(text(block.get("networkInterfaceId")))
                if named is not None and named not in self._view.refers(found, key, INTERFACE):
                    yield named
        for one in self._view.of(INTERFACE):
            if any(found is self._view.by_id(text(block.get("instance"))) for block in one.blocks("attachments")):
                yield one
        for attachment in self._view.resources.companions(found, _ATTACHED, by="instanceId"):
            yield from self._view.refers(attachment, "networkInterfaceId", INTERFACE)

    def _more_groups(self, found: Resource) -> Iterator[tuple[str, ...]]:
        for one in self._view.resources.companions(found, _GROUP_ATTACHED, by="networkInterfaceId"):
            yield names(one, "securityGroupId")

    def _template(self, found: Resource) -> Resource | None:
        return template_of(self._view, found, "launchTemplate")

    def _with_elastic(self, found: Resource, public: bool | None) -> bool | None:
        """An Elastic IP makes it public whatever else is asked for."""
        if self._elastic(found):
            return True
        free = [one for token in (_EIP, _EIP_ASSOCIATION) for one in self._view.of(token) if self._lost(one)]
        return None if free and public is False else public

    def _elastic(self, found: Resource) -> bool:
        pairs = ((_EIP, "instance"), (_EIP, "networkInterface"), (_EIP_ASSOCIATION, "instanceId"))
        pairs += ((_EIP_ASSOCIATION, "networkInterfaceId"),)
        return any(self._view.resources.companions(found, token, by=by) for token, by in pairs)

    def _lost(self, address: Resource) -> bool:
        """Whether it is somebody's, and nobody can tell whose."""
        keys = ("instance", "networkInterface", "instanceId", "networkInterfaceId")
        return any(address.unknown(key) and not self._view.refers(address, key) for key in keys)


def template_of(view: View, found: Resource, path: str) -> Resource | None:
    """The launch template that an input names, by id or by name."""
    block = next(iter(found.blocks(path)), None)
    if block is None:
        return next(iter(view.refers(found, path, TEMPLATE)), None)
    for key in ("id", "launchTemplateId"):
        named = view.by_id(text(block.get(key)))
        if named is not None:
            return named
    wanted = text(block.get("name")) or text(block.get("launchTemplateName"))
    for template in view.of(TEMPLATE):
        if wanted and wanted in (text(template.get("name")), text(template.outputs.get("name"))):
            return template
    return next(iter(view.refers(found, path, TEMPLATE)), None)


def flag_of(found: Resource | Block, path: str) -> bool | None:
    """A setting that is on or off, also as text; None where it is not known yet or not set."""
    value = found.get(path)
    return str(value).lower() == "true" if isinstance(value, bool | str) else None


def _asks_six(found: Resource | Block) -> bool:
    lists = ("ipv6Addresses", "ipv6AddressLists", "ipv6Prefixes")
    return any(found.given(key) for key in lists) or any(
        (number(found.get(key)) or 0) > 0 for key in ("ipv6AddressCount", "ipv6PrefixCount")
    )
