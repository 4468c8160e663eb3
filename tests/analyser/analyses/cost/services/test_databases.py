"""RDS, caches, DynamoDB, OpenSearch and MSK, by hand."""

import pytest

from analyser.analyses.cost.price_snapshot import NoPriceError
from analyser.graph import Node
from policy.unknown import UNKNOWN
from settings import Usage
from tests.analyser.analyses.cost.support import bill, lines, node

pytestmark = pytest.mark.usefixtures("prices")

RDS = "aws:rds/instance:Instance"
PRIMARY = {
    "identifier": "prod", "instanceClass": "db.r5.2xlarge", "multiAz": True, "allocatedStorage": 1000, "iops": 16000,
    "storageThroughput": 1000,
}  # fmt: skip


def test_a_large_database_in_two_zones() -> None:
    assert bill(RDS, PRIMARY, usage=Usage(database_backup_gb=2000)) == {
        "db.r5.2xlarge Multi-AZ": 1460.0,  # 2 x 730 x 1.00
        "gp3 storage": 230.0,  # 2 x 1,000 x 0.115
        "IOPS above 12,000": 160.0,  # 2 x 4,000 x 0.02
        "Throughput above 500 MiB/s": 80.0,  # 2 x 500 x 0.08
        "Automated backups": 190.0,  # 2,000 x 0.095
    }


def test_a_replica_has_its_sources_storage_in_one_zone_and_no_backups() -> None:
    source = node(RDS, PRIMARY, "primary")
    found = bill(
        RDS, {"instanceClass": "db.r5.2xlarge", "replicateSourceDb": "prod"}, source, usage=Usage(database_backup_gb=9)
    )
    assert found == {
        "db.r5.2xlarge": 730.0,
        "gp3 storage": 115.0,
        "IOPS above 12,000": 80.0,
        "Throughput above 500 MiB/s": 40.0,
    }


def test_a_small_database_pays_for_no_iops_and_a_managed_password_is_a_secret() -> None:
    inputs = {
        "instanceClass": "db.t3.micro", "allocatedStorage": 20, "iops": 3000, "manageMasterUserPassword": True,
    }  # fmt: skip
    assert bill(RDS, inputs) == {"db.t3.micro": 13.14, "gp3 storage": 2.3, "Secret of the master user": 0.4}


@pytest.mark.parametrize(("limit", "most"), [(500, 500), (0, 100)])
def test_storage_of_a_database_grows_to_its_limit(limit: int, most: int) -> None:
    inputs = {"instanceClass": "db.t3.micro", "allocatedStorage": 100, "maxAllocatedStorage": limit}
    storage = next(line for line in lines(RDS, inputs) if line.label == "gp3 storage")
    assert (storage.low, storage.quantity, storage.high) == (100, 100, most)
    assert storage.basis == ("maxAllocatedStorage" if limit else "")


@pytest.mark.parametrize(("size", "usage", "copy"), [(500, 0, 47.5), (20, 0, 1.9), (100, 100, 19.0)])
def test_backups_in_a_second_region(size: int, usage: float, copy: float) -> None:
    source = node(RDS, {"allocatedStorage": size}, "source", outputs={"arn": "arn:db"})
    token = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
    found = bill(token, {"sourceDbInstanceArn": "arn:db"}, source, usage=Usage(database_backup_gb=usage))
    assert sum(found.values()) == copy


@pytest.mark.parametrize(("kind", "usd"), [("db.t3.micro", 21.9), ("db.r5.xlarge", 43.8), ("db.r5.2xlarge", 87.6)])
def test_a_proxy_is_paid_by_the_vcpus_behind_it(kind: str, usd: float) -> None:
    assert bill("aws:rds/proxy:Proxy", {}, node(RDS, {"instanceClass": kind}, "db")) == {"RDS Proxy": usd}


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"nodeType": "cache.r6g.xlarge", "numNodeGroups": 1, "replicasPerNodeGroup": 2}, 900.09),  # 3 x 730 x 0.411
        ({"nodeType": "cache.t3.micro", "numCacheClusters": 2}, 24.82),  # 2 x 730 x 0.017
        ({"nodeType": "cache.r6g.large", "numNodeGroups": 2, "replicasPerNodeGroup": 1}, 601.52),  # 4 x 730 x 0.206
    ],
)
def test_cache_nodes(inputs: dict[str, object], expected: float) -> None:
    found = bill("aws:elasticache/replicationGroup:ReplicationGroup", inputs)
    assert found == {f"{inputs['nodeType']} nodes": expected}


def test_a_member_of_a_global_datastore_is_as_large_as_the_datastore() -> None:
    datastore = node(
        "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup",
        {"cacheNodeType": "cache.r6g.large", "numNodeGroups": 2},
        "datastore",
    )
    inputs = {"globalReplicationGroupId": "ldgnf-x", "replicasPerNodeGroup": 1}
    found = bill("aws:elasticache/replicationGroup:ReplicationGroup", inputs, datastore)
    assert found == {"cache.r6g.large nodes": 601.52}


def test_snapshots_of_a_cache_beyond_the_first() -> None:
    inputs = {"nodeType": "cache.t3.micro", "numCacheClusters": 1, "snapshotRetentionLimit": 7}
    found = bill("aws:elasticache/replicationGroup:ReplicationGroup", inputs, usage=Usage(cache_backup_gb=10))
    assert found["Snapshots"] == 0.85


@pytest.mark.parametrize(("number", "usd"), [(1, 29.2), (2, 58.4), (3, 87.6)])
def test_accelerator_nodes(number: int, usd: float) -> None:
    inputs = {"nodeType": "dax.t3.small", "replicationFactor": number}
    assert bill("aws:dax/cluster:Cluster", inputs) == {"dax.t3.small nodes": usd}  # x 730 x 0.04


def msk(kind: str, brokers: int, size: int) -> dict[str, object]:
    storage = {"ebsStorageInfo": {"volumeSize": size}}
    return {"brokerNodeGroupInfo": {"instanceType": kind, "storageInfo": storage}, "numberOfBrokerNodes": brokers}


@pytest.mark.parametrize(
    ("kind", "number", "size", "brokers", "storage"),
    [
        ("kafka.m5.large", 3, 1000, 459.9, 300.0),
        ("kafka.t3.small", 2, 500, 66.576, 100.0),
        ("kafka.m5.large", 2, 100, 306.6, 20.0),
    ],
)
def test_brokers_and_their_storage(kind: str, number: int, size: int, brokers: float, storage: float) -> None:
    found = bill("aws:msk/cluster:Cluster", msk(kind, number, size))
    assert found == {f"{kind} brokers": brokers, "Storage of brokers": storage}


def test_storage_of_brokers_grows_to_its_limit() -> None:
    def high(limit: int) -> float:
        target = node("aws:appautoscaling/target:Target", {"serviceNamespace": "kafka", "maxCapacity": limit}, "target")
        return next(
            line.high
            for line in lines("aws:msk/cluster:Cluster", msk("kafka.m5.large", 3, 1000), target)
            if line.label == "Storage of brokers"
        )

    assert (high(4000), high(1500)) == (4000, 1500)


@pytest.mark.parametrize(
    ("config", "size", "expected"),
    [
        ({"instanceType": "r6g.large.search", "instanceCount": 3}, 100, 402.33),  # 3 x (730 x 0.167 + 100 x 0.122)
        ({"instanceType": "t3.medium.search", "instanceCount": 1}, 10, 54.51),
        (
            {
                "instanceType": "r6g.large.search", "instanceCount": 2, "dedicatedMasterEnabled": True,
                "dedicatedMasterType": "m6g.large.search", "dedicatedMasterCount": 3,
            },
            50,
            536.34,  # 2 x 121.91 + 3 x 93.44 + 2 x 6.10
        ),
    ],
)  # fmt: skip
def test_search_domains(config: dict[str, object], size: int, expected: float) -> None:
    inputs = {"clusterConfig": config, "ebsOptions": {"ebsEnabled": True, "volumeSize": size}}
    assert round(sum(bill("aws:opensearch/domain:Domain", inputs).values()), 2) == expected


TABLE = "aws:dynamodb/table:Table"
USED = Usage(table_read_millions=80, table_write_millions=20, table_gb=40)


def test_an_on_demand_table() -> None:
    inputs = {"billingMode": "PAY_PER_REQUEST", "pointInTimeRecovery": {"enabled": True}}
    assert bill(TABLE, inputs, usage=USED) == {
        "Writes": 12.5, "Reads": 10.0, "Storage": 10.0, "Point-in-time recovery": 8.0,
    }  # fmt: skip


def test_one_of_two_tables_with_a_replica() -> None:
    inputs = {"billingMode": "PAY_PER_REQUEST", "replicas": [{"regionName": "us-west-2"}]}
    other = node(TABLE, {"billingMode": "PAY_PER_REQUEST"}, "other")
    assert bill(TABLE, inputs, other, usage=USED) == {
        "Writes": 6.25, "Reads": 5.0, "Writes to replicas": 6.25, "Storage": 10.0,
    }  # fmt: skip


def test_a_provisioned_table_with_an_index() -> None:
    inputs = {
        "billingMode": "PROVISIONED", "readCapacity": 20, "writeCapacity": 10,
        "globalSecondaryIndexes": [{"readCapacity": 10, "writeCapacity": 10}],
    }  # fmt: skip
    assert bill(TABLE, inputs) == {
        "Provisioned read capacity": 2.847,  # 30 x 730 x 0.00013
        "Provisioned write capacity": 9.49,  # 20 x 730 x 0.00065
    }


def test_capacity_of_a_table_and_its_index_lies_between_their_bounds() -> None:
    def target(place: str, dimension: str, least: int, most: int) -> Node:
        inputs = {"resourceId": place, "scalableDimension": f"dynamodb:{dimension}", "minCapacity": least}
        return node("aws:appautoscaling/target:Target", inputs | {"maxCapacity": most}, f"{place}-{dimension}")

    inputs = {
        "name": "t", "billingMode": "PROVISIONED", "readCapacity": 10, "writeCapacity": 5,
        "globalSecondaryIndexes": [{"name": "by-day", "readCapacity": 4, "writeCapacity": 1}],
    }  # fmt: skip
    found = lines(
        TABLE, inputs,
        target("table/t", "table:ReadCapacityUnits", 5, 100),
        target("table/t/index/by-day", "index:ReadCapacityUnits", 2, 20),
        target("table/other", "table:WriteCapacityUnits", 1, 1000),
    )  # fmt: skip
    units = {
        line.label: (line.low / 730, line.quantity / 730, line.high / 730) for line in found if "read" in line.label
    }
    assert units == {"Provisioned read capacity": (7, 14, 120)}
    assert [(line.low, line.high) for line in found if "write" in line.label] == [(6 * 730, 6 * 730)]


@pytest.mark.parametrize(
    ("token", "inputs", "said"),
    [
        (
            RDS,
            {"instanceClass": "db.r5.xlarge", "engine": "sqlserver-se"},
            "this is SQL Server",
        ),
        (RDS, {"instanceClass": "db.r5.xlarge", "engine": "postgres", "storageType": "io2"}, "storage of type io2"),
        ("aws:rds/clusterInstance:ClusterInstance", {"instanceClass": "db.r6g.large"}, "no price of Aurora's db.r6g"),
        ("aws:opensearch/domain:Domain", {}, "which type of machine its nodes are"),
        ("aws:msk/cluster:Cluster", {"numberOfBrokerNodes": 2}, "which type of machine its brokers are"),
    ],
)
def test_what_is_paid_otherwise_is_no_zero(token: str, inputs: dict[str, object], said: str) -> None:
    with pytest.raises(NoPriceError, match=said):
        bill(token, inputs)


@pytest.mark.parametrize(
    ("token", "inputs", "bought"),
    [
        ("aws:mq/broker:Broker", {"hostInstanceType": "mq.m5.large"}, {"mq.m5.large instances": 210.24}),  # 730 x 0.288
        (
            "aws:mq/broker:Broker", {"hostInstanceType": "mq.m5.large", "deploymentMode": "CLUSTER_MULTI_AZ"},
            {"mq.m5.large instances": 630.72},
        ),
        ("aws:kinesis/stream:Stream", {"shardCount": 2, "retentionPeriod": 24}, {"Shards": 21.9}),  # 2 x 730 x 0.015
        (
            "aws:kinesis/stream:Stream", {"shardCount": 2, "retentionPeriod": 48},
            {"Shards": 21.9, "Shards that keep records longer": 29.2},
        ),
        (
            "aws:kinesis/stream:Stream", {"streamModeDetails": {"streamMode": "ON_DEMAND"}}, {"Stream on demand": 29.2},
        ),
        (
            "aws:redshift/cluster:Cluster", {"nodeType": "ra3.xlplus", "numberOfNodes": 2},
            {"ra3.xlplus nodes": 1585.56},  # 2 x 730 x 1.086
        ),
    ],
)  # fmt: skip
def test_brokers_streams_and_warehouses_pay_for_what_runs(token: str, inputs: dict, bought: dict) -> None:
    assert bill(token, inputs) == bought


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        ("aws:mq/broker:Broker", {"hostInstanceType": "mq.m5.large", "deploymentMode": UNKNOWN}),
        ("aws:kinesis/stream:Stream", {"shardCount": UNKNOWN}),
        ("aws:kinesis/stream:Stream", {"streamModeDetails": UNKNOWN, "shardCount": 1}),
        ("aws:redshift/cluster:Cluster", {"nodeType": "ra3.xlplus", "numberOfNodes": UNKNOWN}),
    ],
)
def test_what_is_not_known_of_them_is_no_zero(token: str, inputs: dict) -> None:
    with pytest.raises(NoPriceError, match="not known"):
        lines(token, inputs)
