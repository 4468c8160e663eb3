"""Packages of the program's own that are called like Strata's."""

import pulumi
from components.service import Service

import settings

service = Service("api", settings.MEMORY)
pulumi.export("function", service.function.arn)
