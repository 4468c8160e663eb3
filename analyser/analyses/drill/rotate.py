"""Every secret gets another value, and what reads it has it."""

from collections.abc import Iterator

from analyser.analyses.drill.model import DEPLOYER, OPERATOR, Step
from analyser.analyses.drill.names import RDS, changed, id_of, mine, reader, region_of
from analyser.graph import Graph, Node

_SECRET, _ROTATION = "aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretRotation:SecretRotation"
_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
_MASTER = "strata:data:MasterSecret"


def rotate(graph: Graph) -> list[Step]:
    """A step a secret: what rotates by itself first, then what a person gives, then what the program makes."""
    steps = [
        *map(_by_function, _rotated(graph)),
        *_by_rds(graph),
        *_by_hand(graph),
        *map(_by_program, _made(graph)),
        *_header(graph),
    ]
    if any('"$(id ' in line for step in steps for line in step.commands):
        before = (region_of(graph), reader(graph))
        return [Step("speak to the stack's region, and read ids from its state", before), *steps]
    return [Step("speak to the stack's region", (region_of(graph),), role=OPERATOR), *steps] if steps else []


def _secrets(graph: Graph) -> Iterator[tuple[Node, bool]]:
    """Each secret, with whether a function rotates it."""
    turned = {
        urn
        for node in graph.of_type(_ROTATION)
        if "rotationLambdaArn" in node.inputs
        for urn in node.property_dependencies.get("secretId", ())
    }
    for node in mine(graph, _SECRET):
        yield node, node.urn in turned


def _rotated(graph: Graph) -> list[tuple[Graph, Node]]:
    return [(graph, node) for node, rotates in _secrets(graph) if rotates]


def _valued(graph: Graph) -> set[str]:
    return {urn for node in graph.of_type(_VERSION) for urn in node.property_dependencies.get("secretId", ())}


def _made(graph: Graph) -> list[tuple[Graph, Node]]:
    valued = _valued(graph)
    return [(graph, node) for node, rotates in _secrets(graph) if not rotates and node.urn in valued]


def named(node: Node) -> str:
    """A secret's name, or its ARN from the state: filters of Secrets Manager take what begins like it, of any stack."""
    return str(node.inputs["name"]) if node.inputs.get("name") else id_of(node)


def rotations(graph: Graph, node: Node) -> Iterator[str]:
    """The rotation of an instance's master password, by which secret and instance agree again after a restore."""
    for _, secret in _rotated(graph):
        if secret.parent and secret.parent.startswith(f"{node.parent.rpartition('::')[0]}$"):
            yield f"aws secretsmanager rotate-secret --secret-id {named(secret)}"


def _is_master(graph: Graph, node: Node) -> bool:
    """Whether a secret is a database's master password, of which PostgreSQL takes one value at a time."""
    return bool(node.parent and (parent := graph.get(node.parent)) and parent.type == _MASTER)


def _seen(name: str) -> str:
    return f"aws secretsmanager describe-secret --secret-id {name} --query '[LastChangedDate,VersionIdsToStages]'"


def _by_function(found: tuple[Graph, Node]) -> Step:
    """Operators may rotate; looking for a secret without a name of its own, and at its versions, takes more."""
    graph, node = found
    name = named(node)
    told = node.inputs.get("name")
    turn = f"aws secretsmanager rotate-secret --secret-id {name}"
    return Step(
        f"{told or node.name}: its function makes another value",
        (turn,) if told else (turn, _seen(name)),
        see="AWSCURRENT is a new version within minutes, AWSPENDING is gone, and what reads it goes on answering; "
        "else its alarm of rotation errors rings, and the function's log group says at which step it failed",
        back="none: the value before is good no more, and no program signs in with it; the same command makes a third"
        if _is_master(graph, node)
        else "the value before stays good until the next rotation; the same command again makes a third",
        role=OPERATOR if told else DEPLOYER,
    )


def _by_rds(graph: Graph) -> Iterator[Step]:
    for node in mine(graph, RDS):
        if node.inputs.get("manageMasterUserPassword"):
            name = node.inputs["identifier"]
            kept = (
                f"aws rds describe-db-instances --db-instance-identifier {name} --query "
                "'DBInstances[0].MasterUserSecret.SecretArn' --output text"
            )
            yield Step(
                f"the master password of {name}: RDS makes another",
                (f'aws secretsmanager rotate-secret --secret-id "$({kept})"', _seen(f'"$({kept})"')),
                see="AWSCURRENT is a new version; no password is in anybody's hands",
                back="none needed: the same command again makes another",
                role=DEPLOYER,
            )


def _by_hand(graph: Graph) -> Iterator[Step]:
    valued = _valued(graph)
    for node, rotates in _secrets(graph):
        if rotates or node.urn in valued:
            continue
        if _signs(graph, node):
            yield _by_pairs(graph, node)
            continue
        name = named(node)
        yield Step(
            f"{node.inputs.get('name') or node.name}: whoever issues the value issues another",
            (
                f"aws secretsmanager put-secret-value --secret-id {name} --secret-string file:///dev/stdin",
                _seen(name),
            ),
            see="AWSCURRENT is the new version; what reads it has it after its next restart or sync; only then the "
            "old value is withdrawn where it was issued",
            back="the former value by the same command, for as long as its issuer takes it; keys that encrypt stay in "
            "the value beside the new one (docs/secrets.md leads to each)",
        )


def _signs(graph: Graph, node: Node) -> bool:
    """Whether a secret is the private half of a key that CloudFront checks addresses by."""
    return bool(graph.of_type("aws:cloudfront/keyGroup:KeyGroup")) and str(node.inputs.get("name")).endswith(
        "signing-key"
    )


def _by_pairs(graph: Graph, node: Node) -> Step:
    """CloudFront has to know a pair before anything is signed by it, and as long as an address of it is good."""
    name, again = named(node), changed(graph, "Another signer")
    return Step(
        f"{node.inputs['name']}: another pair, in three updates: fileSigners has the second public half beside the "
        "first; then the secret has its private half and fileSigner its name; a week later fileSigners has one again",
        (
            *again,
            f"aws secretsmanager put-secret-value --secret-id {name} --secret-string file:///dev/stdin",
            *again,
            _seen(name),
            *again,
        ),
        see="AWSCURRENT is the new version, and an address signed before opens as one signed after does; no 403 of "
        "attachments",
        back="until the last update: the former private half into the secret, fileSigner to its name, and the update",
    )


def _by_program(found: tuple[Graph, Node]) -> Step:
    graph, node = found
    return Step(
        f"{node.inputs.get('name') or node.name}: its value is the program's own, and goes with a setting or "
        "its generation",
        changed(graph, "Another secret"),
        see="the preview changes the value and what carries it; docs/secrets.md says which setting",
        back="the former setting, and the same commands",
    )


def _header(graph: Graph) -> Iterator[Step]:
    """What a balancer knows its distribution by is no secret of Secrets Manager's own rotation: it goes in three."""
    if not graph.of_type("strata:edge:OriginSecret"):
        return
    again = changed(graph, "Another header")
    yield Step(
        "the header by which the origin knows its distribution, in three updates: originSecret.generations in "
        "the stack file is [old, new], then [new, old], then [new]",
        (*again, *again, *again),
        see="both are accepted, then the new one sent, then the old one refused; no request fails in between",
        back="the setting of the step before, and up",
    )
