"""Migrations: what runs in which order, once, and before what needs it."""

import re
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from analyser.run.program import ProgramError
from components.data import migration_files
from components.workloads.migration import Migration, MigrationSettings
from components.workloads.migration_script import migration_script
from components.workloads.namespace import Namespace
from components.workloads.network_policy import Destination
from components.workloads.pod import SecretKey
from components.workloads.workload import Workload
from components.workloads.workload_settings import WorkloadSettings
from tests.components.workloads.support import NETWORK_POLICY, Cluster, nodes, of, waits_for
from tests.support import record, unequal_when_unknown

JOB = "kubernetes:batch/v1:Job"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
FILES = ("init.sql", "chat_migration.sql", "email_events_migration.sql")
SETTINGS = MigrationSettings(folder="migrations/consulting", files=FILES)


def program(settings: MigrationSettings = SETTINGS) -> None:
    cluster = Cluster()
    namespace = Namespace("apps", namespace="cloud-consulting", cluster=cluster, nodes=nodes())
    migrated = Migration(
        "migration",
        settings,
        cluster=cluster,
        namespace=namespace,
        database=Destination(5432, ["10.0.21.0/24"]),
        connection=SecretKey(secret="app-secrets", key="database-url"),
        after=[aws.sqs.Queue("secret")],
    )
    Workload(
        "backend",
        WorkloadSettings(tag="1", port=8061),
        cluster=cluster,
        namespace=namespace,
        repository="r",
        after=[migrated],
    )


def graph(**changes: Any) -> Graph:
    return of(lambda: program(SETTINGS.model_copy(update=changes)))


def pod(made: Graph) -> dict[str, Any]:
    return made.only(JOB).inputs["spec"]["template"]["spec"]


def fails(**changes: Any) -> str:
    with pytest.raises(ProgramError) as error:
        record(lambda: program(SETTINGS.model_copy(update=changes)))
    return str(error.value)


def test_the_three_files_run_in_order() -> None:
    data = graph().only(CONFIG_MAP).inputs["data"]
    assert set(data) == {*FILES, "run.sql"}
    lines = data["run.sql"].splitlines()
    assert [line for line in lines if line.startswith("\\ir")] == [f"\\ir {file}" for file in FILES]
    tables = {
        "init.sql": ("inquiries", "reports", "activities"),
        "chat_migration.sql": ("chat_sessions", "chat_messages"),
        "email_events_migration.sql": ("email_events",),
    }
    for file, names in tables.items():
        assert all(f"CREATE TABLE {name} (" in data[file] for name in names)


def test_psql_reads_the_script_and_finds_the_database_in_the_secret() -> None:
    [container] = pod(graph())["containers"]
    assert re.fullmatch(r"public\.ecr\.aws/docker/library/postgres@sha256:[0-9a-f]{64}", container["image"])
    [chosen] = pod(graph(tag="18.3-alpine3.23"))["containers"]
    assert chosen["image"] == "public.ecr.aws/docker/library/postgres:18.3-alpine3.23"
    assert container["command"][0] == "psql"
    assert container["command"][-2:] == ["--file=/migrations/run.sql", "--dbname=$(DATABASE_URL)"]
    key = {"name": "app-secrets", "key": "database-url"}
    assert container["env"] == [
        {"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": key}},
        {"name": "PGSSLMODE", "value": "require"},
    ]
    assert container["volumeMounts"] == [{"name": "files", "mountPath": "/migrations", "readOnly": True}]


def test_the_pod_is_restricted_and_bounded() -> None:
    spec = pod(graph())
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    [container] = spec["containers"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert set(container["resources"]) == {"requests", "limits"}


def test_it_is_tried_again_within_bounds_and_then_replaced() -> None:
    job = graph().only(JOB)
    spec = job.inputs["spec"]
    assert (spec["backoffLimit"], spec["activeDeadlineSeconds"]) == (4, 900)
    assert spec["ttlSecondsAfterFinished"] == 604800
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    assert job.inputs["metadata"]["annotations"] == {"pulumi.com/replaceUnready": "true"}
    assert job.options["customTimeouts"]["create"] == "960s"


def test_the_job_is_named_after_what_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def name(**changes: Any) -> str:
        made = graph(**changes)
        job, config = (made.only(token).inputs["metadata"]["name"] for token in (JOB, CONFIG_MAP))
        assert job == config == pod(made)["volumes"][0]["configMap"]["name"]
        assert made.only(CONFIG_MAP).inputs["immutable"] is True
        return job

    (tmp_path / "sql").mkdir()
    monkeypatch.setattr(migration_files, "PROJECT_ROOT", tmp_path)
    (tmp_path / "sql/a.sql").write_text("SELECT 1;")
    (tmp_path / "sql/b.sql").write_text("SELECT 2;")
    both = {"folder": "sql", "files": ("a.sql", "b.sql")}
    first = name(**both)
    assert first.startswith("migration-")
    assert first == name(**both)
    assert first != name(folder="sql", files=("b.sql", "a.sql"))
    assert first != name(**both, tag="18.3-alpine3.23")
    (tmp_path / "sql/b.sql").write_text("SELECT 3;")
    assert first != name(**both)


def test_it_reaches_the_database_only() -> None:
    spec = graph().only(NETWORK_POLICY, "migration-network").inputs["spec"]
    assert spec["podSelector"]["matchLabels"] == {"app": "migration"}
    assert spec["ingress"] == []
    [rule] = spec["egress"]
    assert (rule["ports"][0]["port"], rule["to"][0]["ipBlock"]["cidr"]) == (5432, "10.0.21.0/24")


def test_it_runs_after_the_secret_and_before_the_workload() -> None:
    made = graph()
    job = made.only(JOB)
    assert waits_for(made, job, made.only("aws:sqs/queue:Queue"))
    for first in ("migration-files", "migration-network", "migration-account"):
        [node] = [node for node in made.resources if node.name == first]
        assert waits_for(made, job, node), first
    assert waits_for(made, made.only("kubernetes:apps/v1:Deployment"), job)
    assert waits_for(made, job, made.only("aws:iam/role:Role"))


def test_each_file_is_applied_once_and_all_of_them_or_none() -> None:
    script = migration_script({"a.sql": "SELECT 1;", "b.sql": "SELECT 2;"})
    assert script.index("BEGIN;") < script.index("\\ir a.sql") < script.index("\\ir b.sql") < script.index("COMMIT;")
    assert script.startswith("\\set ON_ERROR_STOP on\n")
    assert script.count("\\if :pending") == script.count("INSERT INTO schema_migration") == 2
    assert script.count("RAISE EXCEPTION") == 2
    assert "pg_advisory_xact_lock" in script


@pytest.mark.parametrize("statement", ["COMMIT;", "begin ;", "  Rollback;", "START TRANSACTION;", "commit work;"])
def test_a_file_with_a_transaction_of_its_own_is_refused(statement: str) -> None:
    with pytest.raises(ValueError, match=r"a\.sql begins or ends a transaction"):
        migration_script({"a.sql": f"SELECT 1;\n{statement}\n"})


def test_a_function_s_body_is_no_transaction() -> None:
    body = "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN 1;\nEND;\n$$;"
    assert "a.sql" in migration_script({"a.sql": body})


def test_what_cannot_be_run_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "there is no migrations/consulting/missing.sql in the project" in fails(files=("missing.sql",))
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql/big.sql").write_text("-- " + "x" * 2**20)
    (tmp_path / "sql/a b.sql").write_text("")
    monkeypatch.setattr(migration_files, "PROJECT_ROOT", tmp_path)
    assert "a ConfigMap holds 1048576" in fails(folder="sql", files=("big.sql",))
    assert "is not the name of a migration" in fails(folder="sql", files=("a b.sql",))
    with pytest.raises(ValidationError, match=r"named twice: a\.sql"):
        MigrationSettings(folder="sql", files=("a.sql", "a.sql"))


def test_the_same_is_made_when_nothing_is_known_yet() -> None:
    assert unequal_when_unknown(program) == []
