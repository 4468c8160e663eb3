"""The realtime collaboration platform: servers on Fargate, sockets at API Gateway, shared state in DynamoDB and Redis.

Route 53 ─► CloudFront with its web ACL ─┬─► load balancer ─► server on Fargate ──────┬─► DynamoDB, Redis
                                         ├─► WebSocket API ─► functions ──────────────┘
                                         └─► S3
"""

from typing import Any

import pulumi

from components.account import Account
from components.edge.load_balancer import cloudfront_prefix_list_id
from components.edge.origins import distributions
from components.network.network import Network
from components.operations.cost_anomaly import PUBLISHER
from components.security.operator_role import OperatorRole
from systems.collaboration.application import make_application
from systems.collaboration.data import make_data, make_files
from systems.collaboration.edge import make_edge, make_names
from systems.collaboration.operations import operate
from systems.collaboration.parameters import IMAGE
from systems.collaboration.recovery import recovery_outputs, stand_by
from systems.collaboration.settings import SystemSettings
from systems.collaboration.sockets import make_sockets
from systems.copies import make_elsewhere
from systems.foundation import Stack, make_github_roles, make_keys

__all__ = ["SystemSettings", "build"]


def build(settings: SystemSettings, account: Account) -> dict[str, Any]:
    """Builds a collaboration stack and returns its outputs by name."""
    if settings.recovery is not None:
        return stand_by(settings, settings.recovery, account)
    cloudfront = cloudfront_prefix_list_id()
    users = [distributions(account), *settings.backup.key_users]
    keys = make_keys("collaboration", account, also_notices=[PUBLISHER], data_users=users)
    stack = Stack(settings, account, keys)
    elsewhere = (
        make_elsewhere(settings.copies, account, system="collaboration", data_users=[distributions(account)])
        if settings.copies
        else None
    )
    network = Network("network", settings.network, account=account, key=keys.logs)
    data = make_data(stack, network=network, elsewhere=elsewhere)
    files = make_files(stack, logs=data.access_logs, elsewhere=elsewhere)
    names = make_names(stack)
    application = make_application(
        stack,
        network=network,
        data=data,
        certificate=names.balancer,
        origin_secret=names.origin_secret,
        cloudfront=cloudfront,
    )
    sockets = make_sockets(stack, network=network, data=data, certificate=names.balancer)
    edge = make_edge(stack, names=names, data=data, files=files, application=application, sockets=sockets)
    operators = OperatorRole("operators", account=account)
    dashboard = operate(stack, data=data, application=application, sockets=sockets, edge=edge, operators=operators)
    operators.may(
        data.operate,
        application.operate,
        sockets.operate,
    )
    push_role = make_github_roles(settings.github, account, application.registry)
    host = settings.domain_name or edge.cdn.domain_name
    return {
        "applicationUrl": pulumi.Output.concat("https://", host),
        "healthUrl": pulumi.Output.concat("https://", host, application.health_path),
        "webSocketEndpoint": sockets.api.endpoint,
        "dashboardUrl": dashboard.url,
        "nameServers": edge.zone.name_servers or [] if edge.zone else [],
        "vpcId": network.vpc_id,
        "operatorsRoleArn": operators.arn,
        "service": application.service.running,
        "loadBalancer": application.balancer.dns_name,
        "registry": application.registry.repository_url(IMAGE),
        **push_role,
        "stateTable": data.state.table_name,
        "redisEndpoint": data.cache.endpoint,
        "webSocketApiId": sockets.api.api_id,
        "distributionId": edge.cdn.distribution_id,
        "distributionDomain": edge.cdn.domain_name,
        "staticBucket": files.static.bucket_name,
        **(recovery_outputs(stack, data=data, edge=edge, elsewhere=elsewhere) if elsewhere else {}),
    }
