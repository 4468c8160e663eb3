"""Environment variables and grants by which pods of the records system use each store."""

from typing import Literal

import pulumi

from components.statements import Grant
from systems.eks_schema import APPLICATION_USER
from systems.records.parts import Stores

Use = Literal["database", "cache", "stream", "archives"]
"""A store that pods sign in to."""


def environment(data: Stores, group: str) -> dict[Use, dict[str, pulumi.Input[str]]]:
    """Environment variables by which pods use each store; ``group`` is their consumer group at Kafka. Passwords are IAM
    tokens, and every connection uses TLS."""
    cache, stream = data.cache, data.stream
    return {
        "database": {
            **database_environment(data, APPLICATION_USER),
            "DATABASE_READERS": pulumi.Output.json_dumps(list(data.database.reader_endpoints.values())),
        },
        "cache": {
            "CACHE_ENDPOINT": cache.endpoint,
            "CACHE_PORT": str(cache.port),
            "CACHE_USER": cache.user_name,
            "CACHE_TLS": "true",
            "CACHE_CLUSTER": str(cache.settings.cluster_mode).lower(),
            # What a token for Redis is signed for.
            "CACHE_REPLICATION_GROUP": cache.replication_group_id,
        },
        "stream": {
            "BOOTSTRAP_BROKERS": stream.bootstrap_brokers,
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SASL_MECHANISM": "AWS_MSK_IAM",
            "TOPIC": data.topic.topic_name,
            "CONSUMER_GROUP": group,
        },
        "archives": {"ARCHIVES_BUCKET": data.archives.bucket_name},
    }


def database_environment(data: Stores, user: str) -> dict[str, pulumi.Input[str]]:
    """Environment variables of the primary's endpoint, for clients that sign in as ``user``."""
    database = data.database
    return {
        "DATABASE_HOST": database.endpoint,
        "DATABASE_PORT": str(database.port),
        "DATABASE_NAME": database.db_name,
        "DATABASE_USER": user,
        "DATABASE_SSLMODE": "verify-full",
    }


def grants(data: Stores, group: str) -> dict[Use, Grant]:
    """The grants by which pods use each store; ``group`` is their consumer group at Kafka."""
    return {
        "database": data.database.connect(APPLICATION_USER),
        "cache": data.cache.connect,
        "stream": Grant(data.topic.produce, data.topic.consume(group)),
        "archives": data.archives.read_write,
    }
