"""The EKS model of the Confluence system: who reaches whom, pods, nodes, and in which order it goes."""

from typing import Any

import pytest

from analyser.graph import Graph, Node
from tests.stacks import stack_graph
from tests.systems.wiring import EGRESS, INGRESS, NETWORK_POLICY, allowed, before, group, statements, subnets, ways

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
PODS = ("frontend", "bff", "websocket")


@pytest.fixture(scope="module", params=["confluence-prod", "confluence-dev"])
def graph(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


@pytest.fixture(scope="module")
def prod() -> Graph:
    return stack_graph("confluence-prod")


@pytest.mark.parametrize(("store", "port"), [("postgres", 5432), ("cache", 6379), ("search", 443), ("files", 2049)])
def test_a_store_takes_its_one_port_from_the_nodes_alone(graph: Graph, store: str, port: int) -> None:
    """And search from what maps its roles."""
    mapping = {("index-access-mapper", "tcp", 443, 443)} if store == "search" else set()
    assert ways(graph, INGRESS, store) == {("cluster-nodes", "tcp", port, port)} | mapping


def test_cloudfront_alone_reaches_the_balancer_on_443(graph: Graph) -> None:
    incoming = ways(graph, INGRESS, "alb")
    (cloudfront,) = [who for who, _, first, last in incoming if (first, last) == (443, 443)]
    assert cloudfront.startswith("pl-")
    assert incoming - {(cloudfront, "tcp", 443, 443)} == {("0.0.0.0/0", "tcp", 80, 80)}
    (action,) = graph.only("aws:lb/listener:Listener", "alb-http").inputs["defaultActions"]
    assert (action["type"], action["redirect"]["protocol"], action["redirect"]["statusCode"]) == (
        "redirect",
        "HTTPS",
        "HTTP_301",
    )


def test_nothing_else_is_open_to_addresses(prod: Graph) -> None:
    opened = {
        (node.name, node.inputs.get("cidrIpv4"))
        for node in prod.of_type(INGRESS)
        if "referencedSecurityGroupId" not in node.inputs
    }
    private = subnets(prod, "private", "cidrBlock")
    outside = {(name, cidr) for name, cidr in opened if cidr not in private and "endpoints" not in name}
    assert {name for name, _ in outside} == {"alb-from-cidr-internet-http", "alb-from-prefix-list-443"}


def test_the_listed_rules_and_those_that_the_list_forgets(prod: Graph) -> None:
    nodes = ways(prod, INGRESS, "cluster-nodes")
    assert ("cluster-control-plane", "tcp", 1025, 65535) in nodes
    assert {way for way in nodes if way[0] == "alb"} == {
        ("alb", "tcp", 80, 80),
        ("alb", "tcp", 3000, 3000),
        ("alb", "tcp", 30000, 32767),
    }
    assert {way for way in nodes if way[0] == "cluster-nodes"} == {
        ("cluster-nodes", "tcp", 0, 65535),
        ("cluster-nodes", "udp", 0, 65535),
    }
    assert {who for who, *_ in nodes} == {"alb", "cluster-nodes", "cluster-control-plane"}
    assert ways(prod, INGRESS, "cluster-control-plane") == {
        (who, "tcp", 443, 443) for who in ("alb", "cluster-nodes", "deployment-runner-builds")
    }
    everywhere = ("0.0.0.0/0", "-1", None, None)
    assert everywhere in ways(prod, EGRESS, "cluster-nodes")
    assert everywhere in ways(prod, EGRESS, "cluster-control-plane")


def test_requests_go_by_path_to_three_target_groups(graph: Graph) -> None:
    arns = {key: graph.only("aws:lb/targetGroup:TargetGroup", f"alb-{key}") for key in PODS}
    refused = graph.only("aws:lb/listenerRule:ListenerRule", "alb-strangers")
    rules = [rule for rule in graph.of_type("aws:lb/listenerRule:ListenerRule") if rule.urn != refused.urn]
    by_path = {
        rule.inputs["conditions"][0]["pathPattern"]["values"][0]: rule.inputs["actions"][0]["targetGroupArn"]
        for rule in rules
    }
    assert by_path == {
        "/api/*": arns["bff"].outputs["arn"],
        "/ws/*": arns["websocket"].outputs["arn"],
        "/*": arns["frontend"].outputs["arn"],
    }
    assert all("httpHeader" in rule.inputs["conditions"][-1] for rule in rules)
    assert refused.inputs["priority"] > max(rule.inputs["priority"] for rule in rules)
    (default,) = graph.only("aws:lb/listener:Listener", "alb-https").inputs["defaultActions"]
    assert default["targetGroupArn"] == arns["frontend"].outputs["arn"]
    assert {key: node.inputs["port"] for key, node in arns.items()} == {"frontend": 80, "bff": 3000, "websocket": 3000}


def test_a_browser_stays_with_its_node_and_a_node_is_drained(graph: Graph) -> None:
    sockets = graph.only("aws:lb/targetGroup:TargetGroup", "alb-websocket").inputs
    assert (sockets["targetType"], sockets["stickiness"]["type"]) == ("instance", "lb_cookie")
    health = sockets["healthCheck"]
    figures = [health[key] for key in ("path", "interval", "timeout", "healthyThreshold", "unhealthyThreshold")]
    assert figures == ["/health", 30, 5, 2, 3]
    service = graph.only("kubernetes:core/v1:Service", "websocket-service").inputs["spec"]
    assert (service["type"], service["sessionAffinity"], service["ports"][0]["port"]) == ("NodePort", "ClientIP", 3000)
    pod = graph.only(DEPLOYMENT, "websocket-deployment").inputs["spec"]["template"]["spec"]
    wait = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["terminationGracePeriodSeconds"] - wait >= sockets["deregistrationDelay"] == 300
    (port,) = graph.only(NETWORK_POLICY, "websocket-network").inputs["spec"]["ingress"]
    assert {peer["ipBlock"]["cidr"] for peer in port["from"]} == subnets(graph, "private", "cidrBlock")


def test_pods_reach_what_is_theirs_and_the_site_no_store(graph: Graph) -> None:
    data = subnets(graph, "data", "cidrBlock")
    aws = {("0.0.0.0/0", 443), ("169.254.170.23/32", 80)}
    assert allowed(graph, "frontend") == set()
    assert allowed(graph, "bff") == aws | {(cidr, port) for cidr in data for port in (5432, 6379)}
    assert allowed(graph, "websocket") == aws | {(cidr, port) for cidr in data for port in (5432, 6379)}
    closed = [node.inputs["spec"] for node in graph.of_type(NETWORK_POLICY) if node.name == "namespace-default-deny"]
    assert closed == [{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}]


def granted(graph: Graph, role: str) -> dict[str, set[str]]:
    """Actions by statement."""
    found = statements(graph, graph.only("aws:iam/role:Role", f"{role}-pods-role"))
    return {one["Sid"]: set(one["Action"]) for one in found if one["Effect"] == "Allow"}


def test_each_service_account_has_the_rights_of_its_pods(prod: Graph) -> None:
    assert set(granted(prod, "websocket")) == {
        "ConnectPostgres", "ConnectCache", "ReadJwtSecret", "DecryptSecretsKey",
    }  # fmt: skip
    assert set(granted(prod, "bff")) == {
        "ConnectPostgres",
        "ConnectCache",
        "ReadWriteSearch",
        "ReadWriteUploads",
        "WriteBackups",
        "ReadJwtSecret",
        "ReadEncryptionKeys",
        "ReadOauthClientSecrets",
        "ReadSmtpCredentials",
        "PutMetrics",
        "DecryptSecretsKey",
    }
    own = [statement for role in ("bff", "websocket") for statement in statements(prod, role_of(prod, role))]
    assert {one["Sid"] for one in own if one["Resource"] == ["*"]} == {"PutMetrics"}
    accounts = {
        node.inputs["serviceAccount"]
        for node in prod.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
        if node.inputs["namespace"] == "confluence"
    }
    assert accounts == {"bff", "websocket"}, "the site has no rights at all"


def test_pods_sign_in_to_the_database_as_different_users(prod: Graph) -> None:
    """The service that writes the pages of record reaches no table of the product's."""
    for workload, user in {"websocket": "collaboration", "bff": "application"}.items():
        (signing_in,) = [one for one in statements(prod, role_of(prod, workload)) if one["Sid"] == "ConnectPostgres"]
        assert [arn.rpartition("/")[2] for arn in signing_in["Resource"]] == [user]
        config = prod.only("kubernetes:core/v1:ConfigMap", f"{workload}-config").inputs["data"]
        assert config["DATABASE_URL"].startswith(f"postgresql://{user}@")
        assert config["DATABASE_URL"].endswith("?sslmode=verify-full")


def role_of(graph: Graph, workload: str) -> Node:
    return graph.only("aws:iam/role:Role", f"{workload}-pods-role")


def attached(graph: Graph, role: Node) -> set[str]:
    """The names of the managed policies of a role."""
    return {
        node.inputs["policyArn"].rpartition("/")[2]
        for node in graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if node.inputs["role"] in (role.id, role.outputs["name"])
    }


def test_nodes_register_and_pull_and_have_no_rights_of_applications(prod: Graph) -> None:
    for name in ("system-nodes", "app-nodes", "db-nodes", "spot-nodes"):
        role = prod.only("aws:iam/role:Role", f"{name}-node-role")
        assert attached(prod, role) == {"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"}
        assert all(one["Action"] == ["eks-auth:AssumeRoleForPodIdentity"] for one in statements(prod, role))
    cni = prod.only("aws:iam/role:Role", "cluster-node-addons-vpc-cni-pods-role")
    assert attached(prod, cni) == {"AmazonEKS_CNI_Policy"}


def test_groups_of_nodes_as_the_seed_sizes_them(prod: Graph) -> None:
    groups = {
        node.inputs["nodeGroupNamePrefix"].rstrip("-"): node for node in prod.of_type("aws:eks/nodeGroup:NodeGroup")
    }
    sizes = {
        name: (
            node.inputs["instanceTypes"][0],
            node.inputs["scalingConfig"]["minSize"],
            node.inputs["scalingConfig"]["maxSize"],
        )
        for name, node in groups.items()
    }
    assert sizes == {
        "system": ("t3.medium", 2, 2),
        "app": ("t3.large", 3, 10),
        "db": ("r5.xlarge", 2, 2),
        "spot": ("t3.large", 0, 5),
    }
    assert groups["spot"].inputs["capacityType"] == "SPOT"
    for name in ("db", "spot"):
        assert groups[name].inputs["taints"], "what runs there says so"
    assert (
        stack_graph("confluence-dev").only("aws:eks/nodeGroup:NodeGroup").inputs["amiType"] == "AL2023_ARM_64_STANDARD"
    )


def containers(graph: Graph) -> dict[str, dict[str, Any]]:
    found = {}
    for kind in (DEPLOYMENT, "kubernetes:apps/v1:DaemonSet", "kubernetes:batch/v1:Job"):
        for node in graph.of_type(kind):
            pod = node.inputs["spec"]["template"]["spec"]
            for container in (*pod["containers"], *pod.get("initContainers", [])):
                found[f"{node.name}/{container['name']}"] = container
    return found


def test_every_container_says_what_it_needs_and_at_most_takes(graph: Graph) -> None:
    for name, container in containers(graph).items():
        for kind in ("requests", "limits"):
            assert container["resources"][kind].keys() >= {"cpu", "memory"}, name
    for release in graph.of_type("kubernetes:helm.sh/v3:Release"):
        values = release.inputs["values"]
        said = values.get("resources") or values["recommender"]["resources"]
        assert all(said[kind].keys() >= {"cpu", "memory"} for kind in ("requests", "limits")), release.name
    sockets = containers(graph)["websocket-deployment/websocket"]
    assert [port["containerPort"] for port in sockets["ports"]] == [3000]
    assert sockets["resources"] == {
        "requests": {"cpu": "250m", "memory": "256Mi"},
        "limits": {"cpu": "500m", "memory": "512Mi"},
    }


@pytest.mark.parametrize("workload", PODS)
def test_pods_are_hardened(graph: Graph, workload: str) -> None:
    pod = graph.only(DEPLOYMENT, f"{workload}-deployment").inputs["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    security = container["securityContext"]
    assert security["allowPrivilegeEscalation"] is False
    assert security["readOnlyRootFilesystem"] is True
    assert security["capabilities"]["drop"] == ["ALL"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    namespace = graph.only("kubernetes:core/v1:Namespace", "namespace-namespace").inputs["metadata"]["labels"]
    assert namespace["pod-security.kubernetes.io/enforce"] == "restricted"


def test_sockets_grow_by_cpu_and_memory_and_vpa_only_advises(prod: Graph) -> None:
    spec = prod.only("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "websocket-autoscaler").inputs["spec"]
    targets = {one["resource"]["name"]: one["resource"]["target"]["averageUtilization"] for one in spec["metrics"]}
    assert (spec["minReplicas"], spec["maxReplicas"], targets) == (2, 10, {"cpu": 70, "memory": 80})
    scaled = {n.inputs["spec"]["scaleTargetRef"]["name"] for n in prod.resources if n.kind == "HorizontalPodAutoscaler"}
    assert scaled == set(PODS)
    modes = {
        n.inputs["spec"]["updatePolicy"]["updateMode"] for n in prod.resources if n.kind == "VerticalPodAutoscaler"
    }
    assert modes == {"Off"}
    addons = {node.inputs["addonName"] for node in prod.of_type("aws:eks/addon:Addon")}
    assert {"vpc-cni", "metrics-server", "aws-ebs-csi-driver", "aws-efs-csi-driver"} <= addons


def test_secrets_reach_pods_as_the_names_of_where_they_are(graph: Graph) -> None:
    assert graph.of_type("kubernetes:core/v1:Secret") == []
    config = graph.only("kubernetes:core/v1:ConfigMap", "bff-config").inputs["data"]
    arns = {value for name, value in config.items() if name.endswith("_ARN")}
    secrets = {node.outputs["arn"] for node in graph.of_type("aws:secretsmanager/secret:Secret")}
    assert arns
    assert arns <= secrets
    assert config["DATABASE_URL"].startswith("postgresql://application@")
    assert config["REDIS_URL"].startswith("rediss://")
    assert config["REDIS_CLUSTER"] == "true"
    sockets = graph.only("kubernetes:core/v1:ConfigMap", "websocket-config").inputs["data"]
    assert sockets["METRICS_NAMESPACE"] == config["METRICS_NAMESPACE"]


def test_alarms_count_what_the_sockets_themselves_report(prod: Graph) -> None:
    config = prod.only("kubernetes:core/v1:ConfigMap", "websocket-config").inputs["data"]
    watched = {
        node.inputs["metricName"]: node.inputs
        for node in prod.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
        if node.inputs["namespace"] == config["METRICS_NAMESPACE"]
    }
    assert set(watched) == {"Refused", "Failed"}
    assert all(one["dimensions"] == {"Service": "server"} for one in watched.values())


def test_files_are_in_the_private_tier_and_backed_up_with_the_cluster(graph: Graph) -> None:
    mounts = graph.of_type("aws:efs/mountTarget:MountTarget")
    assert {node.inputs["subnetId"] for node in mounts} == subnets(graph, "private")
    assert all(node.inputs["securityGroups"] == [group(graph, "files")] for node in mounts)
    kept = graph.only("aws:backup/selection:Selection").inputs["resources"]
    assert set(kept) == {
        graph.only("aws:rds/instance:Instance", "postgres-primary").outputs["arn"],
        graph.only("aws:efs/fileSystem:FileSystem").outputs["arn"],
        graph.only("aws:eks/cluster:Cluster").outputs["arn"],
        graph.only("aws:s3/bucket:Bucket", "uploads-bucket").outputs["arn"],
    }


def test_nothing_is_made_beside_the_program_that_would_hold_the_network(graph: Graph) -> None:
    services = graph.of_type("kubernetes:core/v1:Service")
    assert {node.inputs["spec"]["type"] for node in services} == {"ClusterIP", "NodePort"}
    assert [node for node in graph.resources if node.kind in ("Ingress", "PersistentVolumeClaim", "Gateway")] == [
        graph.only("kubernetes:core/v1:PersistentVolumeClaim", "shared-claim")
    ]
    # Claims are bound to the file system; nobody makes a volume for them.
    claim = graph.only("kubernetes:core/v1:PersistentVolumeClaim", "shared-claim").inputs["spec"]
    assert (claim["storageClassName"], bool(claim["volumeName"])) == ("", True)


def test_what_goes_first_is_what_needs_the_rest(graph: Graph) -> None:
    for workload in PODS:
        targets = graph.only("kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding", f"{workload}-targets")
        assert {"load-balancer-controller-release", "app-nodes-group", f"{workload}-service"} <= before(graph, targets)
    deployed = before(graph, graph.only(DEPLOYMENT, "bff-deployment"))
    assert {"bff-network", "bff-pods-association", "shared-claim", "namespace-default-deny"} <= deployed
    nodes = before(graph, graph.only("aws:eks/nodeGroup:NodeGroup", "app-nodes-group"))
    assert "network-private-nat-a" in nodes, "nodes leave before their way out does"
    assert "network-internet" in nodes
