"""The IAM role of a stack's operators."""

from dataclasses import replace

import pulumi

from components.account import Account
from components.security.human_access import HumanAccess
from components.statements import Grant, Statement

OPERATORS = "strata:operators"
"""The Kubernetes group that EKS puts the role's sessions into; ``OperatorRights`` says what it may do."""


class OperatorRole(HumanAccess):
    """A role taken as ``HumanAccess`` is, with MFA and for an hour, that may do what the runbooks ask of operators.

    It looks at everything as ``HumanAccess`` does, and acts on the stack's own things alone, by what their components
    offer under ``operate``: fail over, restart, rotate, put a secret's value in, say how many nodes there are, read
    what code wrote and failed on. It changes no other size, no network and no right, and restores nothing: that is
    done by the deployment role, whose administration of a cluster is no substitute for this
    (docs/decisions/0008-deployment-rights.md, 0026-who-does-what.md).
    """

    def __init__(self, name: str, *, account: Account, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, account=account, purpose="Operators with a second factor", opts=opts)

    def may(self, *grants: Grant) -> None:
        """Gives the role what components offer; once, when all of them are there.

        What several offer alike, such as the use of one key by way of one service, is said once.
        """
        said: list[Statement] = []
        for one in Grant(*grants).statements:
            if not any(replace(one, sid=other.sid) == other for other in said):
                said.append(one)
        self.grant("operate", *said)
