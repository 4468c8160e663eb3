"""Pods: security, nodes, images, resilience; every kind of workload by the same extractor."""

import copy
from typing import Any

import pytest

from policy.model import UNKNOWN, Resource
from policy.pack import all_rules, rule_named
from policy.pods import (
    CRON_JOB,
    DAEMON_SET,
    DEPLOYMENT,
    JOB,
    POD,
    POD_TEMPLATE,
    REPLICA_SET,
    REPLICATION_CONTROLLER,
    STATEFUL_SET,
)
from policy.rules import kubernetes_images, kubernetes_resilience
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource, verdict

SPEC: dict[str, Any] = {
    "serviceAccountName": "api",
    "automountServiceAccountToken": False,
    "securityContext": {
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
        "sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "80"}],
    },
    "topologySpreadConstraints": [{"topologyKey": "topology.kubernetes.io/zone"}],
    "containers": [
        {
            "name": "api",
            "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/api:1.4.2",
            "env": [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}],
            "ports": [{"containerPort": 8080}],
            "resources": {"requests": {"cpu": "100m", "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
            "readinessProbe": {"httpGet": {"path": "/health"}},
            "livenessProbe": {"httpGet": {"path": "/health"}},
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
            },
            "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
        }
    ],
    "volumes": [{"name": "tmp", "emptyDir": {}}],
}
LABELS = {"app": "api"}
PLACES = {
    POD: lambda spec: spec,
    **dict.fromkeys(
        (DEPLOYMENT, STATEFUL_SET, DAEMON_SET, REPLICA_SET, REPLICATION_CONTROLLER, JOB),
        lambda spec: {"template": {"metadata": {"labels": LABELS}, "spec": spec}, "replicas": 3},
    ),
    POD_TEMPLATE: lambda spec: {"spec": spec},
    CRON_JOB: lambda spec: {"jobTemplate": {"spec": {"template": {"spec": spec}}}},
}


def workload(kind: str = DEPLOYMENT, **changes: Any) -> Resource:
    """A workload of this kind; changes are to the pod's spec."""
    spec = copy.deepcopy(SPEC) | changes
    inputs: dict[str, Any] = {"template" if kind == POD_TEMPLATE else "spec": PLACES[kind](spec)}
    return resource(kind, "api", metadata={"namespace": "records", "labels": LABELS}, **inputs)


def with_container(kind: str = DEPLOYMENT, **changes: Any) -> Resource:
    return workload(kind, containers=[copy.deepcopy(SPEC["containers"][0]) | changes])


BUDGET = resource(
    kubernetes_resilience.DISRUPTION_BUDGET,
    "budget",
    metadata={"namespace": "records"},
    spec={"selector": {"matchLabels": LABELS}},
)
CONFIG_MAP = resource(kubernetes_images.CONFIG_MAP, "config", data={"LOG_LEVEL": "info", "DB_PASSWORD_FILE": "/run/db"})
LOGS = {"name": "logs", "hostPath": {"path": "/var/log"}}
AGENT = workload(
    DAEMON_SET,
    containers=[
        copy.deepcopy(SPEC["containers"][0])
        | {"volumeMounts": [{"name": "logs", "mountPath": "/var/log", "readOnly": True}]}
    ],
    volumes=[LOGS],
)
APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/api"
P = "spec.template.spec"
C = f"{P}.containers[0]"
CASES = [
    Case(
        "kubernetes-non-root",
        [workload()],
        [
            Set(f"{P}.securityContext.runAsNonRoot"),
            Set(f"{P}.securityContext.runAsNonRoot", False),
            Set(f"{C}.securityContext.runAsNonRoot", False),
            Set(f"{C}.securityContext.runAsUser", 0),
            Set(f"{P}.securityContext.runAsUser", 0),
        ],
    ),
    Case(
        "kubernetes-no-privilege-escalation",
        [workload()],
        [
            Set(f"{C}.securityContext.allowPrivilegeEscalation"),
            Set(f"{C}.securityContext.allowPrivilegeEscalation", True),
            Set(f"{C}.securityContext"),
        ],
    ),
    Case(
        "kubernetes-read-only-root",
        [workload()],
        [
            Set(f"{C}.securityContext.readOnlyRootFilesystem"),
            Set(f"{C}.securityContext.readOnlyRootFilesystem", False),
        ],
    ),
    Case(
        "kubernetes-capabilities",
        [workload()],
        [
            Set(f"{C}.securityContext.capabilities"),
            Set(f"{C}.securityContext.capabilities.drop", ["NET_RAW"]),
            Set(f"{C}.securityContext.capabilities.add", ["NET_BIND_SERVICE", "SYS_ADMIN"]),
        ],
    ),
    Case(
        "kubernetes-seccomp",
        [workload()],
        [
            Set(f"{P}.securityContext.seccompProfile"),
            Set(f"{P}.securityContext.seccompProfile.type", "Unconfined"),
            Set(f"{C}.securityContext.seccompProfile", {"type": "Unconfined"}),
        ],
    ),
    Case(
        "kubernetes-not-privileged",
        [workload()],
        [
            Set(f"{C}.securityContext.privileged", True),
            Set(f"{C}.securityContext.windowsOptions", {"hostProcess": True}),
            Set(f"{P}.securityContext.windowsOptions", {"hostProcess": True}),
        ],
    ),
    Case(
        "kubernetes-app-armor",
        [workload()],
        [
            Set(f"{C}.securityContext.appArmorProfile", {"type": "Unconfined"}),
            Set(f"{P}.securityContext.appArmorProfile", {"type": "Unconfined"}),
            Set(f"{P.removesuffix('.spec')}.metadata.annotations", {APP_ARMOR: "unconfined"}),
        ],
    ),
    Case(
        "kubernetes-selinux",
        [workload()],
        [
            Set(f"{C}.securityContext.seLinuxOptions", {"type": "spc_t"}),
            Set(f"{P}.securityContext.seLinuxOptions", {"type": "unconfined_t"}),
            Set(f"{P}.securityContext.seLinuxOptions", {"user": "system_u"}),
            Set(f"{C}.securityContext.seLinuxOptions", {"role": "sysadm_r", "type": "container_t"}),
        ],
    ),
    Case("kubernetes-proc-mount", [workload()], [Set(f"{C}.securityContext.procMount", "Unmasked")]),
    Case(
        "kubernetes-probe-host",
        [workload()],
        [
            Set(f"{C}.livenessProbe.httpGet.host", "169.254.169.254"),
            Set(f"{C}.readinessProbe", {"tcpSocket": {"host": "10.0.0.1", "port": 80}}),
            Set(f"{C}.lifecycle", {"preStop": {"httpGet": {"host": "10.0.0.1"}}}),
        ],
    ),
    Case(
        "kubernetes-host-namespaces",
        [workload()],
        [Set(f"{P}.{key}", True) for key in ("hostNetwork", "hostPID", "hostIPC")],
    ),
    Case(
        "kubernetes-host-path",
        [workload()],
        [
            Set(f"{P}.volumes", [{"name": "tmp", "hostPath": {"path": "/"}}]),
            Set(f"{P}.volumes", [{"name": "tmp", "hostPath": {"path": "/var/log"}}]),
        ],
    ),
    Case(
        "kubernetes-host-path",
        [AGENT],
        [
            Set(f"{P}.volumes[0].hostPath.path", "/var/run/docker.sock"),
            Set(f"{P}.volumes[0].hostPath.path", "/var/log/../.."),
            Set(f"{P}.volumes[0].hostPath.path", "/var/logs"),
            Set(f"{C}.volumeMounts[0].readOnly"),
        ],
    ),
    Case("kubernetes-host-port", [workload()], [Set(f"{C}.ports[0].hostPort", 8080)]),
    Case("kubernetes-sysctls", [workload()], [Set(f"{P}.securityContext.sysctls[0].name", "kernel.msgmax")]),
    Case(
        "kubernetes-image-version",
        [workload()],
        [
            Set(f"{C}.image", "nginx"),
            Set(f"{C}.image", "nginx:latest"),
            Set(f"{C}.image", "registry.example.com:5000/nginx"),
        ],
    ),
    Case("kubernetes-image-digest", [workload()], [Set(f"{C}.image", "nginx:1.29.3")]),
    Case(
        "kubernetes-no-plain-secrets",
        [workload()],
        [
            Set(f"{C}.env[0].value", "hunter2hunter2"),
            Set(f"{C}.env", [{"name": "URL", "value": "postgres://app:hunter2@db:5432/app"}]),
            Set(f"{C}.env", [{"name": "KEY", "value": "AKIAIOSFODNN7EXAMPLE"}]),
            Set(f"{C}.args", ["--db-password=hunter2hunter2"]),
            Set(f"{C}.args", ["--verbose", "--db-password", "hunter2hunter2"]),
            Set(f"{C}.command", ["sh", "-c", "psql postgresql://app:hunter2@db/app"]),
        ],
    ),
    Case("kubernetes-no-plain-secrets", [CONFIG_MAP], [Set("data.apiToken", "0123456789abcdef0123")]),
    Case(
        "kubernetes-resources",
        [workload()],
        [
            Set(f"{C}.resources"),
            Set(f"{C}.resources.limits"),
            Set(f"{C}.resources.requests.memory"),
            Set(f"{C}.resources.requests.cpu"),
        ],
    ),
    Case("kubernetes-probes", [workload()], [Set(f"{C}.readinessProbe"), Set(f"{C}.livenessProbe")]),
    Case("kubernetes-spread", [workload()], [Set(f"{P}.topologySpreadConstraints")]),
    Case(
        "kubernetes-disruption-budget",
        [workload(), BUDGET],
        [
            Without("budget", "metadata"),
            Set("metadata.namespace", "other", on="budget"),
            Set("spec.selector.matchLabels", {"app": "web"}, on="budget"),
        ],
    ),
]


@pytest.mark.parametrize(
    "words",
    [
        ["--db-password=$(DB_PASSWORD)"],
        ["--db-password", "$(DB_PASSWORD)"],
        ["--password-file=/run/secrets/db", "--token-ttl=3600s", "--tls-private-key-file", "/etc/tls.key"],
        ["--secret-name=api-tls", "--token", "--verbose"],
        UNKNOWN,
        ["--db-password", UNKNOWN],
    ],
)
def test_what_names_a_credential_in_a_command_line_is_none(words: object) -> None:
    """$(NAME) is a variable of the container, which may come from a Secret."""
    assert check("kubernetes-no-plain-secrets", with_container(DEPLOYMENT, args=words)) == []


@pytest.mark.parametrize("kind", PLACES)
def test_every_kind_of_workload_is_looked_into(kind: str) -> None:
    assert check("kubernetes-not-privileged", workload(kind)) == []
    broken = with_container(kind, securityContext={"privileged": True})
    [found] = check("kubernetes-not-privileged", broken)
    assert found.startswith(("api: container api is privileged (spec.", "api: container api is privileged (template."))


def test_a_patch_is_judged_by_what_it_sets_alone() -> None:
    patch = resource(f"{DEPLOYMENT}Patch", "api", metadata={"name": "api"}, spec=PLACES[DEPLOYMENT]({"containers": []}))
    rules = [rule.id for rule in all_rules() if DEPLOYMENT in rule.types]
    assert {rule: check(rule, patch) for rule in rules if check(rule, patch)} == {}
    container = {"name": "api", "securityContext": {"privileged": True}}
    broken = resource(f"{DEPLOYMENT}Patch", "api", spec=PLACES[DEPLOYMENT]({"containers": [container]}))
    found = [violation.rule.id for violation in verdict(broken, rules=[rule_named(rule) for rule in rules])]
    assert found == ["kubernetes-not-privileged"]


@pytest.mark.parametrize("profile", ["runtime/default", "localhost/api", UNKNOWN])
def test_profiles_by_annotation_confine_too(profile: Any) -> None:
    metadata = {"namespace": "records", "annotations": {APP_ARMOR: profile, "example.com/team": "unconfined"}}
    assert check("kubernetes-app-armor", resource(POD, metadata=metadata, spec=SPEC)) == []


@pytest.mark.parametrize(
    ("rule", "context"),
    [
        ("kubernetes-app-armor", {"appArmorProfile": {"type": "RuntimeDefault"}}),
        ("kubernetes-app-armor", {"appArmorProfile": {"type": "Localhost", "localhostProfile": "api"}}),
        ("kubernetes-selinux", {"seLinuxOptions": {"type": "container_kvm_t", "level": "s0:c123,c456"}}),
        ("kubernetes-selinux", {"seLinuxOptions": {"type": "", "user": "", "role": ""}}),
        ("kubernetes-proc-mount", {"procMount": "Default"}),
        ("kubernetes-not-privileged", {"windowsOptions": {"hostProcess": False, "runAsUserName": "ContainerUser"}}),
    ],
)
def test_contexts_of_the_baseline_are_allowed(rule: str, context: dict[str, Any]) -> None:
    assert check(rule, with_container(securityContext=context)) == []
    assert check(rule, workload(securityContext=context)) == []


def test_containers_that_run_first_count() -> None:
    first = copy.deepcopy(SPEC["containers"][0]) | {"name": "first", "securityContext": {}}
    found = check("kubernetes-read-only-root", workload(initContainers=[first]))
    assert found == [
        "api: container first can write to its root filesystem "
        "(spec.template.spec.initContainers[0].securityContext.readOnlyRootFilesystem)"
    ]


def test_the_container_has_the_last_word() -> None:
    context = {"runAsNonRoot": True, "seccompProfile": {"type": "Localhost"}}
    broken = workload(securityContext={}, containers=[SPEC["containers"][0] | {"securityContext": context}])
    assert check("kubernetes-non-root", broken) == []
    assert check("kubernetes-seccomp", broken) == []


def test_another_user_than_root_is_enough() -> None:
    assert check("kubernetes-non-root", workload(securityContext={"runAsUser": 1000})) == []


def test_agents_that_read_logs_may_be_root() -> None:
    context = {"runAsUser": 0}
    agent = workload(DAEMON_SET, volumes=[LOGS], securityContext=context)
    assert check("kubernetes-non-root", agent) == []
    assert check("kubernetes-non-root", workload(DEPLOYMENT, volumes=[LOGS], securityContext=context))
    writer = [SPEC["containers"][0] | {"volumeMounts": [{"name": "logs", "mountPath": "/var/log"}]}]
    assert check(
        "kubernetes-non-root", workload(DAEMON_SET, volumes=[LOGS], containers=writer, securityContext=context)
    )


def test_which_directories_agents_may_read_is_a_threshold() -> None:
    system = [{"name": "sys", "hostPath": {"path": "/sys"}}]
    assert check("kubernetes-host-path", workload(DAEMON_SET, volumes=system))
    assert check("kubernetes-host-path", workload(DAEMON_SET, volumes=system), read_only_paths=("/sys",)) == []


def test_a_writable_mount_of_an_unknown_directory_is_one() -> None:
    volumes = [{"name": "tmp", "hostPath": {"path": UNKNOWN}}]
    assert check("kubernetes-host-path", workload(DAEMON_SET, volumes=volumes)) == []


def test_digests_and_own_registries_name_one_image() -> None:
    assert check("kubernetes-image-digest", with_container(image="nginx@sha256:" + "0" * 64)) == []
    assert check("kubernetes-image-version", with_container(image="nginx@sha256:" + "0" * 64)) == []
    assert check("kubernetes-image-digest", with_container(image="nginx:latest")) == []  # told by the other rule
    assert check("kubernetes-image-version", with_container(image="registry.example.com:5000/nginx:1.2")) == []


def test_jobs_and_containers_without_ports_need_no_probes() -> None:
    assert check("kubernetes-probes", with_container(ports=[], readinessProbe=None, livenessProbe=None)) == []
    assert check("kubernetes-probes", with_container(JOB, readinessProbe=None, livenessProbe=None)) == []


def test_resources_of_the_whole_pod_count() -> None:
    both = {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}
    assert check("kubernetes-resources", workload(resources=both, containers=[{"name": "api"}])) == []


@pytest.mark.parametrize("rule", ["kubernetes-spread", "kubernetes-disruption-budget"])
def test_one_replica_has_nothing_to_spread(rule: str) -> None:
    spec = {"template": {"spec": {"containers": []}}, "replicas": 1}
    assert check(rule, resource(DEPLOYMENT, spec=spec)) == []


def test_anti_affinity_spreads_too() -> None:
    affinity = {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{}]}}
    assert check("kubernetes-spread", workload(topologySpreadConstraints=[], affinity=affinity)) == []
