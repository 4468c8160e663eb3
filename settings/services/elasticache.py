"""Redis on ElastiCache: https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html"""

from typing import Annotated

from pydantic import AfterValidator, Field

from settings.services.machines import known
from settings.services.names import name_form

GroupId = Annotated[str, name_form(32)]
"""ElastiCache takes 40 characters; the ids of a group's users are this one's with a suffix."""

SubnetGroupName = Annotated[str, name_form(255)]

NodeType = Annotated[str, AfterValidator(lambda name: known(name, "elasticache")), Field(examples=["cache.r6g.xlarge"])]
"""What a node runs on, with failover and snapshots."""

MOST_NODES = 90
"""Nodes of a cluster, unless AWS raises the quota: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Shards.html"""
