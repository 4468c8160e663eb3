"""The types whose bill takes a rule: one small function each, giving its lines."""

from analyser.analyses.cost.item import Pricer
from analyser.analyses.cost.services import (
    apigateway,
    backups,
    caches,
    cloudwatch,
    containers,
    delivery,
    dynamodb,
    ec2,
    edge,
    eks,
    elb,
    functions,
    governance,
    kubernetes,
    messages,
    msk,
    opensearch,
    rds,
    s3,
    security,
)

PRICERS: dict[str, Pricer] = {
    **apigateway.PRICERS,
    **backups.PRICERS,
    **caches.PRICERS,
    **cloudwatch.PRICERS,
    **containers.PRICERS,
    **delivery.PRICERS,
    **dynamodb.PRICERS,
    **ec2.PRICERS,
    **edge.PRICERS,
    **eks.PRICERS,
    **elb.PRICERS,
    **functions.PRICERS,
    **governance.PRICERS,
    **kubernetes.PRICERS,
    **messages.PRICERS,
    **msk.PRICERS,
    **opensearch.PRICERS,
    **rds.PRICERS,
    **s3.PRICERS,
    **security.PRICERS,
}
"""By type; what a plain line says stands in ``resource_types``."""
