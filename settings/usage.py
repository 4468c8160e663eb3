"""How much a stack is used, for what is paid by use: the block ``strata:usage`` of a stack file."""

from typing import Annotated

from pydantic import Field

from settings.model import Settings

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Usage(Settings, use_attribute_docstrings=True):
    """Assumptions a month, of the whole stack unless a field says otherwise; the preview's prices rest on them.

    What is left out keeps the system's own assumption (analyser/analyses/cost/usage.py). Nothing here changes
    what is built.
    """

    request_millions: Amount | None = None
    """Requests that come in at the edge: CloudFront, the load balancer, WAF and DNS."""
    egress_gb: Amount | None = None
    """Data sent to the internet."""
    nat_gb: Amount | None = None
    """Data through all NAT gateways."""
    cross_region_gb: Amount | None = None
    """Data copied into the recovery region."""
    endpoint_gb: Amount | None = None
    """Data through all interface endpoints."""
    api_request_millions: Amount | None = None
    """Requests to REST and HTTP APIs of API Gateway."""
    websocket_message_millions: Amount | None = None
    """Messages through WebSocket APIs, each of up to 32 KB."""
    websocket_minute_millions: Amount | None = None
    """Minutes that WebSocket connections are open."""
    function_millions: Amount | None = None
    """Calls of all Lambda functions that clients, buckets, topics and streams call."""
    function_milliseconds: Amount | None = None
    """How long one call of a function takes."""
    bucket_gb: Amount | None = None
    """What each bucket holds."""
    bucket_request_millions: Amount | None = None
    """Requests to each bucket: one write to nine reads."""
    logs_gb: Amount | None = None
    """Logs written to all log groups."""
    custom_metrics: Amount | None = None
    """Metrics that Container Insights on ECS and MSK send."""
    table_read_millions: Amount | None = None
    """Read request units of all on-demand DynamoDB tables."""
    table_write_millions: Amount | None = None
    """Write request units of all on-demand DynamoDB tables."""
    table_gb: Amount | None = None
    """What all DynamoDB tables hold."""
    database_backup_gb: Amount | None = None
    """Automated backups of all databases beyond what RDS keeps for nothing, which is as much as the storage."""
    aurora_gb: Amount | None = None
    """What each Aurora cluster holds."""
    aurora_io_millions: Amount | None = None
    """Reads and writes of storage by each Aurora cluster."""
    cache_backup_gb: Amount | None = None
    """Snapshots of all caches beyond the one that is free."""
    backup_gb: Amount | None = None
    """What AWS Backup keeps."""
    snapshot_gb: Amount | None = None
    """EBS snapshots."""
    image_gb: Amount | None = None
    """What each image repository holds."""
    file_gb: Amount | None = None
    """What each EFS file system holds."""
    active_users: Amount | None = None
    """Users who sign in with Cognito in a month."""
    email_thousands: Amount | None = None
    """Mails sent with SES."""
    state_transition_thousands: Amount | None = None
    """Steps of all state machines."""
    message_millions: Amount | None = None
    """Requests to all SNS topics and SQS queues."""
    key_request_millions: Amount | None = None
    """Requests to all KMS keys."""
    trace_millions: Amount | None = None
    """Traces that X-Ray records."""
    config_items: Amount | None = None
    """Changes that AWS Config records; each is judged by three rules on average."""
    build_minutes: Amount | None = None
    """Minutes of all builds."""
    input_token_millions: Amount | None = None
    """Tokens sent to foundation models."""
    output_token_millions: Amount | None = None
    """Tokens that foundation models answer with."""
    fargate_vcpu_hours: Amount | None = None
    """Hours of a vCPU of all pods of EKS on Fargate."""
    fargate_gb_hours: Amount | None = None
    """Hours of a GB of their memory, with 0.25 GB of each pod for its kubelet."""
    elastic_nodes: Amount | None = None
    """Nodes that each Karpenter pool and each Spot group runs on average above its minimum."""

    def over(self, defaults: "Usage") -> "Usage":
        """These assumptions, and those of ``defaults`` where there are none."""
        return defaults.model_copy(update=self.model_dump(exclude_none=True))
