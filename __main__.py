"""Builds the system that the stack file names."""

import pulumi

import systems
from settings import SettingsError, found_late, load

# RunError reaches the user as its message alone, without a traceback: the same words as in a preview.
try:
    stack = load(systems.SETTINGS)
except SettingsError as error:
    raise pulumi.RunError(str(error)) from None
try:
    outputs = systems.build(stack)
except ValueError as error:
    raise pulumi.RunError(str(found_late(stack.name, error))) from error

for name, value in outputs.items():
    pulumi.export(name, value)
