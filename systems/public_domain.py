"""The public name of a system, and the hosted zone that it is in."""

from components.edge.zone import ZoneSettings, delegation_problem
from settings import Problem, Settings
from settings.services.acm import CertifiedDomain
from settings.services.dns import ZoneId


class PublicDomainSettings(Settings):
    """What every system says that users reach by a name of its own, and whose zone that name is in."""

    domain: CertifiedDomain
    """The public name; the stack makes a hosted zone of it, which has to be delegated once."""
    hosted_zone_id: ZoneId | None = None
    """An existing zone that holds ``domain``, in place of one of the stack's own."""
    parent_zone_id: ZoneId | None = None
    """The zone above ``domain``, in the same account, which then delegates to the stack's own by itself."""

    @property
    def zone(self) -> ZoneSettings:
        """The zone that holds ``domain``."""
        return ZoneSettings(domain=self.domain, zone_id=self.hosted_zone_id, parent_id=self.parent_zone_id)

    @property
    def zone_problem(self) -> Problem | None:
        """Why the two zones contradict each other; None when they do not."""
        return delegation_problem(self.hosted_zone_id, self.parent_zone_id)
