"""What an account or a region has once, for all stacks: switches, roles, and things that only one stack may make."""

import json
from collections.abc import Iterator
from typing import Any

from analyser.analyses.once import LOGS_OF_APIS, ONCE
from analyser.analyses.prerequisites.model import Prerequisite, When, block, blocks, known, urns
from analyser.analyses.recovery.vaults_elsewhere import destinations
from analyser.graph import Graph, Node

_STAGES = ("aws:apigateway/stage:Stage", "aws:apigatewayv2/stage:Stage")
_GITHUB = "token.actions.githubusercontent.com"

# Service in an ARN to AWS Backup's name: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html
_BACKED_UP = {
    "dynamodb": "DynamoDB",
    "ec2": "EBS",
    "eks": "EKS",
    "elasticfilesystem": "EFS",
    "rds": "RDS",
    "s3": "S3",
}


def backup_switches(graph: Graph) -> Iterator[Prerequisite]:
    """AWS Backup leaves out services that are switched off for the region, and says nothing."""
    by_region: dict[str, dict[str, list[Node]]] = {}
    for node in graph.of_type("aws:backup/selection:Selection"):
        for arn in node.inputs.get("resources") or ():
            if isinstance(arn, str):
                by_region.setdefault(graph.region_of(node), {}).setdefault(_backup_name(arn), []).append(node)
    for region, services in sorted(by_region.items()):
        names = sorted(services)
        switched = ",".join(f"{name}=true" for name in names)
        yield Prerequisite(
            kind="backup-switch",
            title=f"AWS Backup is switched on for {', '.join(names)} in {region}",
            why="what is switched off for the region is left out of every plan, and nothing fails",
            check=f"aws backup describe-region-settings --region {region} --query ResourceTypeOptInPreference",
            good=f"true for {', '.join(names)}",
            make=(f"aws backup update-region-settings --region {region} --resource-type-opt-in-preference {switched}",),
            urns=urns([node for nodes in services.values() for node in nodes]),
        )


def backup_management(graph: Graph) -> Iterator[Prerequisite]:
    """AWS Backup copies no table to another region before it manages the backups of tables as a whole."""
    copied = {plan.id for plan in graph.of_type("aws:backup/plan:Plan") if _copies(plan)}
    by_region: dict[str, list[Node]] = {}
    for node in graph.of_type("aws:backup/selection:Selection"):
        arns = [arn for arn in node.inputs.get("resources") or () if isinstance(arn, str)]
        if node.inputs.get("planId") in copied and any(_backup_name(arn) == "DynamoDB" for arn in arns):
            by_region.setdefault(graph.region_of(node), []).append(node)
    for region, nodes in sorted(by_region.items()):
        yield Prerequisite(
            kind="backup-management",
            title=f"AWS Backup manages the backups of DynamoDB in {region}",
            # https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html
            why="without, copies of tables to another region fail; the switch is the account's, so no stack turns it",
            check=f"aws backup describe-region-settings --region {region} --query ResourceTypeManagementPreference",
            good="true for DynamoDB",
            make=(
                f"aws backup update-region-settings --region {region} "
                "--resource-type-management-preference DynamoDB=true",
            ),
            urns=urns(nodes),
        )


def _copies(plan: Node) -> bool:
    return any(destinations(plan))


def _backup_name(arn: str) -> str:
    """By what AWS Backup switches the service of an ARN; a service that is not in the table by its own name."""
    service = arn.split(":")[2]
    return _BACKED_UP.get(service, service)


def api_logging(graph: Graph) -> Iterator[Prerequisite]:
    """Stages that log need a role set for the account and region; one stack has it, the others rely on that one."""
    own = {graph.region_of(node) for node in graph.of_type(LOGS_OF_APIS)}
    stages: dict[str, list[Node]] = {}
    for node in (one for token in _STAGES for one in graph.of_type(token)):
        if block(node, "accessLogSettings") and graph.region_of(node) not in own:
            stages.setdefault(graph.region_of(node), []).append(node)
    for region, nodes in sorted(stages.items()):
        yield Prerequisite(
            kind="api-logging",
            title=f"API Gateway may write logs in {region}",
            why="a stage that logs is refused until the account's role is set; this stack leaves that to another",
            check=f"aws apigateway get-account --region {region} --query cloudwatchRoleArn --output text",
            good="the ARN of a role",
            make=("# apiGatewayLogging: true in this stack's file, or deploy the stack that has it first",),
            urns=urns(nodes),
        )


def _github(graph: Graph) -> Iterator[Prerequisite]:
    """The provider by which an account trusts GitHub: made by this stack, or there before it."""
    check = (
        "aws iam list-open-id-connect-providers "
        f"--query \"OpenIDConnectProviderList[?contains(Arn, '{_GITHUB}')].Arn\" --output text"
    )
    made = [
        n for n in graph.of_type("aws:iam/openIdConnectProvider:OpenIdConnectProvider") if _GITHUB in known(n, "url")
    ]
    for node in made:
        yield Prerequisite(
            kind="one-github-provider",
            title="nobody has made the account trust GitHub yet",
            why="IAM takes one provider an issuer, so one stack of an account makes it",
            check=check,
            good="nothing",
            make=("# existingProvider: true below github in this stack's file",),
            urns=(node.urn,),
        )
    roles = [
        n for n in graph.of_type("aws:iam/role:Role") if f"oidc-provider/{_GITHUB}" in known(n, "assumeRolePolicy")
    ]
    if roles and not made:
        yield Prerequisite(
            kind="github-provider",
            title="the account trusts GitHub",
            why="the stack file says that another stack of the account has made it so",
            check=check,
            good="its ARN",
            make=("# deploy that stack first, or existingProvider: false below github in this one's file",),
            urns=tuple(node.urn for node in roles),
        )


def singletons(graph: Graph) -> Iterator[Prerequisite]:
    """What an account takes one of; a second is refused, or takes the place of the first."""
    yield from _github(graph)
    for node in graph.resources:
        row = ONCE.get(node.type)
        if row is not None and row.look:
            region = graph.region_of(node)
            what = row.what if row.of_account else f"{row.what} of {region}"
            yield Prerequisite(
                kind=f"one-{row.what.replace(' ', '-').lower()}",
                title=f"nobody has made the {what} yet",
                why=f"an account has one{'' if row.of_account else ' a region'}: {row.second}",
                check=f"aws {_quoted(row.look)}{'' if row.of_account else f' --region {region}'} --output text",
                good=row.nobody,
                make=(f"# {row.instead or 'leave it out'} in this stack's file, where another stack makes it",),
                urns=(node.urn,),
            )


def _quoted(command: str) -> str:
    """With the expression of ``--query`` quoted, whose brackets a shell would take for a pattern."""
    before, option, expression = command.partition("--query ")
    return f"{before}{option}'{expression}'" if "[" in expression else command


def sign_in_prefixes(graph: Graph) -> Iterator[Prerequisite]:
    """Prefixes of Cognito's own domain, which all accounts of a region share."""
    for node in graph.of_type("aws:cognito/userPoolDomain:UserPoolDomain"):
        prefix = known(node, "domain")
        if prefix and "." not in prefix:
            yield Prerequisite(
                kind="sign-in-prefix",
                title=f"nobody has the sign-in prefix {prefix}",
                why="the prefix is taken by whoever asks first in the region, in any account",
                check=f"aws cognito-idp describe-user-pool-domain --domain {prefix} "
                f"--region {graph.region_of(node)} --query DomainDescription.UserPoolId --output text",
                good="None",
                make=("# another identity.pages.prefix in this stack's file",),
                urns=(node.urn,),
            )


def cost_tags(graph: Graph) -> Iterator[Prerequisite]:
    """Budgets and anomaly monitors that count by a tag, which counts nothing before it is a cost allocation tag."""
    counting: dict[str, list[Node]] = {}
    for node in graph.of_type("aws:budgets/budget:Budget"):
        for wanted in blocks(node, "costFilters"):
            for value in wanted.get("values") or () if wanted.get("name") == "TagKeyValue" else ():
                counting.setdefault(str(value).removeprefix("user:").partition("$")[0], []).append(node)
    for node in graph.of_type("aws:costexplorer/anomalyMonitor:AnomalyMonitor"):
        for key in _tag_keys(known(node, "monitorSpecification")):
            counting.setdefault(key, []).append(node)
    for key, nodes in sorted(counting.items()):
        yield Prerequisite(
            kind="cost-tag",
            title=f"the tag {key} is a cost allocation tag",
            why="budget and anomaly monitor see no cost until then; billing learns of a tag a day after "
            "the first resource has it, and the organisation's management account decides",
            check=f"aws ce list-cost-allocation-tags --tag-keys {key} "
            "--query 'CostAllocationTags[].Status' --output text",
            good="Active",
            make=(
                f"aws ce update-cost-allocation-tags-status --cost-allocation-tags-status TagKey={key},Status=Active",
            ),
            when=When.AFTER,
            urns=urns(nodes),
        )


def subscriptions(graph: Graph) -> Iterator[Prerequisite]:
    """E-mail subscriptions that their recipients must confirm."""
    by_region: dict[str, list[Node]] = {}
    for node in graph.of_type("aws:sns/topicSubscription:TopicSubscription"):
        if node.inputs.get("protocol") in ("email", "email-json"):
            by_region.setdefault(graph.region_of(node), []).append(node)
    for region, nodes in sorted(by_region.items()):
        addresses = sorted({known(node, "endpoint") for node in nodes})
        yield Prerequisite(
            kind="subscription",
            title=f"{', '.join(addresses)} confirmed the notices of {region}",
            why="SNS sends no alarm to an address that has not confirmed; the link in the mail lasts three days",
            check=f"aws sns list-subscriptions --region {region} "
            "--query \"Subscriptions[?SubscriptionArn=='PendingConfirmation'].[Endpoint,TopicArn]\" --output text",
            good="nothing",
            make=("# the link in the mail from AWS Notifications",),
            when=When.AFTER,
            urns=urns(nodes),
        )


def _tag_keys(specification: str) -> set[str]:
    try:
        found: Any = json.loads(specification)
    except ValueError:
        return set()
    tags = found.get("Tags") if isinstance(found, dict) else None
    return {str(tags["Key"])} if isinstance(tags, dict) and tags.get("Key") else set()
