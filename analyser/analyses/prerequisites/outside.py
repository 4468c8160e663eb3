"""What comes from elsewhere while a stack is made: names, images, values, consents."""

import re
import shlex
from collections.abc import Iterator

from analyser.analyses.prerequisites.model import Prerequisite, When, block, known, urns
from analyser.graph import Graph, Node
from settings.recovery import recovery_of

_ZONE = "aws:route53/zone:Zone"
_RECORD = "aws:route53/record:Record"
_CONNECTION = "aws:codeconnections/connection:Connection"


def state_copy(graph: Graph) -> Iterator[Prerequisite]:
    """Where the state of a recovery stack is read from when the home region, and the state's bucket in it, are gone.

    Its key in a bucket is that of Pulumi's own backends: https://www.pulumi.com/docs/iac/concepts/state-and-backends/
    """
    recovery = recovery_of(graph.config)
    if recovery is None:
        return
    yield Prerequisite(
        kind="state-copy",
        title=f"the state has a copy in {graph.region}, in the bucket COPY",
        why=f"the promotion is run from it, by PULUMI_BACKEND_URL=s3://$COPY?region={graph.region}, while the region "
        f"of {recovery.home} and the state there are gone",
        check=f'aws s3api head-object --region {graph.region} --bucket "$COPY" '
        f"--key .pulumi/stacks/{graph.project}/{graph.stack}.json --query LastModified --output text",
        good="the time of the stack's last update",
        make=("# docs/deploying.md, The state's copy, once for an account",),
        when=When.BETWEEN,
    )


def zones(graph: Graph) -> Iterator[Prerequisite]:
    """Hosted zones that must be delegated to, and parent zones that must exist."""
    made = graph.of_type(_ZONE)
    delegated = {known(node, "name") for node in graph.of_type(_RECORD) if known(node, "type") == "NS"}
    for node in made:
        if node.inputs.get("vpcs") or known(node, "name") in delegated:
            continue
        domain = known(node, "name")
        change = (
            '{Changes: [{Action: "UPSERT", ResourceRecordSet: '
            f'{{Name: "{domain}", Type: "NS", TTL: 300, ResourceRecords: map({{Value: .}})}}}}]}}'
        )
        yield Prerequisite(
            kind="delegation",
            title=f"{domain} is delegated to the stack's zone",
            why="certificates and mail identities are proved by records in it, which nobody finds before",
            check=f"dig +short NS {domain}",
            good=f"the same as pulumi stack output nameServers --stack {graph.stack}",
            make=(
                "# at the registrar, or in the zone above it, whose id is PARENT:",
                f"pulumi stack output nameServers --stack {graph.stack} --json | jq '{change}' > delegation.json",
                'aws route53 change-resource-record-sets --hosted-zone-id "$PARENT" --change-batch file://delegation.json',
            ),
            when=When.BETWEEN,
            urns=(node.urn,),
        )
    own = {node.id for node in made}
    given: dict[str, list[Node]] = {}
    for node in graph.of_type(_RECORD):
        if (zone := known(node, "zoneId")) and zone not in own:
            given.setdefault(zone, []).append(node)
    for zone, nodes in sorted(given.items()):
        yield Prerequisite(
            kind="zone",
            title=f"the hosted zone {zone} is there",
            why=f"{len(nodes)} records of the stack go into it",
            check=f"aws route53 get-hosted-zone --id {zone} --query HostedZone.Name --output text",
            good="the domain, or one above it",
            make=("# hostedZoneId or parentZoneId in this stack's file",),
            urns=urns(nodes),
        )


def values(graph: Graph) -> Iterator[Prerequisite]:
    """Secrets that no function and no resource fills."""
    filled = {
        str(node.inputs.get("secretId"))
        for kind in ("secretRotation:SecretRotation", "secretVersion:SecretVersion")
        for node in graph.of_type(f"aws:secretsmanager/{kind}")
    }
    for node in graph.of_type("aws:secretsmanager/secret:Secret"):
        if node.id in filled:
            continue
        name = shlex.quote(known(node, "name") or node.name)
        given = f"--secret-id {name} --region {graph.region_of(node)}"
        yield Prerequisite(
            kind="secret-value",
            title=f"the secret {name} has a value",
            why=known(node, "description") or "what reads it fails without",
            check=f"aws secretsmanager describe-secret {given} --query VersionIdsToStages --output text",
            good="a version that is AWSCURRENT",
            make=(f"aws secretsmanager put-secret-value {given} --secret-string file://value && shred -u value",),
            when=When.BETWEEN,
            urns=(node.urn,),
        )


def consents(graph: Graph) -> Iterator[Prerequisite]:
    """Connections to GitHub, and tokens for what connects by itself."""
    for node in graph.of_type(_CONNECTION):
        region = graph.region_of(node)
        yield Prerequisite(
            kind="connection",
            title="the connection to GitHub is confirmed",
            why="until then the pipeline's source fails, and no commit starts it",
            check=f"aws codeconnections list-connections --region {region} --provider-type-filter GitHub "
            "--query \"Connections[?ConnectionStatus!='AVAILABLE'].ConnectionName\" --output text",
            good="nothing",
            make=("# the console: Developer Tools, Settings, Connections, Update pending connection",),
            when=When.BETWEEN,
            urns=(node.urn,),
        )
    yield from _given_connections(graph)
    for node in graph.of_type("aws:amplify/app:App"):
        if known(node, "repository"):
            config = f"mdreader:repositoryToken --stack {graph.stack}"
            yield Prerequisite(
                kind="repository-token",
                title="Amplify gets a token for the repository",
                why="AWS takes it once, when the app is made, and puts a webhook in place of it",
                check=f"pulumi config get {config}",
                good="a personal access token of GitHub that may manage the repository's webhooks",
                make=(f"pulumi config set --secret {config}",),
                urns=(node.urn,),
            )


def mail(graph: Graph) -> Iterator[Prerequisite]:
    """Regions that mail is sent from, and the identities there."""
    regions: dict[str, list[Node]] = {}
    for node in graph.of_type("aws:sesv2/emailIdentity:EmailIdentity"):
        region, domain = graph.region_of(node), known(node, "emailIdentity")
        regions.setdefault(region, []).append(node)
        yield Prerequisite(
            kind="identity",
            title=f"SES has verified {domain} in {region}",
            why="mail of an identity that is not verified is refused; it follows the delegation by minutes to hours",
            check=f"aws sesv2 get-email-identity --email-identity {domain} --region {region} "
            "--query VerifiedForSendingStatus --output text",
            good="True",
            make=(f"# by itself, once {domain} is delegated",),
            when=When.AFTER,
            urns=(node.urn,),
        )
    for region, nodes in sorted(regions.items()):
        site = graph.exports.get("url")
        yield Prerequisite(
            kind="sandbox",
            title=f"SES sends to everybody in {region}",
            why="a new account writes to verified addresses only, in each region, until AWS agrees; ask a day early",
            check=f"aws sesv2 get-account --region {region} --query ProductionAccessEnabled --output text",
            good="True",
            make=(
                f"aws sesv2 put-account-details --region {region} --production-access-enabled "
                f"--mail-type TRANSACTIONAL --website-url {site if isinstance(site, str) else 'https://example.com'} "
                '--use-case-description "Mail to our own users; bounces and complaints are suppressed and watched."',
            ),
            urns=urns(nodes),
        )


def certificates(graph: Graph) -> Iterator[Prerequisite]:
    """Certificates that the stack file names and ACM must have issued."""
    own = {node.id for node in graph.of_type("aws:acm/certificate:Certificate")}
    used: dict[str, list[Node]] = {}
    for node in graph.resources:
        for arn in (known(node, "certificateArn"), str(block(node, "viewerCertificate").get("acmCertificateArn"))):
            if ":acm:" in arn and arn not in own and node.type != "aws:acm/certificateValidation:CertificateValidation":
                used.setdefault(arn, []).append(node)
    for arn, nodes in sorted(used.items()):
        yield Prerequisite(
            kind="certificate",
            title=f"the certificate {arn.rpartition('/')[2]} is issued",
            why="CloudFront and load balancers refuse one that is pending",
            check=f"aws acm describe-certificate --certificate-arn {arn} --region {arn.split(':')[3]} "
            "--query Certificate.Status --output text",
            good="ISSUED",
            make=("# another certificateArn in this stack's file, or none: the stack then makes one",),
            urns=urns(nodes),
        )


def code(graph: Graph) -> Iterator[Prerequisite]:
    """Layers of functions, which are built from locked wheels before the program runs."""
    layers = graph.of_type("aws:lambda/layerVersion:LayerVersion")
    archives = sorted({str(block(node, "code").get("path")) for node in layers})
    if layers:
        yield Prerequisite(
            kind="packages",
            title="the functions' libraries are built",
            why="a layer is a file of dist/, which Git does not keep",
            check=f"ls {' '.join(archives)}",
            good=" ".join(archives),
            make=("make packages",),
            urns=urns(layers),
        )


def _given_connections(graph: Graph) -> Iterator[Prerequisite]:
    own = {str(node.outputs.get("arn")) for node in graph.of_type(_CONNECTION)}
    for node in graph.of_type("aws:codepipeline/pipeline:Pipeline"):
        for arn in sorted(
            set(re.findall(r"arn:[a-z-]+:code(?:star-)?connections:[^'\"]+", str(node.inputs.get("stages"))))
        ):
            if arn not in own:
                yield Prerequisite(
                    kind="connection",
                    title=f"the connection {arn.rpartition('/')[2]} is confirmed",
                    why="until then the pipeline's source fails, and no commit starts it",
                    check=f"aws codeconnections get-connection --connection-arn {arn} --region {arn.split(':')[3]} "
                    "--query Connection.ConnectionStatus --output text",
                    good="AVAILABLE",
                    make=("# the console: Developer Tools, Settings, Connections, Update pending connection",),
                    urns=(node.urn,),
                )
