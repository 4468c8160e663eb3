"""What is known of the sessions of a role: their tags, and the policies that they are limited to."""

from collections.abc import Iterable
from dataclasses import replace

from analyser.analyses.reach.graph_view import View, texts
from analyser.analyses.rights.policy_source import Source
from analyser.analyses.rights.tags import tags_of
from policy.iam import IDENTITY, TRUST, documents
from policy.iam.reach import covers
from policy.model import Resource

ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_PROFILE = "aws:rolesanywhere/profile:Profile"
_USER, _ACCESS = "aws:transfer/user:User", "aws:transfer/access:Access"
# What makes sessions of a role, and the input that names the role.
_MAKERS = {ASSOCIATION: "roleArn", _PROFILE: "roleArns", _USER: "role", _ACCESS: "role"}
# The service that makes them, as trust policies name it.
_SERVICES = ("pods.eks.amazonaws.com", "rolesanywhere.amazonaws.com", "transfer.amazonaws.com")
_PODS = _SERVICES[0]
_TAGS_OF_PODS = {"kubernetes-namespace": "namespace", "kubernetes-service-account": "serviceAccount"}
_OTHERS_OF_PODS = frozenset({"eks-cluster-arn", "eks-cluster-name", "kubernetes-pod-name", "kubernetes-pod-uid"})

Tags = tuple[tuple[str, str], ...]


def role_tags(view: View, role: Resource) -> tuple[Tags, bool]:
    """The tags of a role's sessions as far as they are known, and whether there are no others.

    A session's tags come before the role's own, and only who is trusted with ``sts:TagSession`` may give it any.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
    """
    own, complete = tags_of(view, role)
    by = _taggers(role)
    if not by:
        return tuple(own.items()), complete
    associations = [
        one for one in view.resources.companions(role, ASSOCIATION, by="roleArn") if not one.has("disableSessionTags")
    ]
    given = {tag: set(texts([one.get(path) for one in associations])) for tag, path in _TAGS_OF_PODS.items()}
    same = {tag: next(iter(values)) for tag, values in given.items() if len(values) == 1}
    if by == {_PODS}:
        hidden = {*given, *_OTHERS_OF_PODS}
        return (*((tag, value) for tag, value in own.items() if tag not in hidden), *same.items()), False
    return tuple(same.items()) if _PODS in by else (), False


def _taggers(role: Resource) -> set[str]:
    """Who may tag the role's sessions; an empty text stands for those that cannot be read."""
    trusts = documents(role, TRUST)
    if not trusts or not all(document.whole for document in trusts):
        return {""}
    allowing = [one for document in trusts for one in document.allowing() if covers(one, "sts:TagSession")]
    return {one for statement in allowing for one in _trusted(statement.principals)}


def _trusted(principals: object) -> Iterable[str]:
    if not isinstance(principals, dict):
        return ("",)
    return [str(one) for members in principals.values() for one in members]


def session_policies(view: View, role: Resource) -> tuple[Source, ...]:
    """The session policies of a role; none where it can be assumed without one.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
    """
    makers = [one for token, path in _MAKERS.items() for one in view.resources.companions(role, token, by=path)]
    trusted = {
        one
        for document in documents(role, TRUST)
        for statement in document.allowing()
        for one in _trusted(statement.principals)
    }
    written = {one.urn: documents(one, IDENTITY) for one in makers}
    if not makers or not trusted <= set(_SERVICES) or not all(written.values()):
        return ()
    sources = [Source(f"{one.name}", document) for one in makers for document in written[one.urn]]
    if len(makers) == 1:
        return tuple(sources)
    return tuple(replace(source, conditions=(f"in a session of {source.where}",)) for source in sources)
