"""A job by the clock: one at a time, kept within bounds, alone in what it reaches."""

from typing import Any

import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from analyser.run.program import ProgramError
from components.security.pod_role import PodRole
from components.workloads.namespace import Namespace
from components.workloads.network_policy import Destination
from components.workloads.scheduled_job import ScheduledJob, ScheduledJobSettings
from tests.components.workloads.support import NETWORK_POLICY, Cluster, nodes, of, waits_for
from tests.support import ACCOUNT, unequal_when_unknown

JOB = "kubernetes:batch/v1:CronJob"


def program(of_namespace: str = "records", **settings: Any) -> None:
    cluster = Cluster()
    role = PodRole("keeper-pods", account=ACCOUNT, cluster=cluster, namespace=of_namespace, service_account="keeper")
    ScheduledJob(
        "keeper",
        ScheduledJobSettings(**settings),
        cluster=cluster,
        namespace=Namespace("apps", namespace="records", cluster=cluster, nodes=nodes()),
        image="registry/image:1",
        command=["python", "-m", "keeper"],
        pod_role=role,
        config={"KEEP": "36"},
        destinations={"database": Destination(5432, ["10.0.21.0/24"])},
    )


@pytest.fixture(scope="module")
def graph() -> Graph:
    return of(program)


def test_it_runs_once_a_day_one_at_a_time_and_keeps_what_can_be_read(graph: Graph) -> None:
    spec = dict(graph.only(JOB).inputs["spec"])
    job = spec.pop("jobTemplate")["spec"]
    assert spec == {
        "schedule": "17 1 * * *",
        "timeZone": "Etc/UTC",
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": 4 * 3600,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 3,
    }
    assert (job["backoffLimit"], job["activeDeadlineSeconds"]) == (3, 72_000)
    assert job["template"]["spec"]["restartPolicy"] == "Never"


def test_the_pod_has_a_role_and_no_other_way_to_anything(graph: Graph) -> None:
    pod = graph.only(JOB).inputs["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert (container["image"], container["command"]) == ("registry/image:1", ["python", "-m", "keeper"])
    assert container["envFrom"] == [{"configMapRef": {"name": "keeper-config"}}]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["volumeMounts"] == [{"name": "scratch", "mountPath": "/tmp"}]
    assert (pod["serviceAccountName"], pod["automountServiceAccountToken"]) == ("keeper", False)
    assert pod["securityContext"]["runAsUser"] == 65532
    policy = graph.only(NETWORK_POLICY, "keeper-network").inputs["spec"]
    assert not policy.get("ingress")
    ports = {(one["to"][0]["ipBlock"]["cidr"], one["ports"][0]["port"]) for one in policy["egress"]}
    assert ports == {("10.0.21.0/24", 5432), ("169.254.170.23/32", 80)}
    assert policy["podSelector"] == {"matchLabels": {"app": "keeper"}}


def test_what_a_run_names_is_there_before_it(graph: Graph) -> None:
    named = ("keeper-account", "keeper-network", "keeper-config", "keeper-pods-association", "apps-namespace")
    first = [node for node in graph.resources if node.name in named]
    assert len(first) == len(named)
    assert all(waits_for(graph, graph.only(JOB), node) for node in first)


def test_an_hour_is_one_and_a_run_ends_before_the_next() -> None:
    assert of(lambda: program(hour=23)).only(JOB).inputs["spec"]["schedule"] == "17 23 * * *"
    for key, wrong in (("hour", 24), ("timeout_seconds", 86_400), ("timeout_seconds", 60)):
        with pytest.raises(ValidationError):
            ScheduledJobSettings.model_validate({key: wrong})


def test_a_role_of_another_namespace_is_refused() -> None:
    with pytest.raises(ProgramError, match="keeper: its role is for pods of others, not of records"):
        of(lambda: program("others"))


def test_all_of_it_is_known_at_a_first_preview() -> None:
    assert unequal_when_unknown(program) == []
