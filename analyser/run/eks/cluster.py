"""eks:index:Cluster: the control plane, its role, access entries, add-ons and a Kubernetes provider."""

import json
from typing import Any

from analyser.graph import Node
from analyser.run.eks.auto_mode import compute_config, default_instances, network_config, node_role, storage_config
from analyser.run.eks.cluster_outputs import Made, hand_back, kubeconfig
from analyser.run.eks.default_groups import cluster_group, node_group_rules, oidc_provider
from analyser.run.eks.default_nodes import default_network, default_nodes, given_roles
from analyser.run.eks.node_access import API, CONFIG_MAP, config_map, fargate_profile, storage_classes
from analyser.run.eks.service_role import ServiceRole, service_role
from analyser.run.remote_components import Expansion, RemoteError, Traced, applied, id_of, output_of

_INPUTS = (
    "accessEntries", "authenticationMode", "autoMode", "bootstrapSelfManagedAddons", "clusterSecurityGroup",
    "clusterTags", "corednsAddonOptions", "createInstanceRole", "createOidcProvider", "deletionProtection",
    "enabledClusterLogTypes", "encryptionConfigKeyArn", "endpointPrivateAccess", "endpointPublicAccess", "ipFamily",
    "kubeProxyAddonOptions", "kubernetesServiceIpAddressRange", "name", "privateSubnetIds", "publicAccessCidrs",
    "publicSubnetIds", "serviceRole", "skipDefaultNodeGroup", "skipDefaultSecurityGroups", "subnetIds", "tags",
    "upgradePolicy", "useDefaultVpcCni", "version", "vpcId",
    # Of its default nodes, and of who may use it.
    "clusterSecurityGroupTags", "desiredCapacity", "enableConfigMapMutable", "fargate", "gpu", "instanceProfileName",
    "instanceRole", "instanceRoles", "instanceType", "maxSize", "minSize", "nodeAmiId", "nodeAssociatePublicIpAddress",
    "nodeGroupOptions", "nodePublicKey", "nodeRootVolumeEncrypted", "nodeRootVolumeSize", "nodeSecurityGroupTags",
    "nodeSubnetIds", "nodeUserData", "providerCredentialOpts", "roleMappings", "storageClasses", "userMappings",
    "vpcCniOptions",
)  # fmt: skip
_ROLE = "aws:iam/role:Role"
_IGNORED = ("accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons")
_CNI = {
    "env": {
        "AWS_VPC_ENI_MTU": "9001",
        "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "false",
        "AWS_VPC_K8S_CNI_EXTERNALSNAT": "false",
        "AWS_VPC_K8S_CNI_LOGLEVEL": "DEBUG",
        "AWS_VPC_K8S_CNI_LOG_FILE": "/host/var/log/aws-routed-eni/ipamd.log",
        "AWS_VPC_K8S_CNI_VETHPREFIX": "eni",
        "AWS_VPC_K8S_PLUGIN_LOG_FILE": "/var/log/aws-routed-eni/plugin.log",
        "AWS_VPC_K8S_PLUGIN_LOG_LEVEL": "DEBUG",
        "ENABLE_POD_ENI": "false",
        "WARM_ENI_TARGET": "1",
    },
    "init": {"env": {"DISABLE_TCP_EARLY_DEMUX": "false"}},
}


def expand_cluster(expansion: Expansion) -> None:
    """Everything that a cluster makes: with default nodes and security groups unless it is told to leave them out."""
    expansion.only(_INPUTS)
    auto = bool((expansion.plain("autoMode") or {}).get("enabled"))
    mode = expansion.plain("authenticationMode") or CONFIG_MAP
    network = default_network(expansion)
    own_groups = not expansion.plain("skipDefaultSecurityGroups", auto)
    role = None if "serviceRole" in expansion.component.inputs else _cluster_role(expansion, auto)
    if "clusterSecurityGroup" in expansion.component.inputs:
        api: Node | None = expansion.given_resource("clusterSecurityGroup", "aws:ec2/securityGroup:SecurityGroup")
    else:
        api = cluster_group(expansion, network.vpc) if own_groups else None
    nodes = (
        node_role(expansion)
        if auto and (expansion.plain("autoMode") or {}).get("createNodeRole") is not False
        else None
    )
    cluster = _control_plane(expansion, role, nodes, auto=auto, subnets=network.subnets, api=api)
    settings = kubeconfig(cluster)
    provider = expansion.resource(
        "pulumi:providers:kubernetes", f"{expansion.name}-eks-k8s", {"kubeconfig": applied(json.dumps, settings)}
    )
    instances = default_instances(expansion)
    roles = [*([instances.role] if instances else []), *given_roles(expansion)]
    joined = [config_map(expansion, provider, roles)] if mode != API else []
    entries = _access_entries(expansion, cluster, roles[0] if roles else None) if mode != CONFIG_MAP else []
    storage_classes(expansion, [*entries, *joined])
    profile = fargate_profile(expansion, cluster, network.subnets, joined)
    _add_ons(expansion, cluster, auto, [*entries, *joined], profile)
    oidc = oidc_provider(expansion, cluster)
    rules = node_group_rules(expansion, cluster, network.vpc, id_of(api)) if own_groups and api else None
    group = (
        default_nodes(expansion, cluster, rules, instances, network, joined)
        if rules and not (auto or profile)
        else None
    )
    iam_role = role.role if role else expansion.given_resource("serviceRole", _ROLE)
    made = Made(cluster, provider, iam_role, nodes, roles, api, rules, group, profile, oidc)
    hand_back(expansion, made, settings, network)


def _cluster_role(expansion: Expansion, auto: bool) -> ServiceRole:
    more = ("Compute", "BlockStorage", "LoadBalancing", "Networking") if auto else ()
    return service_role(
        expansion,
        "eksRole",
        service="eks.amazonaws.com",
        policies=["AmazonEKSClusterPolicy", *(f"AmazonEKS{kind}Policy" for kind in more)],
        actions=("sts:AssumeRole", "sts:TagSession"),
        description="Allows EKS to manage clusters on your behalf.",
    )


def _control_plane(
    expansion: Expansion,
    role: ServiceRole | None,
    nodes: ServiceRole | None,
    *,
    auto: bool,
    subnets: Traced,
    api: Node | None,
) -> Node:
    given = expansion.given
    access = given("authenticationMode")
    service = role.role if role else expansion.given_resource("serviceRole", "aws:iam/role:Role")
    return expansion.resource(
        "aws:eks/cluster:Cluster",
        f"{expansion.name}-eksCluster",
        {
            "accessConfig": None
            if access.value is None
            else {"authenticationMode": access, "bootstrapClusterCreatorAdminPermissions": True},
            "bootstrapSelfManagedAddons": False if auto else expansion.plain("bootstrapSelfManagedAddons", True),
            "computeConfig": compute_config(expansion, nodes) if auto else None,
            "deletionProtection": given("deletionProtection"),
            "enabledClusterLogTypes": given("enabledClusterLogTypes"),
            "encryptionConfig": applied(_encryption, given("encryptionConfigKeyArn")),
            "kubernetesNetworkConfig": network_config(expansion, auto),
            "name": given("name"),
            "roleArn": output_of(service, "arn"),
            "storageConfig": storage_config(auto),
            "tags": applied(lambda own, all_: {"Name": f"{expansion.name}-eksCluster", **(own or {}), **(all_ or {})},
                            given("clusterTags"), given("tags")),
            "upgradePolicy": given("upgradePolicy"),
            "version": given("version"),
            "vpcConfig": {
                "endpointPrivateAccess": given("endpointPrivateAccess"),
                "endpointPublicAccess": given("endpointPublicAccess"),
                "publicAccessCidrs": given("publicAccessCidrs"),
                "securityGroupIds": [id_of(api)] if api else None,
                "subnetIds": subnets,
            },
        },
        after=[*(role.resolved if role else ()), *(nodes.resolved if nodes else ())],
        ignore_changes=_IGNORED,
    )  # fmt: skip


def _encryption(key: str | None) -> dict[str, Any] | None:
    return {"provider": {"keyArn": key}, "resources": ["secrets"]} if key else None


def _access_entries(expansion: Expansion, cluster: Node, instances: Node | None) -> list[Node]:
    made = []
    name = output_of(cluster, "name")
    if instances:
        entry = {"clusterName": name, "principalArn": output_of(instances, "arn"), "type": "EC2_LINUX"}
        label = f"{expansion.name}-defaultNodeGroupInstanceRole"
        made.append(expansion.resource("aws:eks/accessEntry:AccessEntry", label, entry, after=[cluster]))
    given = expansion.given("accessEntries")
    for who, entry in (given.value or {}).items():
        made += _access_entry(expansion, cluster, f"{expansion.name}-{who}", entry, given.urns)
    return made


def _access_entry(
    expansion: Expansion, cluster: Node, name: str, entry: dict[str, Any], urns: frozenset[str]
) -> list[Node]:
    cluster_name = output_of(cluster, "name")
    principal = Traced(entry["principalArn"], urns)
    made = expansion.resource(
        "aws:eks/accessEntry:AccessEntry",
        name,
        {
            "clusterName": cluster_name,
            "kubernetesGroups": entry.get("kubernetesGroups"),
            "principalArn": principal,
            "tags": entry.get("tags"),
            "type": entry.get("type"),
            "userName": entry.get("username"),
        },
        after=[cluster],
    )
    policies = [
        expansion.resource(
            "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
            f"{name}-{association}",
            {
                "accessScope": policy["accessScope"],
                "clusterName": cluster_name,
                "policyArn": policy["policyArn"],
                "principalArn": principal,
            },
            parent=made,
            after=[cluster],
        )
        for association, policy in (entry.get("accessPolicies") or {}).items()
    ]
    return [made, *policies]


def _add_ons(expansion: Expansion, cluster: Node, auto: bool, entries: list[Node], profile: Node | None) -> None:
    proxy = expansion.plain("kubeProxyAddonOptions") or {}
    if proxy.get("enabled", not auto):
        _add_on(expansion, cluster, "kube-proxy", proxy)
    dns = expansion.plain("corednsAddonOptions") or {}
    placed = auto or profile is not None or not expansion.plain("skipDefaultNodeGroup")
    if dns.get("enabled") or dns.get("configurationValues") or (placed and dns.get("enabled", True)):
        on_fargate = {"computeType": "Fargate", **(dns.get("configurationValues") or {})}
        told = {**dns, "configurationValues": on_fargate} if profile else dns
        _add_on(expansion, cluster, "coredns", told, after=[profile] if profile else [])
    own_cni = expansion.plain("useDefaultVpcCni")
    if not auto if own_cni is None else not own_cni:
        group = expansion.group("eks:index:VpcCniAddon", f"{expansion.name}-vpc-cni")
        told = expansion.plain("vpcCniOptions") or {}
        if strange := sorted(told.keys() - {"addonVersion", "resolveConflictsOnCreate", "resolveConflictsOnUpdate"}):
            raise RemoteError(f"{expansion.name}: the preview does not know vpcCniOptions.{strange[0]}")
        own = {**told, "version": told.get("addonVersion"), "configurationValues": _CNI}
        _add_on(expansion, cluster, "vpc-cni", own, parent=group, after=entries)


def _add_on(
    expansion: Expansion,
    cluster: Node,
    add_on: str,
    options: dict[str, Any],
    *,
    parent: Node | None = None,
    after: list[Node] | None = None,
) -> None:
    values = options.get("configurationValues")
    expansion.resource(
        "aws:eks/addon:Addon",
        f"{expansion.name}-{add_on}",
        {
            "addonName": add_on,
            "addonVersion": options.get("version"),
            "clusterName": output_of(cluster, "name"),
            "configurationValues": json.dumps(values, separators=(",", ":"), sort_keys=True) if values else None,
            "preserve": True,
            "resolveConflictsOnCreate": options.get("resolveConflictsOnCreate", "OVERWRITE"),
            "resolveConflictsOnUpdate": options.get("resolveConflictsOnUpdate", "OVERWRITE"),
            "tags": expansion.given("tags"),
        },
        parent=parent,
        after=after or (),
    )
