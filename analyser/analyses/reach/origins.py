"""How CloudFront gets into what is not open to everybody: identities for buckets, VPC origins for what is inside."""

from analyser.analyses.reach.connection import Connections, lacks
from analyser.analyses.reach.data_planes import door
from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.reach.place import Check, Place, not_known
from analyser.analyses.reach.prefix_lists import CLOUDFRONT_LIST
from analyser.analyses.reach.security_groups import Peer
from policy.iam import RESOURCE, Statement, covers, documents
from policy.model import Block, Resource

VPC_ORIGIN = "aws:cloudfront/vpcOrigin:VpcOrigin"
_IDENTITY = "aws:cloudfront/originAccessIdentity:OriginAccessIdentity"
_BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"


class Origins:
    """Whether a CloudFront distribution reaches its origins."""

    def __init__(self, view: View, connections: Connections) -> None:
        self._view = view
        self._connections = connections

    def bucket(self, distribution: Resource, origin: Block, target: Place) -> Check:
        """Whether the bucket's policy lets the distribution, or everybody, read."""
        bucket = self._view.resources.by_urn[target.urns[0]]
        identity = self._identity(origin)
        if not origin.has("originAccessControlId") and identity is None:
            return self._as_anybody(origin, target, bucket)
        for policy in self._view.resources.companions(bucket, _BUCKET_POLICY, by="bucket"):
            if policy.unknown("policy"):
                return not_known(f"the policy of bucket {target.name} is not known yet")
            for document in documents(policy, RESOURCE):
                for statement in document.allowing():
                    if covers(statement, "s3:GetObject") and self._lets(distribution, identity, statement):
                        says = f"the bucket's policy lets this distribution read ({statement.label})"
                        return Check(ok=True, says=says, urns=(policy.urn,))
        return Check(ok=False, says=f"the policy of bucket {target.name} lets this distribution read nothing")

    def _as_anybody(self, origin: Block, target: Place, bucket: Resource) -> Check:
        barred = door(self._view, bucket)
        if barred.unsure:
            return not_known(barred.closed)
        if barred.admits:
            only = ", ".join(barred.admits)
            return not_known(f"bucket {target.name} is open to {only}: whether to CloudFront is not known")
        if not barred.closed:
            return Check(ok=True, says=f"bucket {target.name} is open to everybody")
        return Check(ok=False, says=f"origin {text(origin.get('originId'))} has no origin access control")

    def _lets(self, distribution: Resource, identity: Resource | None, statement: Statement) -> bool:
        if identity is not None:
            own = {text(identity.outputs.get(key)) for key in ("iamArn", "s3CanonicalUserId")} - {""}
            named = {*statement.principals_of("AWS"), *statement.principals_of("CanonicalUser")}
            return bool(own & named) or statement.any_principal
        sources = [value for one in statement.values_of("aws:SourceArn") for value in one.values]
        service = "cloudfront.amazonaws.com" in statement.principals_of("Service")
        return service and (not sources or text(distribution.outputs.get("arn")) in sources)

    def _identity(self, origin: Block) -> Resource | None:
        path = text(origin.get("s3OriginConfig.originAccessIdentity"))
        for found in self._view.of(_IDENTITY):
            own = (text(found.outputs.get("cloudfrontAccessIdentityPath")), self._view.id_of(found))
            if path and (path in own or path.rpartition("/")[2] in own):
                return found
        return None

    def is_plain(self, origin: Block) -> bool:
        """Whether a VPC origin is spoken to in plain HTTP."""
        found = self._vpc_origin(origin)
        return found is not None and found.has("vpcOriginEndpointConfig.originProtocolPolicy", "http-only")

    def _vpc_origin(self, origin: Block) -> Resource | None:
        found = self._view.by_id(text(origin.get("vpcOriginConfig.vpcOriginId")))
        return found if found is not None and found.type == VPC_ORIGIN else None

    def within(self, origin: Block) -> Resource | None:
        """The load balancer or instance behind a VPC origin; None for another kind of origin."""
        found = self._vpc_origin(origin)
        if found is None:
            return None
        arn = text(found.get("vpcOriginEndpointConfig.arn"))
        named = self._view.refers(found, "vpcOriginEndpointConfig")
        return self._view.by_arn(arn) or next(iter(named), None)

    def inside(self, target: Place, port: int) -> tuple[Check, ...]:
        """The checks of a VPC origin: CloudFront's interfaces in the target's subnets, or its prefix list, in rules.

        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html
        """
        found = []
        for far in target.interfaces:
            cidrs = self._connections.network.cidrs(far.subnets)
            peer = Peer("CloudFront", cidrs=cidrs, prefix_lists=(CLOUDFRONT_LIST,))
            block = self._connections.blocked(far)
            found.append((*([block] if block else []), self._connections.admits(far, peer, port)))
        return min(found, key=lacks, default=())
