"""What runbooks and docs/upgrading.md say to change, a scenario a step, in their order; and what is no step."""

from collections.abc import Mapping

from tests.scenarios.run import NULL, Scenario

_KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEK8I6H4rEXTbhQSFrHIlNeXJo8Q9M
mSuhMvc8y3vEEHMmhx5D4rOIv7gqE1gTCmeGxGdVxPqE6gOHyKDyNf8Kvw==
-----END PUBLIC KEY-----
"""
_CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/collaboration-server:v1.0.1"
_SECOND = {"fileSigners.second": _KEY}
_TAGS = (
    '{"tags": {"project": "strata", "system": "collaboration", "environment": "prod", "stack": "collaboration-prod", '
    '"version": "v1.1.0"}}'
)

_AURORA = {"maximumCapacity": 32, "engineVersion": "15.17"}
_PROMOTED = {"auroraServerless": {**_AURORA, "role": "primary"}}
_COPIES = {"backup.copyToRegion": "us-west-2"}
_DELETABLE = {"strata:deletable": "true"}
_UNCOPIED = {"copies.database": False}
_STANDS_IN = {"recovery.promoted": True}
_MAJOR = {"database.engineVersion": "16", "database.majorUpgrade": True}
_OWN = {"database.manageMasterUserPassword": False}


def _major_with_a_copy(stack: str) -> tuple[Scenario, ...]:
    """docs/upgrading.md, step by step, where a recovery stack has a replica; that one's own step is among them."""
    name = f"{stack}-major"
    return (
        Scenario(f"{name}-with-the-copy", stack, _MAJOR, refused="copies.database: goes before database.majorUpgrade"),
        Scenario(f"{name}-copy-given-up", stack, _UNCOPIED),
        Scenario(f"{name}-lifted", stack, _MAJOR, before=_UNCOPIED),
        Scenario(f"{name}-over", stack, {"database.majorUpgrade": False}, before={**_UNCOPIED, **_MAJOR}),
        Scenario(f"{name}-copy-lifted", f"{stack}-dr", {"database.engineVersion": "16"}),
        Scenario(
            f"{name}-copy-wanted",
            stack,
            {"copies.database": True},
            before={**_UNCOPIED, "database.engineVersion": "16"},
        ),
        Scenario(
            f"{name}-password-given-back-too-early",
            stack,
            {"database.manageMasterUserPassword": True, "database.secretName": None},
            refused="copies.database: needs database.manageMasterUserPassword: false",
        ),
    )


def _header_changed(system: str, stack: str) -> tuple[Scenario, ...]:
    """The header between distribution and load balancer. Nobody sees the update between these two, whose values are
    secret: ``test_cdn.py`` and ``test_load_balancer.py`` hold which is sent and which are accepted."""
    first, both, turned, second = (
        {"originSecret": {"generations": generations}} for generations in (["1"], ["1", "2"], ["2", "1"], ["2"])
    )
    return (
        Scenario(f"{system}-header-accepted", stack, both, before=first),
        Scenario(f"{system}-header-over", stack, second, before=turned),
    )


STEPS = (
    # what is the same of several systems
    *_header_changed("records", "prod"),
    *_header_changed("confluence", "confluence-prod"),
    *_header_changed("collaboration", "collaboration-prod"),
    # docs/secrets.md, one of each kind
    Scenario("confluence-signing-key-sooner", "confluence-prod", {"signingKey.rotationDays": 7}),
    Scenario("consulting-bedrock-key", "consulting-prod", {"bedrockApiKey": True}),
    # docs/runbooks/records.md
    Scenario("records-schema-file-added", "prod",
             {"migration.files": ["001_application.sql", "002_records.sql", "003_partitions.sql", "004_more.sql"]},
             refused="004_more.sql"),
    Scenario("records-nodes-to-five-at-once", "prod", {"nodes.minSize": 5}),
    Scenario("records-nodes-to-five", "prod", {"nodes.minSize": 5, "nodes.desiredSize": 5}),
    Scenario("records-database-larger-at-once", "prod",
             {"database.instanceClass": "db.r5.4xlarge", "database.applyImmediately": True}),
    Scenario("records-brokers-may-grow", "prod", {"stream.maxStorageGib": 8000}),
    Scenario("records-api-clients", "prod", {"cluster.apiClients": {"vpn": "10.8.0.0/24"}}),
    Scenario("records-tracing", "prod", {"tracing": {}}),
    Scenario("records-copies-elsewhere", "prod", _COPIES),
    Scenario("records-deletable", "prod", _DELETABLE),
    Scenario("records-aurora-follower", "prod", {"auroraServerless": _AURORA}),
    Scenario("records-aurora-follower-of-a-major", "prod",
             {"auroraServerless": _AURORA, "database.engineVersion": "16", "database.majorUpgrade": True},
             refused="auroraServerless"),
    Scenario("records-aurora-promoted", "prod", _PROMOTED, before={"auroraServerless": _AURORA}),
    Scenario("records-aurora-back", "prod", {"auroraServerless": None}, before={**_PROMOTED, **_DELETABLE},
             goes=("aurora-cluster",)),
    Scenario("records-aurora-alone", "prod", {"auroraServerless.role": "sole"}, before={**_PROMOTED, **_DELETABLE},
             goes=("database-primary", "database-replica-a", "database-replica-b", "database-master-secret")),
    Scenario("records-more-connections", "prod", {"databaseConnections": 12}),
    Scenario("records-more-pods", "prod", {"application.autoscaling.maxReplicas": 90}),
    Scenario("records-pods-larger", "prod", {"application.resources.limits.memory": "3Gi"}),
    Scenario("records-nodes-of-a-pool", "prod", {"nodePool.cpu": "128"}),
    Scenario("records-database-faster", "prod", {"database.iops": 20_000}),
    Scenario("records-brokers-added", "prod", {"stream.brokers": 6}),
    Scenario("records-cache-in-shards", "prod", {"cache.shards": 2}),
    Scenario("records-load-test", "prod", {"firewall.rateLimit": 20_000}),
    Scenario("records-maintenance-image", "prod", {"maintenance.tag": "1.0.1"}),
    Scenario("records-promoted", "prod-dr", _STANDS_IN),
    # docs/runbooks/collaboration.md
    Scenario("collaboration-release", "collaboration-prod", {"containerImage": _IMAGE}),
    Scenario("collaboration-domain", "collaboration-prod",
             {"domainName": "edit.example.com", "certificateArn": _CERTIFICATE}, goes=("zone-zone",)),
    Scenario("collaboration-gateway-logging-here", "collaboration-prod", {"apiGatewayLogging": True}),
    Scenario("collaboration-more-tasks", "collaboration-prod", {"maxCapacity": 30}),
    Scenario("collaboration-redis-larger", "collaboration-prod", {"redisInstanceType": "cache.r6g.xlarge"}),
    Scenario("collaboration-keys", "collaboration-prod",
             {"secrets": {"api-keys": {"purpose": "Keys of services", "variable": "API_KEYS", "injected": True}}}),
    Scenario("collaboration-version", "collaboration-prod", {"aws:defaultTags": _TAGS}),
    Scenario("collaboration-copies-elsewhere", "collaboration-prod", _COPIES),
    # docs/runbooks/confluence.md
    Scenario("confluence-more-sockets", "confluence-prod", {"eks.websocket.autoscaling.maxReplicas": 20}),
    Scenario("confluence-more-nodes", "confluence-prod", {"eks.groups.app-nodes.maxSize": 20}),
    Scenario("confluence-release", "confluence-prod", {"eks.websocket.tag": "1.0.1"}),
    Scenario("confluence-redis-larger", "confluence-prod", {"cache.nodeType": "cache.r6g.xlarge"}),
    Scenario("confluence-more-calls", "confluence-lambda", {"functions.collaboration.reservedConcurrency": 300}),
    Scenario("confluence-warm", "confluence-lambda", {"functions.collaboration.provisionedConcurrency": 5}),
    Scenario("confluence-code", "confluence-lambda",
             {"functions.code.document": {"folder": "functions/archive_events", "handler": "handler.handle"}}),
    Scenario("confluence-sockets-at-once", "confluence-lambda",
             {"functions.sockets.rateLimit": 4000, "functions.sockets.burstLimit": 10_000}),
    Scenario("confluence-gateway-logging-here", "confluence-lambda", {"functions.apiGatewayLogging": True}),
    Scenario("confluence-copies-elsewhere", "confluence-prod", _COPIES),
    Scenario("confluence-promoted", "confluence-prod-dr", _STANDS_IN),
    Scenario("confluence-lambda-promoted", "confluence-lambda-dr", _STANDS_IN),
    # docs/runbooks/consulting.md
    Scenario("consulting-release", "consulting-prod", {"backend.tag": "1.0.1"}),
    Scenario("consulting-load-test", "consulting-prod", {"firewall.rateLimit": 20_000}),
    Scenario("consulting-database-larger", "consulting-prod", {"database.instanceClass": "db.t3.large"}),
    Scenario("consulting-api-clients", "consulting-prod", {"cluster.apiClients": {"vpn": "10.8.0.0/24"}}),
    Scenario("consulting-copies-elsewhere", "consulting-prod", _COPIES),
    Scenario("consulting-schema-file-added", "consulting-prod", {"migration.files": ["init.sql", "more.sql"]},
             refused="more.sql"),
    Scenario("consulting-zone-inserted", "consulting-prod",
             inserted={"network.public.d": "10.0.4.0/24", "network.private.d": "10.0.14.0/24",
                       "network.data.d": "10.0.24.0/24"},
             anew=("nodes-group",)),  # EKS changes no group's subnets
    Scenario("consulting-zone-removed", "consulting-prod",
             {"network.public.c": None, "network.private.c": None, "network.data.c": None}),
    # docs/runbooks/mdreader.md
    Scenario("mdreader-signer-added", "mdreader-prod", inserted=_SECOND),
    Scenario("mdreader-signer-used-too-early", "mdreader-prod", {"fileSigner": "second"}, refused="fileSigner"),
    Scenario("mdreader-signer-used", "mdreader-prod", {"fileSigner": "second"}, before=_SECOND),
    Scenario("mdreader-signer-removed-too-early", "mdreader-prod", {"fileSigners.first": None}, before=_SECOND,
             refused="fileSigner"),
    Scenario("mdreader-signer-removed", "mdreader-prod", {"fileSigners.first": None},
             before={**_SECOND, "fileSigner": "second"}),
    Scenario("mdreader-gateway-logging-elsewhere", "mdreader-prod", {"apiGatewayLogging": False}),
    Scenario("mdreader-recorder-elsewhere", "mdreader-dev", {"audit.config": NULL}),
    Scenario("mdreader-audit-elsewhere", "mdreader-prod", {"audit": NULL}, before=_DELETABLE,
             goes=("audit-bucket",)),
    Scenario("mdreader-release", "mdreader-prod", {"hocuspocus.tag": "1.0.1"}),
    Scenario("mdreader-canary", "mdreader-prod", {"backend.release": "canary"}),
    Scenario("mdreader-more-calls", "mdreader-prod", {"backend.reservedConcurrency": 90}),
    Scenario("mdreader-no-sign-up", "mdreader-prod", {"identity.pool.selfRegistration": False}),
    Scenario("mdreader-copies-elsewhere", "mdreader-prod", _COPIES),
    Scenario("mdreader-database-larger", "mdreader-prod", {"database.instanceClass": "db.t3.small"}),
    # docs/upgrading.md
    *_major_with_a_copy("confluence-prod"),
    *_major_with_a_copy("confluence-lambda"),
    *(Scenario(f"{stack}-major-lifted", stack, _MAJOR) for stack in
      ("dev", "confluence-dev", "consulting-dev", "consulting-prod", "mdreader-amplify", "mdreader-dev",
       "mdreader-prod")),
    Scenario("records-replicas-deletable", "prod", {"database.replicasDeletable": True}),
    Scenario("records-replicas-away", "prod", {"database.readReplicas": 0},
             before={"database.replicasDeletable": True}),
    Scenario("records-password-given-back-too-early", "prod", {"database.manageMasterUserPassword": True},
             refused="database.readReplicas"),
    Scenario("records-password-given-back", "prod", {"database.manageMasterUserPassword": True},
             before={"database.readReplicas": 0}, goes=("database-master-secret",)),
    Scenario("records-follower-too-early", "dev",
             {"auroraServerless": {"maximumCapacity": 8, "engineVersion": "15.17"}},
             refused="database.manageMasterUserPassword must be false first"),
    Scenario("mdreader-replica-too-early", "mdreader-prod", {"database.readReplicas": 1},
             refused="database.readReplicas"),
    Scenario("mdreader-own-password", "mdreader-prod", _OWN),
    Scenario("mdreader-replica", "mdreader-prod", {"database.readReplicas": 1}, before=_OWN),
    Scenario("kafka-lifted", "prod", {"stream.kafkaVersion": "4.0.x.kraft"}),
)  # fmt: skip

NO_STEP: Mapping[str, str] = {
    "collaboration albCertificateArn": "said of the first deployment",
    "collaboration environmentName": "never changed: all names begin with it",
    "collaboration github": "which role the workflow takes, from the first deployment on",
    "collaboration state.tableName": "a restored table: it is imported, so that the diff of the setting alone misleads",
    "collaboration tracing": "said of the log of a collector that is there; records-tracing switches it on",
    "collaboration copies": "said of images from before it; at home from the first deployment of its recovery stack on",
    "collaboration sockets.<domain>": "a name, no setting",
    "collaboration sockets.collaborate.example.com": "the same",
    "confluence copies.images": "said of where images come from",
    "confluence recovery.<domain>": "a name, no setting",
    "confluence tracing.rules": "said of what is kept of traces, not to be changed",
    "confluence cache": "restored from a snapshot by hand",
    "confluence migration": "a function of this name",
    "confluence migration.files": "records-schema-file-added and consulting-schema-file-added are the same setting",
    "records globalAccelerator.elsewhere": "said of the regions that share a header; they have stacks of their own",
    "records buckets.backups": "said of how long exports are kept",
    "records copies": "said of images from before it; records-copies-elsewhere changes it",
    "records copies.images": "the same",
    "mdreader migration": "a function of this name, which a recovery stack has not",
    "mdreader copies": "said of images from before it; at home from the first deployment of its recovery stack on",
    "mdreader events.mdreader.app": "a name, no setting",
    "mdreader recovery.mdreader.app": "the same",
    "mdreader canary": "said of how a release by canary goes; mdreader-canary switches it on",
    "mdreader canary.minutes": "the same",
    "mdreader frontend": "chosen at the first deployment",
    "mdreader github": "which role the workflow takes, from the first deployment on",
    "mdreader-migration backend.package": "the product's package, at its first deployment",
}
"""Page and setting that a page names without asking for a change, and why."""
OUTSIDE: Mapping[str, str] = {
    "aws": "AWS is asked, or changes what no program declares: failovers, rotations, copies beside, erasure",
    "kubectl": "what runs in the cluster is read, moved or restarted, as it was declared",
    "pulumi": "the engine itself: its scenarios are those of the settings that it applies",
    "strata": "reads only",
    "cd": "goes to a folder",
    "check": "a shell function of the page itself, which runs kubectl",
    "inside": "the same", "capacity": "strata, asked for the load by a variable",
    "curl": "asks a service", "wscat": "asks a service", "k6": "asks a service", "dig": "asks DNS",
    "docker": "builds and pushes an image; its tag is a setting", "make": "builds packages, whose digest is seen",
    "gh": "GitHub", "git": "GitHub", "npm": "builds a site", "openssl": "makes a key pair", "psql": "the database",
    "pg_dump": "the database", "pg_restore": "the database", "sudo": "a machine of the operator",
}  # fmt: skip
"""What runbooks have people run that changes nothing in the graph, by program, and why."""
