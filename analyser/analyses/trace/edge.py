"""Links at the edge: name, certificate, CDN, web ACL, origins, and the proof that a request came by them."""

from collections.abc import Iterator

from analyser.analyses.reach.balancers import BALANCER, LISTENER
from analyser.analyses.reach.edge import DISTRIBUTION, REST_API
from analyser.analyses.reach.graph_view import text, texts
from analyser.analyses.trace.model import Link, found, missing, not_known, shown
from analyser.analyses.trace.survey import Survey
from policy.model import Block, Resource

RECORD = "aws:route53/record:Record"
ZONE = "aws:route53/zone:Zone"
REST_DOMAIN = "aws:apigateway/domainName:DomainName"
API_DOMAIN = "aws:apigatewayv2/domainName:DomainName"
CERTIFICATE = "aws:acm/certificate:Certificate"
_VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
_ACL = "aws:wafv2/webAcl:WebAcl"
_ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
_STAGE = "aws:apigateway/stage:Stage"
_CDN_REGION = "us-east-1"
"""Where CloudFront takes its certificates from."""
_CERTIFICATES = {
    DISTRIBUTION: "viewerCertificate.acmCertificateArn",
    REST_DOMAIN: "regionalCertificateArn",
    API_DOMAIN: "domainNameConfiguration.certificateArn",
}


def name_resolves(s: Survey, host: str, front: Resource) -> Link:
    """A record of the host leads to what answers for it, perhaps by another name of the zone."""
    records = [record for record in s.of(RECORD) if record.has("name", host) and _leads(s, record, front)]
    return shown("dns", f"{host} is a record that leads to {front.name}", records, f"no record of {host} leads there")


def _leads(s: Survey, record: Resource, front: Resource) -> bool:
    """Whether a record stands for what answers, or for a name that does."""
    if front in s.refers(record, "aliases") + s.refers(record, "records"):
        return True
    stands_for = {text(alias.get("name")) for alias in record.blocks("aliases")}
    others = [other for other in s.of(RECORD) if text(other.get("name")) in stands_for - {text(record.get("name"))}]
    return any(front in s.refers(other, "aliases") for other in others)


def zone_is_delegated(s: Survey, host: str) -> Link:
    """Whoever resolves the host comes to the zone."""
    zones = [zone for zone in s.of(ZONE) if _within(host, text(zone.get("name")))]
    says = f"the domain above delegates to the zone of {host}"
    if zones:
        return not_known("delegation", says, "the registrar is outside of the program: strata check --before", zones)
    return not_known("delegation", says, "the zone is not this stack's")


def certificate_covers(s: Survey, host: str, front: Resource) -> Link:
    """What answers for the host shows a certificate of that name, from where it may take one."""
    says = f"{front.name} shows a certificate for {host}"
    certificates = _certificates(s, front)
    if not certificates:
        return missing("certificate", says, f"{front.name} has no certificate of the stack", [front])
    wanted = _CDN_REGION if front.type == DISTRIBUTION else s.view.region_of(front)
    for certificate in certificates:
        if any(_covers(name, host) for name in _names(certificate)):
            if s.view.region_of(certificate) != wanted:
                return missing("certificate", says, f"{certificate.name} is not in {wanted}", [certificate, front])
            return found("certificate", says, [certificate])
    listed = ", ".join(name for one in certificates for name in _names(one))
    return missing("certificate", says, f"its certificates are for {listed}", certificates)


def certificate_is_issued(s: Survey, host: str, front: Resource) -> Link:
    """ACM sees by records of the zone that the domain is the account's, and the program waits for it."""
    certificates = [one for one in _certificates(s, front) if any(_covers(name, host) for name in _names(one))]
    awaited = [wait for one in certificates for wait in s.companions(one, _VALIDATION, "certificateArn")]
    records = [record for wait in awaited for record in s.refers(wait, "validationRecordFqdns", RECORD)]
    says = f"ACM issues the certificate for {host}"
    if awaited and not records:
        return missing("validation", says, "no record shows ACM that the domain is the account's", awaited)
    return shown("validation", says, [*awaited, *records], "nothing validates it")


def certified(s: Survey, front: Resource) -> list[str]:
    """The names that the certificates of a front are for; a name with a wildcard is none to ask for."""
    return [name for one in _certificates(s, front) for name in _names(one) if not name.startswith("*.")]


def _certificates(s: Survey, front: Resource) -> list[Resource]:
    if front.type == BALANCER:
        listeners = s.companions(front, LISTENER, "loadBalancerArn")
        return [one for listener in listeners for one in s.refers(listener, "certificateArn", CERTIFICATE)]
    path = _CERTIFICATES.get(front.type, "")
    return s.refers(front, path, CERTIFICATE) if path else []


def answers_for(host: str, distribution: Resource) -> Link:
    """A distribution that is on takes requests for the host."""
    says = f"CloudFront takes requests for {host}"
    if not distribution.has("enabled", True):
        return missing("cdn", says, f"{distribution.name} is switched off", [distribution])
    if not distribution.contains("aliases", host):
        return missing("cdn", says, f"{host} is no alias of {distribution.name}", [distribution])
    return found("cdn", says, [distribution])


def web_acl_stands_before(s: Survey, front: Resource) -> Link:
    """A web ACL looks at what comes in by a distribution, a load balancer, or a stage of a REST API."""
    says = f"a web ACL looks at what comes in by {front.name}"
    if front.type == DISTRIBUTION:
        acls = s.refers(front, "webAclId", _ACL)
        return shown("waf", says, acls, f"{front.name} has no web ACL")
    protected = s.companions(front, _STAGE, "restApi") if front.type == REST_API else [front]
    ties = [tie for one in protected for tie in s.companions(one, _ASSOCIATION, "resourceArn")]
    acls = [acl for tie in ties for acl in s.refers(tie, "webAclArn", _ACL)]
    return shown("waf", says, [*ties, *acls] if acls else [], f"no web ACL is associated with {front.name}")


def origins(distribution: Resource) -> Iterator[Block]:
    """The origins of a distribution."""
    return distribution.blocks("origins")


def origin_answers(s: Survey, distribution: Resource, origin: Block) -> Iterator[Link]:
    """Something of the stack answers as the origin, and lets CloudFront in."""
    name = text(origin.get("domainName"))
    says = f"CloudFront asks origin {text(origin.get('originId'))} at {name}"
    ways = list(s.reach.relays.to_origin(distribution, origin))
    if not ways:
        yield missing("origin", says, f"nothing of the stack answers as {name}, and no record leads on", [distribution])
    records = [record for record in s.of(RECORD) if record.has("name", name)]
    for way in ways:
        yield s.along("origin", f"{says}: {way.target.name}", way, records)
        if way.target.kind == "balancer":
            (balancer,) = s.at(way.target)
            yield certificate_covers(s, name, balancer)
            yield proof_is_asked_for(s, origin, balancer)
    for domain in s.of(REST_DOMAIN, API_DOMAIN) if ways else ():
        if domain.has("domainName", name):
            yield certificate_covers(s, name, domain)


def proof_is_asked_for(s: Survey, origin: Block, balancer: Resource) -> Link:
    """The load balancer forwards only what brings the header that this distribution alone sends."""
    says = f"{balancer.name} forwards only what this distribution sends"
    sent = {text(header.get("name")): header.get("value") for header in origin.blocks("customHeaders")}
    forwarding = [
        rule for rule in rules_of(s, balancer) if any(a.has("type", "forward") for a in rule.blocks("actions"))
    ]
    wanted = [_asked(rule) for rule in forwarding]
    if not forwarding or not all(wanted):
        return missing("origin-proof", says, "a rule forwards whatever comes from CloudFront's addresses", [balancer])
    unsent = [name for asked in wanted for name, values in asked.items() if sent.get(name) not in values]
    if unsent:
        return missing("origin-proof", says, f"the origin sends no {unsent[0]} that its rules take", forwarding)
    return found("origin-proof", f"{says} ({', '.join(sent)})", forwarding)


def rules_of(s: Survey, balancer: Resource) -> list[Resource]:
    """The rules of all listeners of a load balancer."""
    listeners = s.companions(balancer, LISTENER, "loadBalancerArn")
    return [rule for one in listeners for rule in s.companions(one, "aws:lb/listenerRule:ListenerRule", "listenerArn")]


def _asked(rule: Resource) -> dict[str, list[object]]:
    """The headers that a rule asks for, with the values that it takes."""
    headers = [one for one in rule.blocks("conditions") if one.has("httpHeader.httpHeaderName")]
    return {text(one.get("httpHeader.httpHeaderName")): one.list("httpHeader.values") for one in headers}


def _names(certificate: Resource) -> tuple[str, ...]:
    return (text(certificate.get("domainName")), *texts(certificate.list("subjectAlternativeNames")))


def _covers(name: str, host: str) -> bool:
    return name == host or (name.startswith("*.") and host.partition(".")[2] == name[2:])


def _within(host: str, domain: str) -> bool:
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))
