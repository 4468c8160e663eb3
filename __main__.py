"""Builds the system that the stack file names."""

import pulumi

import systems
from settings import SettingsError, load

try:
    stack = load(systems.SETTINGS)
except SettingsError as error:
    # RunError reaches the user as its message alone, without a traceback.
    raise pulumi.RunError(str(error)) from None

for name, value in systems.build(stack).items():
    pulumi.export(name, value)
