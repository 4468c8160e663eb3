"""What AWS Backup copies, and how long it keeps the copies."""

from dataclasses import dataclass

from analyser.graph import Graph, Node


@dataclass(frozen=True)
class Kept:
    """The retention of backups, in days."""

    days: int
    region: str | None

    @property
    def said(self) -> str:
        """The retention in words, for the inventory."""
        elsewhere = f", with copies in {self.region}" if self.region else ""
        return f"daily in AWS Backup, {self.days} days{elsewhere}"


class Backups:
    """The plans of a graph and what they select by ARN."""

    def __init__(self, graph: Graph) -> None:
        plans = {node.id: node for node in graph.of_type("aws:backup/plan:Plan")}
        regions = {
            node.outputs.get("arn"): node.inputs.get("region") for node in graph.of_type("aws:backup/vault:Vault")
        }
        self._kept: dict[str, Kept] = {}
        for selection in graph.of_type("aws:backup/selection:Selection"):
            plan = plans[selection.inputs["planId"]]
            for rule in plan.inputs["rules"]:
                copies = [regions.get(copy["destinationVaultArn"]) for copy in rule.get("copyActions") or ()]
                kept = Kept(rule["lifecycle"]["deleteAfter"], next(iter(copies), None))
                self._kept |= dict.fromkeys(selection.inputs["resources"], kept)

    def of(self, node: Node) -> Kept | None:
        """The retention of a resource's backups; None where no plan selects it."""
        return self._kept.get(str(node.outputs.get("arn")))
