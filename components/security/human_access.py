"""An IAM role for people: MFA required, view-only by default."""

from collections.abc import Sequence

import pulumi

from components.account import Account
from components.security.role import Role
from components.statements import Grant, Statement

_MFA_SECONDS = 3600
_ASSUME = ["sts:AssumeRole"]


class HumanAccess(Role):
    """A role that this account's own users assume with MFA not older than an hour; sessions last an hour.

    It sees what there is (AWS's ViewOnlyAccess: lists and descriptions, no content) and does what ``grants``
    grant; IAM decides by each user's own policy who may ask for it. Long-lived access keys carry no MFA context at
    all, so the trust policy both demands the key and denies its absence. For roles that is where AWS has the check
    belong, not in what the session may do:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        grants: Sequence[Grant] = (),
        purpose: str = "People with a second factor",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        allow = Statement(
            "AssumeWithMfa",
            _ASSUME,
            [],
            {
                "Bool": {"aws:MultiFactorAuthPresent": "true"},
                "NumericLessThan": {"aws:MultiFactorAuthAge": str(_MFA_SECONDS)},
            },
            principals={"AWS": [account.root]},
        )
        deny = Statement(
            "DenyWithoutMfa",
            _ASSUME,
            [],
            {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
            effect="Deny",
            principals={"AWS": ["*"]},
        )
        super().__init__(
            name,
            trust=[allow, deny],
            grants=grants,
            managed_policies=[account.managed_policy("job-function/ViewOnlyAccess")],
            description=purpose,
            opts=opts,
        )
