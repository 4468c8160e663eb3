"""Inline and managed policies of a role, user or group, by whichever resource attaches them."""

from dataclasses import dataclass
from typing import Any, Final

from analyser.analyses.reach.graph_view import View, text, texts
from analyser.analyses.rights import managed
from analyser.analyses.rights.policy_source import Source
from policy.iam import IDENTITY, documents, parse
from policy.model import Resource, known

_POLICY: Final = "aws:iam/policy:Policy"
_SHARED_ATTACHMENT: Final = "aws:iam/policyAttachment:PolicyAttachment"


@dataclass(frozen=True)
class Holder:
    """A kind of identity (role, user or group): the types that attach policies to it, and the inputs that name it."""

    word: str
    token: str
    inline: str
    attachment: str
    only_inline: str
    only_attached: str

    @property
    def by(self) -> str:
        """The input by which an inline policy or an attachment names it."""
        return self.word

    @property
    def exclusive_by(self) -> str:
        """The input by which an exclusive list names it."""
        return f"{self.word}Name"

    @property
    def shared_by(self) -> str:
        """The input by which an attachment to several lists it."""
        return f"{self.word}s"


def _holder(word: str) -> Holder:
    name = word.capitalize()
    return Holder(
        word=word,
        token=f"aws:iam/{word}:{name}",
        inline=f"aws:iam/{word}Policy:{name}Policy",
        attachment=f"aws:iam/{word}PolicyAttachment:{name}PolicyAttachment",
        only_inline=f"aws:iam/{word}PoliciesExclusive:{name}PoliciesExclusive",
        only_attached=f"aws:iam/{word}PolicyAttachmentsExclusive:{name}PolicyAttachmentsExclusive",
    )


ROLES: Final = _holder("role")
USERS: Final = _holder("user")
GROUPS: Final = _holder("group")


def attached(view: View, found: Resource, kind: Holder) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """All policies of a role, a user or a group, and the names of those whose content is not known."""
    inline, unread = _inline(view, found, kind)
    arns, contradicted = _attached(view, found, kind)
    read_in = {arn: managed_policy(view, arn) for arn in arns}
    partly = [arn for arn, sources in read_in.items() if not all(source.document.whole for source in sources)]
    policies = (*inline, *(source for sources in read_in.values() for source in sources))
    return policies, (*unread, *contradicted, *(arn for arn, sources in read_in.items() if not sources), *partly)


def read(policy: Resource, kind: str, where: str) -> tuple[list[Source], list[str]]:
    """The documents of a policy, and its name where they cannot be read as a whole."""
    written = documents(policy, kind)
    whole = bool(written) and all(document.whole for document in written)
    return [Source(where, document) for document in written], [] if whole else [where]


def managed_policy(view: View, arn: Any) -> list[Source]:
    """A managed policy, of the stack or of AWS."""
    for policy in view.of(_POLICY):
        if arn in (text(policy.outputs.get("arn")), view.id_of(policy)):
            return [Source(f"policy {policy.name}", document) for document in documents(policy, IDENTITY)]
    content = managed.content(text(arn))
    document = parse(content, IDENTITY, "") if content else None
    return [Source(f"AWS-managed {text(arn).rpartition('/')[2]}", document)] if document else []


def names_of(view: View, found: Resource) -> set[str]:
    """What other resources may name it by."""
    return {text(found.get("name")), text(found.outputs.get("name")), view.id_of(found)} - {""}


def _inline(view: View, holder: Resource, kind: Holder) -> tuple[list[Source], list[str]]:
    """Inline policies, and the names of those that cannot be read; an exclusive list takes the others away."""
    where = f"{kind.word} {holder.name}"
    found = [Source(where, document) for document in documents(holder, IDENTITY)]
    unread = [f"a policy of {where}"] if _has_unread_inline(holder, len(found)) else []
    lists = view.resources.companions(holder, kind.only_inline, by=kind.exclusive_by)
    only = {name for each in lists for name in texts(each.list("policyNames"))}
    hidden = any(each.partly_unknown("policyNames") for each in lists)
    for policy in view.resources.companions(holder, kind.inline, by=kind.by):
        if lists and not only & {text(policy.get("name")), text(policy.outputs.get("name"))}:
            unread += [f"inline policy {policy.name}, which a list that is not known may keep"] * hidden
            continue
        if _has_own_list(holder, "inlinePolicies"):
            unread.append(f"inline policy {policy.name}, which the {kind.word}'s own list takes away")
            continue
        said, lacking = read(policy, IDENTITY, f"inline policy {policy.name}")
        found, unread = [*found, *said], [*unread, *lacking]
    return found, unread


def _has_unread_inline(role: Resource, read_in: int) -> bool:
    """Whether the role's own list holds a policy that cannot be read."""
    if role.unknown("inlinePolicies") or role.partly_unknown("inlinePolicies", "policy"):
        return True
    return sum(block.given("policy") for block in role.blocks("inlinePolicies")) > read_in


def _has_own_list(role: Resource, path: str) -> bool:
    """Whether the role says in one list all that it has of a kind, so that the next update takes the rest away.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role#inline_policy
    """
    return role.get(path) is not None


def _attached(view: View, holder: Resource, kind: Holder) -> tuple[list[str], list[str]]:
    """ARNs of attached policies, and what is said of those of which two resources say different things."""
    exclusive = view.resources.companions(holder, kind.only_attached, by=kind.exclusive_by)
    if exclusive:
        hidden = any(each.partly_unknown("policyArns") for each in exclusive)
        given = [arn for each in exclusive for arn in texts(each.list("policyArns"))]
        return given, ["a policy whose ARN is not known"] * hidden
    own = holder.list("managedPolicyArns")
    arns = [one.get("policyArn") for one in view.resources.companions(holder, kind.attachment, by=kind.by)]
    mine, by = names_of(view, holder), kind.shared_by
    shared = {text(each.get("policyArn")): set(texts(each.list(by))) for each in view.of(_SHARED_ATTACHMENT)}
    lost = {arn for arn in (*arns, *own) if known(arn) and arn in shared and not mine & shared[arn]}
    arns += [arn for arn, holders in shared.items() if mine & holders]
    if _has_own_list(holder, "managedPolicyArns"):
        lost |= {arn for arn in arns if known(arn) and arn not in own}
    arns += own
    hidden = any(not known(arn) for arn in arns) or holder.partly_unknown("managedPolicyArns")
    unknown = ["a policy whose ARN is not known"] * hidden
    said = [f"{arn}, which another attachment takes from the {kind.word}" for arn in sorted(lost)]
    return [text(arn) for arn in dict.fromkeys(arns) if known(arn) and arn not in lost], [*unknown, *said]
