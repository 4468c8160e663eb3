"""The facts that links are read from: resources, connections and rights of one stack."""

from collections.abc import Iterable, Iterator
from functools import cached_property

from analyser.analyses.reach.graph_view import View, text, view_of
from analyser.analyses.reach.model import Reach, reach_in
from analyser.analyses.reach.place import Kind, Place
from analyser.analyses.reach.place import Link as Way
from analyser.analyses.rights.decide import Answer, Decision
from analyser.analyses.rights.principal import ROLE, Principal, principal
from analyser.analyses.rights.question import judge
from analyser.analyses.trace.model import Link, found, missing, not_known
from analyser.graph import Graph
from policy.iam.document import Statement
from policy.model import Resource, known


class Survey:
    """Look-ups of resources, connections and rights, for links, in a graph whose values are known."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.view: View = view_of(graph)
        self._principals: dict[str, Principal] = {}

    @cached_property
    def reach(self) -> Reach:
        """Who reaches whom, which half of the stories never ask."""
        return reach_in(self.view)

    def of(self, *types: str) -> list[Resource]:
        """Every resource of these types."""
        return self.view.of(*types)

    def refers(self, resource: Resource, path: str, *types: str) -> list[Resource]:
        """What an input of the resource names."""
        return self.view.refers(resource, path, *types)

    def companions(self, resource: Resource, token: str, by: str) -> list[Resource]:
        """Resources of a type whose input names this one."""
        return self.view.resources.companions(resource, token, by=by)

    def role(self, arn: str) -> Resource | None:
        """The role of the stack with this ARN."""
        return self._roles.get(arn) if arn else None

    @cached_property
    def _roles(self) -> dict[str, Resource]:
        """The first of each ARN."""
        return {text(role.outputs.get("arn")): role for role in reversed(self.of(ROLE))}

    def principal(self, role: Resource) -> Principal:
        """A role with all policies that bear on it."""
        arn = text(role.outputs.get("arn"))
        if arn not in self._principals:
            self._principals[arn] = principal(self.view, arn)
        return self._principals[arn]

    def may(self, who: str, action: str, resource: str) -> Decision:
        """Whether a role (by ARN) or an AWS service may do something, with the use of the key that it takes."""
        return judge(self.view, who, action, resource)

    def policies_of(self, role: Resource) -> list[Resource]:
        """What is attached to a role."""
        inline = self.companions(role, "aws:iam/rolePolicy:RolePolicy", "role")
        return inline + self.companions(role, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "role")

    def statements(self, role: Resource) -> Iterator[Statement]:
        """Every allowing statement of a role's own policies."""
        for source in self.principal(role).policies:
            yield from (statement for statement in source.document.statements if statement.allows)

    def place(self, resource: Resource) -> Place | None:
        """Where a resource stands in the network."""
        return self._places.get(resource.urn)

    def way(self, kind: str, source: Place, target: Place, port: int | None = None) -> Link:
        """A link for a connection from one place to another."""
        way = self.reach.connections.direct(source, target, port)
        says = f"{source.name} opens connections to {target.name}"
        if way is None:
            return not_known(kind, says, "nothing of the way between them is modelled", self.at(source, target))
        return self.along(kind, f"{says}{f' on {way.port}' if way.port else ''}", way)

    def along(self, kind: str, says: str, way: Way, evidence: Iterable[Resource] = ()) -> Link:
        """A link for a way that was judged: with its reasons, or with what is missing."""
        passed = [self.view.resources.by_urn[urn] for check in way.checks for urn in check.urns]
        resources = [*evidence, *passed, *self.at(way.source, way.target)]
        if way.open:
            reasons = "; ".join(check.says for check in way.checks)
            return found(kind, f"{says} ({reasons})" if reasons else says, resources)
        if not way.missing:
            return not_known(kind, says, "; ".join(way.not_known), resources)
        return missing(kind, says, "; ".join(way.missing), resources)

    def at(self, *places: Place) -> list[Resource]:
        """The resources of places, but for what runs there."""
        return [self.view.resources.by_urn[urn] for place in places for urn in place.urns]

    def service(self, name: str) -> Place:
        """The public API of an AWS service, as VPC endpoints name it."""
        return Place(name, Kind.SERVICE, ports=(443,), service=name, region=self.graph.region)

    def permission(self, kind: str, says: str, decision: Decision, evidence: Iterable[Resource]) -> Link:
        """A link for a right: with its provisos, or with what does not allow it."""
        resources = list(evidence)
        if decision.yes:
            provisos = f" ({'; '.join(decision.provisos)})" if decision.provisos else ""
            return found(kind, f"{says}{provisos}", resources)
        refused = decision if not decision.allowed else next(need for need in decision.needs if not need.yes)
        tell = not_known if decision.answer is Answer.UNKNOWN else missing
        return tell(kind, says, f"{refused.action}: {refused.because}", resources)

    @cached_property
    def _places(self) -> dict[str, Place]:
        return {urn: place for place in reversed(self.reach.places) for urn in place.urns}


def called(resource: Resource) -> str:
    """What a resource is called where somebody reads of it: its own name, without the suffix of Pulumi."""
    for key in ("metadata.name", "identifier", "replicationGroupId", "clusterName", "domainName", "bucket", "name"):
        value = resource.get(key)
        if known(value) and isinstance(value, str) and value:
            return value
    return resource.name
