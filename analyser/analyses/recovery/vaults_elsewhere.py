"""Vaults of other accounts that plans of AWS Backup copy to, and the commands by which that account looks at one."""

from collections.abc import Iterator, Mapping

from analyser.analyses.recovery.plans import PLAN, region_and_account
from analyser.graph import Graph, Node

_VAULT = "aws:backup/vault:Vault"


def destinations(plan: Node) -> Iterator[str]:
    """ARNs of the vaults that a plan copies to, as far as they are known."""
    rules = plan.inputs.get("rules")
    for rule in rules if isinstance(rules, list) else ():
        if isinstance(rule, Mapping):
            yield from (str(copy.get("destinationVaultArn")) for copy in rule.get("copyActions") or ())


def copied_elsewhere(graph: Graph) -> dict[str, list[Node]]:
    """The ARNs of other accounts' vaults, with the plans that copy to them."""
    own = {region_and_account(str(node.outputs.get("arn")))[1] for node in graph.of_type(_VAULT)}
    taken: dict[str, list[Node]] = {}
    for plan in graph.of_type(PLAN):
        for vault in destinations(plan):
            if region_and_account(vault)[1] not in {*own, ""}:
                taken.setdefault(vault, []).append(plan)
    return taken


def named(vault: str) -> str:
    """The options by which the other account's commands name its vault; COPIES is a profile of that account."""
    return f"--backup-vault-name {vault.rpartition(':')[2]} {where(vault)}"


def where(vault: str) -> str:
    """The options of the other account's commands: the vault's region and the profile."""
    return f'--region {region_and_account(vault)[0]} --profile "$COPIES"'


def key_check(vault: str) -> str:
    """The command that says who manages the vault's key, and whether it can be used."""
    key = f'"$(aws backup describe-backup-vault {named(vault)} --query EncryptionKeyArn --output text)"'
    asked = "--query 'KeyMetadata.[KeyManager,KeyState]' --output text"
    return f"aws kms describe-key --key-id {key} {where(vault)} {asked}"
