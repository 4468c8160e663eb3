"""A Secrets Manager secret whose value operators put in and rotate by hand."""

import pulumi

from components.account import Account
from components.component import Component
from components.security.key import Key
from components.security.secret import SecretCopy, empty_secret, reading, restrict
from components.statements import Grant, Statement, sid


class ManualSecret(Component):
    """An empty Secrets Manager secret for credentials issued elsewhere, such as those of a mail provider.

    Its value never passes through the program; a runbook says who puts it in and replaces it. The policy pack asks for
    a reason why it does not rotate by itself. Consumers need ``read`` and ``key.decrypt``. ``copy`` is a region where
    it has to be read as well, should this one be gone.
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        key: Key,
        secret_name: str,
        purpose: str,
        copy: SecretCopy | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.arn = empty_secret(self, account, key, purpose=purpose, secret_name=secret_name, copy=copy).arn
        restrict(self, account, self.arn, copied=copy is not None)
        self._key = key
        self.register_outputs({"arn": self.arn})

    @property
    def operate(self) -> Grant:
        """Lets a role put a value in, or an earlier one back, without reading any."""
        actions = ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"]
        use = Statement(sid("Encrypt", self.name), ["kms:Decrypt", "kms:GenerateDataKey"], [self._key.arn])
        return Grant(Statement(sid("Put", self.name), actions, [self.arn]), use)

    @property
    def read(self) -> Grant:
        """Lets a role read the value, together with ``decrypt`` of the key."""
        return reading(self.name, self.arn)
