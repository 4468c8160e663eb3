"""All prerequisites of a stack, in the order in which one would see to them."""

from collections.abc import Callable, Iterator

from analyser.analyses.prerequisites import deployer, images, outside, quotas, roles, settings, vaults
from analyser.analyses.prerequisites.model import Prerequisite, When
from analyser.graph import Graph

FINDERS: tuple[Callable[[Graph], Iterator[Prerequisite]], ...] = (
    deployer.deployers,
    outside.code,
    outside.zones,
    outside.certificates,
    outside.mail,
    outside.consents,
    settings.sign_in_prefixes,
    settings.singletons,
    settings.api_logging,
    settings.backup_switches,
    settings.backup_management,
    vaults.vaults_elsewhere,
    roles.service_linked_roles,
    roles.people,
    quotas.quotas,
    quotas.models,
    outside.state_copy,
    images.images,
    outside.values,
    settings.subscriptions,
    settings.cost_tags,
)


def prerequisites(graph: Graph) -> list[Prerequisite]:
    """What has to be true, by time; within that, as the finders are listed."""
    told = graph.without_unknowns()
    found = [one for finder in FINDERS for one in finder(told)]
    return sorted(found, key=lambda one: list(When).index(one.when))
