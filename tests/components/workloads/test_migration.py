"""Migrations: what runs in which order, once, and before what needs it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from components.data.migration_files import read_files
from components.workloads.migration import Migration, MigrationSettings
from components.workloads.migration_script import migration_script
from components.workloads.namespace import Namespace
from components.workloads.network_policy import Destination
from components.workloads.pod import SecretKey
from components.workloads.workload import Workload
from components.workloads.workload_settings import WorkloadSettings
from settings import project_files
from tests.components.workloads.support import NETWORK_POLICY, Cluster, nodes, of, waits_for
from tests.support import unequal_when_unknown

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
    monkeypatch.setattr(project_files, "ROOT", tmp_path)
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


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, bytes]], str]:
    """Says what is complained of when files with such texts are to be applied."""
    (tmp_path / "sql").mkdir()
    monkeypatch.setattr(project_files, "ROOT", tmp_path)

    def tell(texts: dict[str, bytes]) -> str:
        for file, text in texts.items():
            (tmp_path / "sql" / file).write_bytes(text)
        with pytest.raises(ValidationError) as caught:
            MigrationSettings(folder="sql", files=tuple(texts))
        return str(caught.value)

    return tell


Refused = Callable[[dict[str, bytes]], str]


@pytest.mark.parametrize("statement", [b"COMMIT;", b"begin ;", b"  Rollback;", b"START TRANSACTION;", b"commit work;"])
def test_a_file_with_a_transaction_of_its_own_is_refused(refused: Refused, statement: bytes) -> None:
    assert "a.sql begins or ends a transaction" in refused({"a.sql": b"SELECT 1;\n%b\n" % statement})


def test_a_function_s_body_is_no_transaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN 1;\nEND;\n$$;"
    monkeypatch.setattr(project_files, "ROOT", tmp_path)
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql/a.sql").write_text(body)
    assert read_files(MigrationSettings(folder="sql", files=("a.sql",))) == {"a.sql": body}


def test_what_cannot_be_run_is_refused(refused: Refused) -> None:
    assert "a migration holds 1024000" in refused({"big.sql": b"-- " + b"x" * 2**20})
    assert "is not the name of a migration" in refused({"a b.sql": b""})
    assert "sql/latin.sql is not text in UTF-8" in refused({"latin.sql": b"-- caf\xe9"})


@pytest.mark.parametrize(
    ("folder", "files", "said"),
    [
        ("migrations/consulting", ("missing.sql",), "there is no migrations/consulting/missing.sql in the project"),
        ("migrations/consulting", ("init.sql", "init.sql"), "named twice: init.sql"),
        ("../elsewhere", ("a.sql",), "'../elsewhere' is no file or folder of the project"),
        ("/etc", ("a.sql",), "'/etc' is no file or folder of the project"),
        ("a" * 300, ("a.sql",), "is no file or folder of the project"),
    ],
)
def test_what_is_not_there_is_refused(folder: str, files: tuple[str, ...], said: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(said)):
        MigrationSettings(folder=folder, files=files)


def test_the_same_is_made_when_nothing_is_known_yet() -> None:
    assert unequal_when_unknown(program) == []
