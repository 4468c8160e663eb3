"""The assumptions of each system in production, for what a stack file leaves out."""

from collections.abc import Mapping

from settings import Usage
from settings.stack import PROJECT

ELSEWHERE = 0.1
"""How much a stack that is not production is used, as a part of the system's assumptions."""

_COMMON = Usage(
    request_millions=10,
    egress_gb=200,
    nat_gb=200,
    cross_region_gb=0,
    endpoint_gb=100,
    api_request_millions=0,
    websocket_message_millions=0,
    websocket_minute_millions=0,
    function_millions=0.1,
    function_milliseconds=200,
    bucket_gb=100,
    bucket_request_millions=0.1,
    logs_gb=50,
    custom_metrics=0,
    table_read_millions=0,
    table_write_millions=0,
    table_gb=0,
    database_backup_gb=0,
    aurora_gb=0,
    aurora_io_millions=0,
    cache_backup_gb=0,
    backup_gb=100,
    snapshot_gb=100,
    image_gb=5,
    file_gb=0,
    active_users=0,
    email_thousands=0,
    state_transition_thousands=1,
    message_millions=0.1,
    key_request_millions=2,
    trace_millions=0.1,
    config_items=0,
    build_minutes=0,
    input_token_millions=0,
    output_token_millions=0,
    fargate_vcpu_hours=0,
    fargate_gb_hours=0,
    elastic_nodes=0,
)

SYSTEMS: Mapping[str, Usage] = {
    # Billions of records, 35 days of backups of a 1 TB database, and the $127 of transfer that the design has in mind.
    "records": Usage(
        request_millions=100, egress_gb=1000, nat_gb=500, bucket_gb=1000, logs_gb=200, custom_metrics=50,
        database_backup_gb=2000, cache_backup_gb=100, backup_gb=1000, key_request_millions=10, message_millions=1,
        build_minutes=300, fargate_vcpu_hours=100, fargate_gb_hours=250, aurora_gb=500, aurora_io_millions=2000,
    ).over(_COMMON),
    # 1M requests, 1 TB from CloudFront, 100 GB in S3, 1,000 users, 10,000 mails: the design's own table.
    "mdreader": Usage(
        request_millions=1, egress_gb=1000, nat_gb=50, endpoint_gb=20, api_request_millions=1,
        websocket_message_millions=5, websocket_minute_millions=5, function_millions=1, function_milliseconds=200,
        bucket_gb=50, logs_gb=10, backup_gb=50, active_users=1000, email_thousands=10, build_minutes=300,
        custom_metrics=20, config_items=3000,
    ).over(_COMMON),
    "confluence": Usage(
        request_millions=50, egress_gb=1000, nat_gb=300, cross_region_gb=100, bucket_gb=200, logs_gb=150,
        custom_metrics=200, database_backup_gb=500, backup_gb=600, file_gb=50, build_minutes=1000, active_users=2000,
        email_thousands=50,
        websocket_message_millions=50, websocket_minute_millions=20, api_request_millions=50, function_millions=60,
        elastic_nodes=1,
    ).over(_COMMON),
    "consulting": Usage(
        request_millions=5, egress_gb=100, nat_gb=100, bucket_gb=50, logs_gb=50, email_thousands=20,
        config_items=3000, build_minutes=300, input_token_millions=50, output_token_millions=10,
    ).over(_COMMON),
    "collaboration": Usage(
        request_millions=20, egress_gb=200, nat_gb=100, websocket_message_millions=100, websocket_minute_millions=20,
        function_millions=20, table_read_millions=50, table_write_millions=20, table_gb=20, logs_gb=50,
        bucket_gb=50, custom_metrics=20,
    ).over(_COMMON),
}  # fmt: skip


def usage_of(config: Mapping[str, str]) -> Usage:
    """The assumptions of a stack: its own, then its system's, a tenth of those outside production."""
    defaults = SYSTEMS.get(config.get(f"{PROJECT}:system", ""), _COMMON)
    if config.get(f"{PROJECT}:environment") != "prod":
        parts = {name: value * ELSEWHERE for name, value in defaults.model_dump().items() if value}
        # How long a call takes does not depend on how many there are.
        defaults = defaults.model_copy(update={**parts, "function_milliseconds": defaults.function_milliseconds})
    return Usage.model_validate_json(config.get(f"{PROJECT}:usage") or "{}").over(defaults)
