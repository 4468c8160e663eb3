"""Imports of the providers' SDKs that do only what a run asks for.

A provider's SDK defines thousands of classes, and a plain import builds all those of a service, and works out the
types of all their properties, for the few that a program uses. What this package serves is the same source, untouched
on disk, in which a class is built when somebody asks for it and a type is worked out when somebody reads it. The
program that runs under Pulumi's engine imports plainly; ``tests/analyser/run/sdk`` holds that both register the same.
"""

from analyser.run.sdk.finder import install

__all__ = ["install"]
