"""Reading a stack's configuration: typed, strict, every problem at once."""

from settings.environment import Environment, Safeguards
from settings.errors import MisfitError, Problem, SettingsError, found_late, refuse
from settings.model import Settings
from settings.provider import Region
from settings.services.dns import DomainName, Email
from settings.services.ec2 import Cidr
from settings.services.names import Name
from settings.stack import Stack, load
from settings.usage import Usage

__all__ = [
    "Cidr",
    "DomainName",
    "Email",
    "Environment",
    "MisfitError",
    "Name",
    "Problem",
    "Region",
    "Safeguards",
    "Settings",
    "SettingsError",
    "Stack",
    "Usage",
    "found_late",
    "load",
    "refuse",
]
