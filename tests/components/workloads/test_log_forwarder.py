"""Fluent Bit: what it reads, where it writes, and how little else it may do."""

import configparser
import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from analyser.graph import Graph
from components.security.key import Key, log_groups
from components.versions import FLUENT_BIT
from components.workloads.fluent_bit import fluent_bit_files
from components.workloads.log_forwarder import LogForwarder, LogForwarderSettings
from tests.components.workloads.support import NETWORK_POLICY, Cluster, nodes, objects, of, statements, waits_for
from tests.support import ACCOUNT, once, unequal_when_unknown

DAEMON_SET = "kubernetes:apps/v1:DaemonSet"
GROUP = "/aws/eks/cloud-consulting/cluster"


def program(log_group: str = GROUP) -> None:
    LogForwarder(
        "log-forwarder",
        LogForwarderSettings(log_group=log_group),
        account=ACCOUNT,
        cluster=Cluster(),
        key=Key("logs", account=ACCOUNT, purpose="logs", usable_by=[log_groups(ACCOUNT)]),
        nodes=nodes(),
    )


@once
def graph() -> Graph:
    return of(program)


def pod(made: Graph) -> dict[str, Any]:
    return made.only(DAEMON_SET).inputs["spec"]["template"]["spec"]


def config(made: Graph) -> dict[str, dict[str, str]]:
    """The sections of fluent-bit.conf by name."""
    return dict(_sections(made.only("kubernetes:core/v1:ConfigMap").inputs["data"]["fluent-bit.conf"]))


def _sections(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    parser = configparser.RawConfigParser(delimiters=(" ",))
    parser.optionxform = str  # ty: ignore[invalid-assignment]  # the documented way to keep the case of keys
    parser.read_string("\n".join(line.strip() for line in text.splitlines()))
    for section in parser.sections():
        yield section, {key: value.strip() for key, value in parser[section].items()}


def test_the_configuration_is_the_one_asked_for() -> None:
    made = graph()
    assert made.only("kubernetes:core/v1:ConfigMap").inputs["metadata"]["name"] == "fluent-bit-config"
    sections = config(made)
    assert sections["SERVICE"] == {
        "Flush": "1",
        "Log_Level": "info",
        "Daemon": "off",
        "Parsers_File": "parsers.conf",
        "HTTP_Server": "On",
        "HTTP_Listen": "0.0.0.0",
        "HTTP_Port": "2020",
        "Health_Check": "On",
    }
    read = sections["INPUT"]
    assert (read["Name"], read["Path"], read["Tag"]) == ("tail", "/var/log/containers/*.log", "kube.*")
    assert (read["Refresh_Interval"], read["Mem_Buf_Limit"], read["Skip_Long_Lines"]) == ("5", "50MB", "On")
    assert read["multiline.parser"] == "docker, cri"
    assert read["Exclude_Path"] == "/var/log/containers/fluent-bit-*_logging_*.log"
    assert sections["FILTER"]["Name"] == "kubernetes"
    write = sections["OUTPUT"]
    assert (write["Name"], write["Match"], write["region"]) == ("cloudwatch_logs", "*", "us-east-1")
    assert (write["log_group_name"], write["log_stream_prefix"]) == (GROUP, "from-fluent-bit-")
    assert write["auto_create_group"] == "false"


def test_the_group_is_the_program_s_own() -> None:
    made = graph()
    group = made.only("aws:cloudwatch/logGroup:LogGroup")
    assert group.inputs["name"] == GROUP
    assert group.inputs["retentionInDays"] == ACCOUNT.safeguards.log_days
    assert made.only("aws:kms/key:Key").urn in group.property_dependencies["kmsKeyId"]
    assert waits_for(made, made.only(DAEMON_SET), group)


def test_it_may_only_add_to_that_group() -> None:
    rights = statements(graph(), "log-forwarder-pods-policy")
    assert set(rights) == {"Forward"}
    assert rights["Forward"]["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    [streams] = rights["Forward"]["Resource"]
    assert streams.endswith(f"log-group:{GROUP}:*")


def test_it_may_look_at_pods_and_namespaces() -> None:
    made = graph()
    [rule] = made.only("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole").inputs["rules"]
    assert rule == {"apiGroups": [""], "resources": ["namespaces", "pods"], "verbs": ["get", "list", "watch"]}
    [subject] = made.only("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding").inputs["subjects"]
    assert subject == {"kind": "ServiceAccount", "name": "fluent-bit", "namespace": "logging"}
    assert pod(made)["serviceAccountName"] == "fluent-bit"
    association = made.only("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs
    assert (association["namespace"], association["serviceAccount"]) == ("logging", "fluent-bit")


def test_it_sees_the_node_s_logs_and_nothing_else_of_it() -> None:
    spec = pod(graph())
    paths = {v["name"]: v["hostPath"]["path"] for v in spec["volumes"] if "hostPath" in v}
    assert set(paths.values()) == {"/var/log/containers", "/var/log/pods"}
    [container] = spec["containers"]
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    assert all(mounts[name] == {"name": name, "mountPath": path, "readOnly": True} for name, path in paths.items())
    assert [mount["name"] for mount in container["volumeMounts"] if not mount.get("readOnly")] == ["state"]
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)


def test_it_is_root_without_any_privilege() -> None:
    spec = pod(graph())
    assert spec["securityContext"] == {
        "runAsUser": 0,
        "runAsGroup": 0,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    [container] = spec["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["image"] == FLUENT_BIT.at(FLUENT_BIT.value)
    assert container["resources"]["limits"] == {"cpu": "250m", "memory": "256Mi"}
    assert container["livenessProbe"]["httpGet"]["port"] == "http"
    assert container["ports"] == [{"name": "http", "containerPort": 2020}]


def test_it_runs_on_every_node() -> None:
    spec = pod(graph())
    assert spec["tolerations"] == [{"operator": "Exists"}]
    assert spec["priorityClassName"] == "system-node-critical"
    assert "nodeSelector" not in spec


def test_only_its_namespace_admits_it_and_nobody_reaches_it() -> None:
    made = graph()
    namespace = made.only("kubernetes:core/v1:Namespace").inputs["metadata"]
    assert namespace["name"] == "logging"
    assert namespace["labels"]["pod-security.kubernetes.io/enforce"] == "privileged"
    policy = made.only(NETWORK_POLICY, "log-forwarder-network").inputs["spec"]
    assert policy["podSelector"]["matchLabels"] == {"app": "fluent-bit"}
    assert policy["ingress"] == []
    assert {rule["ports"][0]["port"] for rule in policy["egress"]} == {80, 443}


def test_a_change_of_configuration_starts_it_anew() -> None:
    def checksum(log_group: str) -> str:
        made = of(lambda: program(log_group))
        return made.only(DAEMON_SET).inputs["spec"]["template"]["metadata"]["annotations"]["checksum/config"]

    assert checksum(GROUP) == checksum(GROUP) != checksum("/aws/eks/other/cluster")


def test_it_goes_before_its_rights_its_namespace_and_the_nodes() -> None:
    made = graph()
    agents = made.only(DAEMON_SET)
    later = [
        made.only("aws:eks/podIdentityAssociation:PodIdentityAssociation"),
        made.only("kubernetes:core/v1:Namespace"),
        made.only("kubernetes:core/v1:ConfigMap"),
        made.only("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"),
        made.only(NETWORK_POLICY, "log-forwarder-network"),
        made.only("aws:iam/role:Role", "nodes"),
    ]
    for node in later:
        assert waits_for(made, agents, node), node.name
    provider = made.only("pulumi:providers:kubernetes")
    assert all(item.provider.startswith(provider.urn) for item in objects(made))


def test_names_in_the_cluster_do_not_clash() -> None:
    made = graph()
    named = [(n.type, n.inputs["metadata"]["name"], n.inputs["metadata"].get("namespace")) for n in objects(made)]
    assert not [one for one, other in itertools.combinations(named, 2) if one == other]


def test_the_same_is_made_when_nothing_is_known_yet() -> None:
    assert unequal_when_unknown(program) == []


@pytest.mark.parametrize("parser", ["docker", "cri"])
def test_another_parser_is_named_and_brought_along(parser: Any) -> None:
    files = fluent_bit_files(name="fluent-bit", namespace="logging", region="us-east-1", log_group="g", parser=parser)
    (tail,) = [found for section, found in _sections(files["fluent-bit.conf"]) if section == "INPUT"]
    assert tail["Parser"] == parser
    assert "multiline.parser" not in tail
    assert parser in {found["Name"] for _, found in _sections(files["parsers.conf"].replace("[PARSER]", "[P]", 1))}
