"""Whether a store takes nothing that is not encrypted on the way."""

from collections.abc import Iterator

from analyser.analyses.reach.stores import PROXY, RDS_CLUSTER, RDS_INSTANCE
from analyser.analyses.trace.model import Link, found, missing, not_known
from analyser.analyses.trace.stores import BUCKET, CACHE, CLUSTER, DOMAIN, FILES, QUEUE, named
from analyser.analyses.trace.survey import Survey
from policy.iam import RESOURCE, Document, documents
from policy.model import Resource

_GROUPS = {
    RDS_INSTANCE: ("aws:rds/parameterGroup:ParameterGroup", "parameterGroupName"),
    RDS_CLUSTER: ("aws:rds/clusterParameterGroup:ClusterParameterGroup", "dbClusterParameterGroupName"),
}
_POLICIES = {
    BUCKET: ("aws:s3/bucketPolicy:BucketPolicy", "bucket"),
    QUEUE: ("aws:sqs/queuePolicy:QueuePolicy", "queueUrl"),
    FILES: ("aws:efs/fileSystemPolicy:FileSystemPolicy", "fileSystemId"),
}
_SETTINGS: dict[str, tuple[str, tuple[object, ...]]] = {
    PROXY: ("requireTls", (True,)),
    CACHE: ("transitEncryptionEnabled", (True,)),
    CLUSTER: ("encryptionInfo.encryptionInTransit.clientBroker", ("TLS",)),
    DOMAIN: ("domainEndpointOptions.enforceHttps", (True,)),
}
"""The input of the store itself that refuses plain text, and its values that do."""


def in_tls(s: Survey, store: Resource) -> Iterator[Link]:
    """The store refuses plain text; of one that only AWS's own API leads to, its policy does or nothing is known."""
    says = f"{named(store)} takes TLS only"
    if store.type == CACHE and store.has("globalReplicationGroupId"):
        yield not_known("tls", says, "it takes over what its primary says, which another stack has", [store])
    elif store.type in _SETTINGS:
        path, good = _SETTINGS[store.type]
        holds = store.has(path, *good)
        yield found("tls", says, [store]) if holds else missing("tls", says, f"{path} is {store.get(path)}", [store])
    elif store.type in _POLICIES:
        yield _by_policy(s, store, says)
    elif store.type in _GROUPS:
        yield _by_parameter(s, store, says)
    else:
        yield not_known("tls", says, "clients choose; AWS's own choose TLS", [store])


def _by_policy(s: Survey, store: Resource, says: str) -> Link:
    token, by = _POLICIES[store.type]
    policies = s.companions(store, token, by)
    refusing = [one for one in policies if any(_refuses(document) for document in documents(one, RESOURCE))]
    if refusing:
        return found("tls", says, refusing)
    return missing("tls", says, "no policy of it denies what comes without TLS", [store])


def _refuses(document: Document) -> bool:
    return any(not one.allows and one.values_of("aws:SecureTransport") for one in document.statements)


def _by_parameter(s: Survey, store: Resource, says: str) -> Link:
    """PostgreSQL 15, of Aurora 17, and later force TLS unless told otherwise; earlier ones have to be told.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
    """
    token, by = _GROUPS[store.type]
    for group in s.refers(store, by, token):
        for parameter in group.blocks("parameters"):
            if parameter.has("name", "rds.force_ssl"):
                if parameter.has("value", "1"):
                    return found("tls", says, [group])
                return missing("tls", says, "rds.force_ssl is off", [group])
    return missing("tls", says, "no parameter group of it sets rds.force_ssl", [store])
