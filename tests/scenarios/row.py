"""What one field of the settings is told, and what of a stack may change by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """What goes into one field. Entries of a map are pairs of key and value."""

    middle: Any
    front: Any = None
    """None where the first entry means more than the others, or there are no more values."""
    before: tuple[Any, ...] = ()
    """What stands there first: as far as the stack has not two entries, or in place of them with ``whole``."""
    whole: bool = False
    changes: tuple[str, ...] = ()
    """Types, and the input in which an update in place says the new entry as well."""
    adds: tuple[str, ...] = ()
    """Types of which an entry has its own."""
    beside: Mapping[str, Any] = field(default_factory=dict)
    """What the same settings say as well from then on."""


REWRITTEN: Mapping[str, str] = {
    "aws:amplify/app:App customHeaders": "one text with all headers",
    "aws:apigateway/deployment:Deployment triggers": "the digest of what is published",
    "aws:apigateway/integrationResponse:IntegrationResponse responseTemplates": "one text that names all origins",
    "aws:ec2/launchTemplate:LaunchTemplate userData": "one text with all labels and taints",
    "aws:ecs/taskDefinition:TaskDefinition containerDefinitions.environment.value.processors": "as for the ConfigMap",
    "aws:lambda/function:Function code": "the service has code of its own from then on",
    "aws:lambda/function:Function environment.variables.CORS_ORIGINS": "one text that names all origins",
    "aws:lambda/function:Function vpcConfig": "the function moves to the tier that it is given",
    "aws:wafv2/webAcl:WebAcl rules.statement": "one pattern that names all paths or hosts",
    "kubernetes:apps/v1:Deployment spec.template.metadata.annotations": "the digest of the configuration",
    "kubernetes:core/v1:ConfigMap data.AOT_CONFIG_CONTENT.processors": "a rule leaves out what those before it take",
    "kubernetes:storage.k8s.io/v1:StorageClass parameters.tagSpecification": "the driver's numbers, no order",
}
"""Inputs that say all entries as one, so that an entry more changes what is there, and why."""
