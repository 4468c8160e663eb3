"""Fine-grained access control of an OpenSearch domain: role mappings, applied by a function."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.compute.function import Function, FunctionSettings
from components.data.search_domain import SearchDomain
from components.network.network import Network
from components.security.key import Key
from components.statements import Grant

_SIZE = FunctionSettings(memory_mib=256, timeout_seconds=600)


@dataclass(frozen=True)
class SearchRole:
    """A role of OpenSearch: permissions on the whole and on indices by their names, and the IAM roles that have it.

    https://docs.opensearch.org/latest/security/access-control/default-action-groups/
    """

    cluster_permissions: Sequence[str]
    indices: Sequence[str]
    actions: Sequence[str]
    members: Sequence[pulumi.Input[str]]

    @classmethod
    def writer(cls, indices: Sequence[str], members: Sequence[pulumi.Input[str]]) -> "SearchRole":
        """Reads and writes documents, alone and in bulk, and makes indices."""
        actions = ("crud", "create_index", "indices:admin/mapping/put")
        return cls(("cluster_composite_ops",), indices, actions, members)

    @classmethod
    def reader(cls, indices: Sequence[str], members: Sequence[pulumi.Input[str]]) -> "SearchRole":
        """Searches and reads."""
        return cls(("cluster_composite_ops_ro",), indices, ("read",), members)

    def definition(self) -> dict[str, Any]:
        """The role as the security API takes it."""
        return {
            "cluster_permissions": list(self.cluster_permissions),
            "index_permissions": [{"index_patterns": list(self.indices), "allowed_actions": list(self.actions)}],
        }


class SearchAccess(Component):
    """A function that makes a domain's roles and maps IAM roles to them, called whenever one of these changes.

    A new domain lets roles in by IAM and then refuses them all, but for its master role. The function becomes that role
    (give ``role_arn`` to the domain as one of its ``administrators``), so it stands in the private tier, from where it
    reaches STS by NAT, and the domain. It also switches the audit log on. What depends on this component waits until
    the domain knows the roles.
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        network: Network,
        key: Key,
        log_key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._function = Function(
            self.child("mapper"),
            _SIZE,
            account=account,
            key=key,
            log_key=log_key,
            code="functions/map_search_roles",
            handler="handler.handle",
            description="Maps roles in OpenSearch",
            network=network,
            opts=self.child_options(),
        )
        if self._function.security_group is not None:
            self._function.security_group.allow_egress("https", "0.0.0.0/0", 443, "STS")
        self.role_arn = self._function.role.arn
        self.register_outputs({"roleArn": self.role_arn})

    @property
    def operate(self) -> Grant:
        """Lets a role read the log of the function that maps roles."""
        return self._function.operate

    def map(self, domain: SearchDomain, roles: Mapping[str, SearchRole]) -> pulumi.Resource:
        """Makes the roles in ``domain``, by their names there; returns what is there once they are."""
        domain.allow(self._function)
        self._function.grant("administer", domain.administer)
        told = {
            "Endpoint": domain.endpoint,
            "MasterRoleArn": domain.master_role_arn,
            "Roles": {
                name: {"Definition": role.definition(), "BackendRoles": list(role.members)}
                for name, role in sorted(roles.items())
            },
        }
        return aws.lambda_.Invocation(
            self.child("roles"),
            function_name=self._function.function_name,
            input=pulumi.Output.all(told=told).apply(lambda values: json.dumps(values["told"], sort_keys=True)),
            # The function needs its way and its right before it is called.
            opts=self.child_options(depends_on=[self._function, domain]),
        )
