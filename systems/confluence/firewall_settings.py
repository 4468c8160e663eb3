"""Web ACLs of the Confluence system, which let pages pass where they are saved."""

from components.edge.firewall import FirewallSettings, InnerFirewallSettings
from settings.services.edge import BlockedPath

PAGES = ("/api/pages",)
"""Where pages are saved, which are HTML and Markdown about anything."""


class PagesFirewallSettings(FirewallSettings):
    """Before the distribution: pages are saved whole, and most are larger than 8 KB."""

    large_bodies: bool = True
    """Whether bodies above 8 KB are let in, of which the part after the inspection limit is not looked at."""
    document_paths: tuple[BlockedPath, ...] = PAGES
    """Where what is saved may hold HTML, paths, addresses or SQL as its text."""


class ApiFirewallSettings(InnerFirewallSettings):
    """Before the REST API, for whose saves both have to let pass what a page holds."""

    document_paths: tuple[BlockedPath, ...] = PAGES
    """Where what is saved may hold HTML, paths, addresses or SQL as its text."""
