"""Around a promotion: the state's copy, what of home may still write, and two states that become one again.

The copy is that of docs/deploying.md, "The state's copy".
"""

from collections.abc import Iterator

from analyser.analyses.drill.kubernetes import connect
from analyser.analyses.drill.model import Step
from analyser.analyses.drill.names import CLUSTER, KEPT, TABLE, kept, mine, reader, region_of, session
from analyser.analyses.drill.writers import stop
from analyser.graph import Graph, Node

_COPY = "COPY='<bucket of the copy>'"
_REPLICATES = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Scan", "DescribeTable", "UpdateTable")
"""What DynamoDB's role for replication does with a table's items."""
_ROLE = "role/aws-service-role/replication.dynamodb.amazonaws.com/AWSServiceRoleForDynamoDBReplication"


def before(home: Graph, standby: Graph) -> Iterator[Step]:
    """Until the promotion itself: nobody else deploys, the copy of the state is the state, home writes no more."""
    there = standby.region
    yield Step(
        f"nobody else deploys, and nothing is asked of {home.region}",
        (
            f"export AWS_REGION={there} AWS_DEFAULT_REGION={there} AWS_STS_REGIONAL_ENDPOINTS=regional",
            "aws sts get-caller-identity",
            "gh workflow disable deploy.yml",
        ),
        see="the deployment role, by the emergency access of docs/deploying.md where IAM Identity Center is gone too; "
        "pipelines of the home stack are stopped as well, as soon as they can be",
        back="gh workflow enable deploy.yml",
    )
    yield _copy(standby)
    yield Step(
        f"the commit that was last applied to {standby.stack}; main may ask for what {home.region} alone can make",
        (
            f"applied=$(pulumi stack history --stack {standby.stack} --output json | jq -r '[.[] | select(.kind == "
            '"update" and .result == "succeeded")][0] | .environment["git.head"] // .message\')',
            'git checkout -b promotion "$applied"',
        ),
        see="a commit of home's last release or the one before",
        back="git checkout main",
    )
    yield from _writers(home, standby)


def _copy(standby: Graph) -> Step:
    denied = (
        '.Statement += [{Sid: "NoReplication", Effect: "Deny", Principal: "*", Action: ["s3:ReplicateObject", '
        '"s3:ReplicateDelete"], Resource: "arn:aws:s3:::\\($copy)/*"}]'
    )
    return Step(
        f"the copy of the state in {standby.region} is the state: home overwrites nothing of it when it comes back",
        (
            _COPY,
            'aws s3api get-bucket-policy --bucket "$COPY" --query Policy --output text > usual.json',
            f"jq --arg copy \"$COPY\" '{denied}' usual.json > stop.json",
            'aws s3api put-bucket-policy --bucket "$COPY" --policy file://stop.json',
            f'export PULUMI_BACKEND_URL="s3://$COPY?region={standby.region}"',
            'pulumi login "$PULUMI_BACKEND_URL"',
            f"pulumi stack select {standby.stack}",
            f"pulumi cancel --stack {standby.stack} --yes",
            f"pulumi stack output --stack {standby.stack}",
        ),
        see=f"the outputs of {standby.stack} as its last up left them; cancel releases a lock that was copied, and "
        "says that there is none where no update was cut off. A copy without a policy of its own has none to read: "
        'usual.json is then {"Version": "2012-10-17", "Statement": []}',
        back='aws s3api put-bucket-policy --bucket "$COPY" --policy file://usual.json, or delete-bucket-policy where '
        "there was none; then log in to the former place",
    )


def _writers(home: Graph, standby: Graph) -> Iterator[Step]:
    yield Step(
        f"home answers in part, or is there again: nothing of {home.stack} writes, now or later",
        (*at(home), *stop(home), region_of(standby)),
        see="each command that home still answers; the rest, as soon as it does, before anything else of home is "
        f"run, or what it writes meets what is written here{left(home)}",
        back="going back, below, starts it again; no update does, to which the numbers of tasks and pods are "
        "autoscalers' and a function is as it left it",
    )
    for table in mine(home, TABLE):
        if standby.region in {str(one["regionName"]) for one in table.inputs.get("replicas") or ()}:
            yield _not_replicated(table, home)


def at(graph: Graph) -> tuple[str, ...]:
    """A shell that reaches all of a stack; a session knows nothing of the shell that it was opened from."""
    inside = (session(graph), connect(graph)) if mine(graph, CLUSTER) else ((), ())
    return (*inside[0], reader(graph), region_of(graph), *inside[1])


def left(graph: Graph) -> str:
    """What ends a session of ``at``, whose folder has no repository."""
    return ". codebuild-resume ends the session: the next step is done outside" if session(graph) else ""


def _not_replicated(table: Node, home: Graph) -> Step:
    """A denied role of replication stops it both ways, and for ever after 20 hours:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-security.html"""
    name, partition = table.inputs["name"], str(table.outputs.get("arn") or "arn:aws").split(":")[1]
    actions = ", ".join(f'"dynamodb:{action}"' for action in _REPLICATES)
    policy = (
        '{Version: "2012-10-17", Statement: [{Sid: "NoReplication", Effect: "Deny", Principal: {AWS: $role}, '
        f"Action: [{actions}], Resource: $table}}]}}"
    )
    return Step(
        f"only where home's writers cannot be stopped: DynamoDB {name} takes nothing from {home.region}",
        (
            f"table=$(aws dynamodb describe-table --table-name {name} --query Table.TableArn --output text)",
            "account=$(aws sts get-caller-identity --query Account --output text)",
            f'jq --null-input --arg table "$table" --arg role "arn:{partition}:iam::$account:{_ROLE}" '
            f"'{policy}' > unreplicated.json",
            'aws dynamodb put-resource-policy --resource-arn "$table" --policy file://unreplicated.json',
            f"aws dynamodb describe-table --table-name {name} --query 'Table.Replicas'",
        ),
        see="REPLICATION_NOT_AUTHORIZED. It ends within 20 hours by the way back: a copy that stays like that for "
        "longer is a table of its own for good, and what both wrote is joined by nobody",
        back=f'aws dynamodb delete-resource-policy --resource-arn "$(aws dynamodb describe-table --table-name {name} '
        '--query Table.TableArn --output text)"',
    )


def after(home: Graph, standby: Graph) -> Iterator[Step]:
    """Home is there again: its own update that was cut off, and the copy's state in its place."""
    yield Step(
        "home is there, and quiet (its writers were stopped above): the two states become one",
        (
            KEPT,
            f"pulumi stack export --stack {standby.stack} --file {kept(standby, 'promoted')}",
            f'export PULUMI_BACKEND_URL="s3://<bucket of the state>?region={home.region}"',
            'pulumi login "$PULUMI_BACKEND_URL"',
            f"pulumi cancel --stack {home.stack} --yes",
            f"pulumi cancel --stack {standby.stack} --yes",
            f"pulumi stack import --stack {standby.stack} --file {kept(standby, 'promoted')}",
            f"pulumi preview --stack {standby.stack} --expect-no-changes",
            _COPY,
            'aws s3api put-bucket-policy --bucket "$COPY" --policy file://usual.json',
        ),
        see=f"cancel releases what an update of home held when it was cut off; strata drill {home.stack} stuck has "
        "what is left of it. The preview changes nothing, and the copy follows again",
        back="log in to the copy again",
    )
