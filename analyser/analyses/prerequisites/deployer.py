"""Who deploys: the role, who may become it, and what a cluster knows of it."""

import json
from collections.abc import Iterator

from analyser.analyses.prerequisites.model import ACCOUNT, Prerequisite, When, block, known
from analyser.graph import Graph, Node
from analyser.run.mock_cloud import ACCOUNT_ID
from components.security.deployment_role import DEPLOYMENT_ROLE, PLAN_ROLE
from settings.delivery import Deployer, delivery_of

_CLUSTER = "aws:eks/cluster:Cluster"
_ROLE = "aws:iam/role:Role"
_PROJECT = "aws:codebuild/project:Project"
_USUAL = f"arn:aws:iam::{ACCOUNT_ID}:role/{DEPLOYMENT_ROLE}"
_ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


def runner_of(graph: Graph) -> Node | None:
    """The CodeBuild project that deploys a stack from inside its network; its source is uploaded by an operator."""
    return next((node for node in _inside(graph) if _role_of(node) != PLAN_ROLE), None)


def planner_of(graph: Graph) -> Node | None:
    """The one that plans it from in there, and changes nothing."""
    return next((node for node in _inside(graph) if _role_of(node) == PLAN_ROLE), None)


def _inside(graph: Graph) -> Iterator[Node]:
    return (node for node in graph.of_type(_PROJECT) if block(node, "source").get("type") == "S3")


def deployers(graph: Graph) -> Iterator[Prerequisite]:
    """The deployment role, for what only it can do: deploy into the cluster that it made, from inside."""
    # What a commit deploys says where its state is.
    by_hand = delivery_of(graph.config).by is Deployer.HAND
    rights_for = f"strata rights-for {graph.stack}{' --state s3://my-state-bucket' if by_hand else ''}"
    becoming = sorted(_roles(graph).items())
    for role, holders in ((role, holders) for (account, role), holders in becoming if not account):
        policies = (
            f"{rights_for} --output rights",
            "# make and attach these policies: docs/deploying.md, step 2; for a first up without them "
            "(docs/decisions/0049-least-rights.md):",
            f"aws iam attach-role-policy --role-name {role} --policy-arn arn:aws:iam::aws:policy/AdministratorAccess",
        )
        if role == PLAN_ROLE:
            policies = (
                f"{rights_for} --read-only --output rights",
                "# make and attach these policies: docs/deploying.md, step 2",
            )
        yield Prerequisite(
            kind="deployment-role",
            title=f"the account has the role {role}",
            why="no stack makes it: docs/decisions/0008-deployment-rights.md",
            check=f"aws iam get-role --role-name {role} --query Role.Arn --output text",
            good="its ARN",
            make=(
                f"aws iam create-role --role-name {role} --assume-role-policy-document file://trust.json",
                *policies,
            ),
            urns=tuple(node.urn for node in holders),
        )
        if holders:
            yield _trust(graph.stack, role, holders)
    yield from (_trust(graph.stack, role, holders, account) for (account, role), holders in becoming if account)
    for node in graph.of_type(_CLUSTER):
        role = _role_of(runner_of(graph))
        yield _identity(role, node)
        yield _access(role, node, graph.region_of(node))


def _identity(role: str, cluster: Node) -> Prerequisite:
    return Prerequisite(
        kind="deployer",
        title=f"you are {role}",
        why="whoever makes an EKS cluster becomes its administrator; the second run deploys into it as this role",
        check="aws sts get-caller-identity --query Arn --output text",
        good=f"arn:aws:sts::…:assumed-role/{role}/…",
        make=(
            f'aws configure set profile.{role}.role_arn "arn:aws:iam::{ACCOUNT}:role/{role}"',
            f"aws configure set profile.{role}.source_profile default",
            f"export AWS_PROFILE={role}",
        ),
        urns=(cluster.urn,),
    )


def _trust(stack: str, role: str, holders: list[Node], account: str = "") -> Prerequisite:
    """``account`` is another one than the stack's, whose role its builds become to deploy a stack there."""
    there = f" --profile {account}" if account else ""
    # Other stacks of an account have roles of the same logical names.
    named = ", ".join(json.dumps(node.name) for node in holders)
    found = f'select(.type == "{_ROLE}" and (.urn | split("::") | last | IN({named})))'
    return Prerequisite(
        kind="trust",
        title=f"{role}{f' of account {account}' if account else ''} lets the stack's builds and workflows become it",
        why="both sides must say so: their roles may assume it, and its trust policy has to name them"
        + ("; the profile called like the account is an administrator of it" if account else ""),
        check=f"aws iam get-role --role-name {role}{there} --query Role.AssumeRolePolicyDocument",
        good="a statement that lets them in by their ARNs",
        make=(
            "# their ARNs, to be added to trust.json as principals of sts:AssumeRole:",
            f"pulumi stack export --stack {stack} | jq --raw-output '.deployment.resources[] | {found}.outputs.arn'",
            f"aws iam update-assume-role-policy --role-name {role}{there} --policy-document file://trust.json",
        ),
        when=When.BETWEEN,
        urns=tuple(node.urn for node in holders),
    )


def _access(role: str, cluster: Node, region: str) -> Prerequisite:
    arn = f'"arn:aws:iam::{ACCOUNT}:role/{role}"'
    given = f"--cluster-name {known(cluster, 'name') or '$CLUSTER'} --region {region} --principal-arn {arn}"
    return Prerequisite(
        kind="cluster-access",
        title=f"the cluster knows {role}",
        why="it does when the first run was made as this role; otherwise the second is told Unauthorized",
        check=f"aws eks list-associated-access-policies {given} "
        "--query 'associatedAccessPolicies[].policyArn' --output text",
        good=_ADMIN,
        make=(
            f"aws eks create-access-entry {given}",
            f"aws eks associate-access-policy {given} --access-scope type=cluster --policy-arn {_ADMIN}",
        ),
        when=When.BETWEEN,
        urns=(cluster.urn,),
    )


def _roles(graph: Graph) -> dict[tuple[str, str], list[Node]]:
    """The deployment roles that are become, by account (empty for the stack's own) and name, with the roles of the
    stack that may become them: of builds, and of workflows.

    A role that the stack makes, such as a search domain's master, is none of them.
    """
    found: dict[tuple[str, str], list[Node]] = {}
    by_name = {str(node.outputs.get("name")): node for node in graph.of_type(_ROLE)}
    for node in graph.of_type("aws:iam/rolePolicy:RolePolicy"):
        for account, role in _assumed(str(node.inputs.get("policy"))):
            if account or role not in by_name:
                holder = by_name.get(str(node.inputs.get("role")))
                found.setdefault((account, role), []).extend([holder] if holder else [])
    if graph.of_type(_CLUSTER):
        found.setdefault(("", _role_of(runner_of(graph))), [])
    return found


def _assumed(policy: str) -> set[tuple[str, str]]:
    """The roles that an inline policy lets its holder become: account, empty for the stack's own, and name."""
    try:
        statements = json.loads(policy)["Statement"]
    except (ValueError, KeyError, TypeError):
        return set()
    arns = [arn for one in statements if "sts:AssumeRole" in one.get("Action", ()) for arn in one.get("Resource", ())]
    roles = [arn for arn in arns if ":role/" in arn]
    return {(arn.split(":")[4].replace(ACCOUNT_ID, ""), arn.rpartition("/")[2]) for arn in roles}


def _role_of(build: Node | None) -> str:
    """The role that the runner becomes."""
    environment = block(build, "environment").get("environmentVariables") if build else None
    variables = {one.get("name"): one.get("value") for one in environment or ()}
    return str(variables.get("DEPLOYMENT_ROLE_ARN") or _USUAL).rpartition("/")[2]
