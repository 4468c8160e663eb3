"""Hosts, ports and addresses in the form in which a service hands them out: with port and scheme, or without.

Which it is stands in the provider's documentation of each output, such as
https://www.pulumi.com/registry/packages/aws/api-docs/rds/instance/#outputs; what names look like, in the service's own.
"""

import functools
import re
from collections.abc import Mapping
from typing import Any

from analyser.run.mock_cloud.identity import ACCOUNT_ID, Identity
from policy.unknown import UNKNOWN

_RDS = "{hash:.12}.{region}.rds.{suffix}"
_DOCDB = "{hash:.12}.{region}.docdb.{suffix}"
_NEPTUNE = "{hash:.12}.{region}.neptune.{suffix}"
_CACHE = "{hash:.6}.{region_code}.cache.{suffix}"
_EXECUTE = "{api}.execute-api.{region}.{suffix}"
_EXECUTION = "arn:{partition}:execute-api:{region}:{account}:{api}"
_SEARCH = "{search}-{host}-{hash:.26}.{region}.es.{suffix}"
_INVOKE = "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
_BROKER = "{host}.{hash:.6}.c2.kafka.{region}.{suffix}"
_KAFKA = {
    "bootstrapBrokers": ("b", 9092),
    "bootstrapBrokersTls": ("b", 9094),
    "bootstrapBrokersSaslScram": ("b", 9096),
    "bootstrapBrokersSaslIam": ("b", 9098),
    "bootstrapBrokersPublicTls": ("b-public", 9194),
    "bootstrapBrokersPublicSaslScram": ("b-public", 9196),
    "bootstrapBrokersPublicSaslIam": ("b-public", 9198),
    "zookeeperConnectString": ("z", 2181),
    "zookeeperConnectStringTls": ("z", 2182),
}
"""What a broker's name begins with, and its port: https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html"""
_MACHINE = {
    "privateIp": "10.0.{low}.{high}",
    "privateDns": "ip-10-0-{low}-{high}.{region}.compute.internal",
    "publicIp": "203.0.113.{high}",
    "publicDns": "ec2-203-0-113-{high}.{region}.compute.{suffix}",
}
_ADDRESSES = (
    ("publicip", _MACHINE["publicIp"]), ("publicipaddress", _MACHINE["publicIp"]),
    ("privateip", _MACHINE["privateIp"]), ("ipaddress", _MACHINE["privateIp"]),
)  # fmt: skip
"""Of any type, by how the output's name ends. Those of everybody are from the block kept for examples (RFC 5737)."""
_FORMS: Mapping[str, Mapping[str, str]] = {
    "amp/workspace": {"prometheusEndpoint": "https://aps-workspaces.{region}.{suffix}/workspaces/{id}/"},
    "amplify/app": {"defaultDomain": "{id}.amplifyapp.com"},
    "apigateway/restApi": {"executionArn": _EXECUTION},
    "apigateway/stage": {
        "executionArn": f"{_EXECUTION}/{{stage}}",
        "invokeUrl": f"https://{_EXECUTE}/{{stage}}",
    },
    "apigatewayv2/api": {"apiEndpoint": f"{{scheme}}://{_EXECUTE}", "executionArn": _EXECUTION},
    "apigatewayv2/stage": {
        "executionArn": f"{_EXECUTION}/{{stage}}",
        "invokeUrl": f"https://{_EXECUTE}/{{path}}",
    },
    "apprunner/service": {"serviceUrl": "{hash:.10}.{region}.awsapprunner.com"},
    "cognito/userPool": {"endpoint": "cognito-idp.{region}.{suffix}/{id}"},
    "dax/cluster": {
        "clusterAddress": "{host}.{hash:.6}.dax-clusters.{region}.{suffix}",
        "configurationEndpoint": "{host}.{hash:.6}.dax-clusters.{region}.{suffix}:{port}",
    },
    "docdb/cluster": {"endpoint": f"{{host}}.cluster-{_DOCDB}", "readerEndpoint": f"{{host}}.cluster-ro-{_DOCDB}"},
    "docdb/clusterInstance": {"endpoint": f"{{host}}.{_DOCDB}"},
    "ec2/eip": {**_MACHINE, "address": _MACHINE["publicIp"], "allocationId": "{id}"},
    "ec2/instance": _MACHINE,
    "ec2/networkInterface": {"privateDnsName": _MACHINE["privateDns"]},
    "ec2/vpcEndpoint": {"dnsName": "{id}-{hash:.8}.{endpoint_service}.{region}.vpce.{suffix}"},
    "efs/fileSystem": {"dnsName": "{id}.efs.{region}.{suffix}"},
    "efs/mountTarget": {
        "dnsName": "{file_system}.efs.{region}.{suffix}",
        "mountTargetDnsName": "{zone}.{file_system}.efs.{region}.{suffix}",
    },
    "elasticache/cluster": {
        "address": f"{{host}}.{_CACHE}",
        "clusterAddress": f"{{host}}.cfg.{_CACHE}",
        "configurationEndpoint": f"{{host}}.cfg.{_CACHE}:{{port}}",
    },
    "elasticache/replicationGroup": {
        "configurationEndpointAddress": f"clustercfg.{{host}}.{_CACHE}",
        "primaryEndpointAddress": f"master.{{host}}.{_CACHE}",
        "readerEndpointAddress": f"replica.{{host}}.{_CACHE}",
    },
    "elasticache/serverlessCache": {"address": "{host}-{hash:.6}.serverless.{region_code}.cache.{suffix}"},
    "elasticbeanstalk/environment": {
        "cname": "{host}.{hash:.10}.{region}.elasticbeanstalk.com",
        "endpointUrl": "awseb-{hash:.10}.{region}.elb.{suffix}",
    },
    "grafana/workspace": {"endpoint": "{id}.grafana-workspace.{region}.{suffix}"},
    "lambda/function": {
        "invokeArn": _INVOKE,
        "qualifiedArn": "{arn}:1",
        "qualifiedInvokeArn": _INVOKE.replace("{arn}", "{arn}:1"),
    },
    "lambda/functionUrl": {"functionUrl": "https://{hash:.32}.lambda-url.{region}.on.aws/"},
    "memorydb/cluster": {"address": "clustercfg.{host}.{hash:.6}.memorydb.{region}.{suffix}"},
    "mq/broker": {
        "consoleUrl": "https://{broker}.mq.{region}.{suffix}",
        "endpoint": "{mq}://{broker}.mq.{region}.{suffix}:{port}",
    },
    "msk/cluster": {
        key: ",".join(f"{kind}-{number}.{_BROKER}:{port}" for number in (1, 2, 3))
        for key, (kind, port) in _KAFKA.items()
    },
    "msk/serverlessCluster": {
        "bootstrapBrokersSaslIam": "boot-{hash:.8}.c1.kafka-serverless.{region}.{suffix}:9098"
    },
    "neptune/cluster": {
        "endpoint": f"{{host}}.cluster-{_NEPTUNE}",
        "readerEndpoint": f"{{host}}.cluster-ro-{_NEPTUNE}",
    },
    "neptune/clusterInstance": {"address": f"{{host}}.{_NEPTUNE}", "endpoint": f"{{host}}.{_NEPTUNE}:{{port}}"},
    "opensearch/domain": {
        "dashboardEndpoint": f"{_SEARCH}/_dashboards",
        "endpoint": _SEARCH,
        "endpointV2": _SEARCH.replace(".es.{suffix}", ".on.aws"),
    },
    "opensearch/serverlessCollection": {
        "collectionEndpoint": "https://{id}.{region}.aoss.{suffix}",
        "dashboardEndpoint": "https://{id}.{region}.aoss.{suffix}/_dashboards",
    },
    "rds/cluster": {"endpoint": f"{{host}}.cluster-{_RDS}", "readerEndpoint": f"{{host}}.cluster-ro-{_RDS}"},
    "rds/clusterEndpoint": {"endpoint": f"{{host}}.cluster-custom-{_RDS}"},
    "rds/clusterInstance": {"endpoint": f"{{host}}.{_RDS}"},
    "rds/instance": {"address": f"{{host}}.{_RDS}", "endpoint": f"{{host}}.{_RDS}:{{port}}"},
    "rds/proxy": {"endpoint": f"{{host}}.proxy-{_RDS}"},
    "redshift/cluster": {
        "dnsName": "{host}.{hash:.12}.{region}.redshift.{suffix}",
        "endpoint": "{host}.{hash:.12}.{region}.redshift.{suffix}:{port}",
    },
    "redshiftserverless/workgroup": {
        "address": "{host}.{account}.{region}.redshift-serverless.{suffix}",
    },
    "s3/bucket": {
        "bucketDomainName": "{name}.s3.{suffix}",
        "bucketRegionalDomainName": "{name}.s3.{region}.{suffix}",
        "websiteDomain": "s3-website-{region}.{suffix}",
        "websiteEndpoint": "{name}.s3-website-{region}.{suffix}",
    },
    "s3/bucketWebsiteConfiguration": {
        "websiteDomain": "s3-website-{region}.{suffix}",
        "websiteEndpoint": "{bucket}.s3-website-{region}.{suffix}",
    },
    "sqs/queue": {"url": "{id}"},
    "transfer/server": {"endpoint": "{id}.server.transfer.{region}.{suffix}"},
}  # fmt: skip
_ENGINES = {
    "aurora-mysql": 3306, "aurora-postgresql": 5432, "db2": 50000, "mariadb": 3306, "mysql": 3306, "oracle": 1521,
    "postgres": 5432, "sqlserver": 1433,
}  # fmt: skip
"""https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, Port"""
_PORTS: Mapping[str, int] = {
    "dax/cluster": 8111,
    "docdb/cluster": 27017, "docdb/clusterInstance": 27017,
    "elasticache/replicationGroup": 6379, "elasticache/serverlessCache": 6379, "memorydb/cluster": 6379,
    "neptune/cluster": 8182, "neptune/clusterInstance": 8182,
    "redshift/cluster": 5439, "redshiftserverless/workgroup": 5439,
}  # fmt: skip


def host_name(identity: Identity, key: str) -> Any:
    """An output of a resource that says where it is found; None for one without a form, UNKNOWN without its port."""
    form = _form(identity.path.replace("bucketV2", "bucket"), key)
    if form is None:
        return None
    port = port_of(identity)
    return UNKNOWN if port is UNKNOWN and "{port}" in form else form.format(**_parts(identity), port=port)


@functools.cache
def _form(path: str, key: str) -> str | None:
    """In which form a type's resources say it, by the type's part of the token."""
    own = _FORMS.get(path, {}).get(key)
    return own or next((address for end, address in _ADDRESSES if key.lower().endswith(end)), None)


def port_of(identity: Identity) -> Any:
    """The port that a resource answers on: the one given, else the service's; UNKNOWN where nobody knows the engine."""
    given = identity.inputs.get("port")
    if given is not None:
        return given
    engine = identity.inputs.get("engine")
    if identity.service == "rds" and isinstance(engine, str):
        return next((port for name, port in _ENGINES.items() if engine.startswith(name)), UNKNOWN)
    if identity.path == "elasticache/cluster":
        return 11211 if engine == "memcached" else 6379
    if identity.path == "mq/broker":
        return 5671 if _text(identity, "engineType").lower() == "rabbitmq" else 61617
    return _PORTS.get(identity.path, UNKNOWN if identity.service == "rds" else 443)


def _parts(identity: Identity) -> dict[str, str]:
    stage = _text(identity, "stageName") or _text(identity, "name")
    chinese = identity.partition == "aws-cn"
    return {
        "account": ACCOUNT_ID,
        "api": identity.id
        if identity.kind in ("Api", "RestApi")
        else _text(identity, "restApi") or _text(identity, "apiId"),
        "arn": identity.arn,
        "broker": f"b-{identity.uuid}",
        "bucket": _text(identity, "bucket"),
        "endpoint_service": _text(identity, "serviceName").rpartition(".")[2],
        "file_system": _text(identity, "fileSystemId"),
        "hash": identity.digest,
        "high": str(int(identity.digest[2:4], 16) % 250 + 4),
        "host": identity.name.lower(),
        "id": identity.id,
        "low": str(int(identity.digest[:2], 16)),
        "mq": "amqps" if _text(identity, "engineType").lower() == "rabbitmq" else "ssl",
        "name": identity.name,
        "partition": identity.partition,
        "path": stage.removeprefix("$default"),
        "region": identity.region,
        "scheme": "wss" if _text(identity, "protocolType") == "WEBSOCKET" else "https",
        "search": "vpc" if identity.inputs.get("vpcOptions") else "search",
        "stage": stage,
        "suffix": "amazonaws.com.cn" if chinese else "amazonaws.com",
        "zone": f"{identity.region}a",
        "region_code": _region_code(identity.region),
    }


def _text(identity: Identity, key: str) -> str:
    value = identity.inputs.get(key)
    return value if isinstance(value, str) and value is not UNKNOWN else ""


def _region_code(region: str) -> str:
    """``use1`` of ``us-east-1``, ``apne2`` of ``ap-northeast-2``, as names of caches have it.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Endpoints.html
    """
    return re.sub("north|south|east|west|central", lambda point: point[0][0], region).replace("-", "")
