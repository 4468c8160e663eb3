"""Reading a stack's configuration: typed, strict, every problem at once."""

from settings.environment import Environment, Safeguards
from settings.errors import Problem, SettingsError, found_late
from settings.model import Settings
from settings.stack import Stack, load
from settings.usage import Usage
from settings.values import Cidr, DomainName, Email, Name, Region

__all__ = [
    "Cidr",
    "DomainName",
    "Email",
    "Environment",
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
]
