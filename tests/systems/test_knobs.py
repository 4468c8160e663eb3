"""Settings that are alike in several systems: zones that delegate, and TLS to the pods."""

import json

import pytest

from analyser.analyses.policies.verdict import verdict
from analyser.analyses.prerequisites import prerequisites
from analyser.analyses.recovery import recovery
from analyser.analyses.teardown import take_away
from analyser.graph import Graph
from analyser.run.program import ProgramError
from settings.objectives import Loss
from tests.awscli import calls, problems
from tests.stacks import stack_graph
from tests.systems.changed import COPIES_ACCOUNT, PARENT, otherwise, with_settings

pytestmark = pytest.mark.long

RECORD = "aws:route53/record:Record"
TARGETS = "aws:lb/targetGroup:TargetGroup"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
EVERY = ("dev", "confluence-dev", "mdreader-dev", "consulting-dev", "collaboration-dev")


def blocked(graph: Graph) -> list[str]:
    return [f"{found.rule}: {found.urn}" for found in verdict(graph)[0] if found.blocks]


@pytest.mark.parametrize("stack", EVERY)
def test_every_system_s_zone_is_delegated_by_the_one_above_it(stack: str) -> None:
    made = otherwise(stack)
    (delegation,) = [node for node in made.of_type(RECORD) if node.inputs["type"] == "NS"]
    assert delegation.inputs["zoneId"] == PARENT
    assert delegation.inputs["records"] == made.only("aws:route53/zone:Zone").outputs["nameServers"]
    assert blocked(made) == []


@pytest.mark.parametrize("stack", EVERY)
def test_a_zone_that_is_given_is_not_delegated_too(stack: str) -> None:
    with pytest.raises(ProgramError, match="parentZoneId: delegates a zone that the stack makes"):
        with_settings(stack, {"parentZoneId": PARENT, "hostedZoneId": "ZEXISTING12345"})


@pytest.mark.parametrize("stack", EVERY)
def test_copies_in_another_account_outlive_the_loss_of_the_stack_s_own(stack: str) -> None:
    made = otherwise(stack)
    taken = made.only("aws:backup/selection:Selection").inputs["resources"]
    lost = [each for each in recovery(made).verdicts if each.loss is Loss.ACCOUNT]
    back = {each.store.node.outputs.get("arn"): each.way.name for each in lost if each.way}
    stores = [arn for arn in taken if arn.split(":")[2] != "eks"]
    assert {back[arn] for arn in stores} == {f"AWS Backup (daily), copied to {COPIES_ACCOUNT}"}
    before = prerequisites(made)
    asked = {one.kind: one for one in before}
    assert {"backup-across-accounts", "vault-elsewhere-key", "vault-elsewhere"} <= asked.keys()
    assert "describe-backup-vault" in asked["vault-elsewhere-key"].check
    gone = take_away(made)
    assert [line for line in gone.survives if COPIES_ACCOUNT in line]
    (ended,) = [step for step in gone.steps if COPIES_ACCOUNT in step.what]
    assert asked["vault-elsewhere-key"].check in ended.commands
    assert asked["vault-elsewhere"].check in ended.commands
    commands = [*ended.commands, *(line for one in before for line in (one.check, *one.make))]
    assert [problem for line in commands for call in calls(line) for problem in problems(call)] == []


@pytest.mark.parametrize("stack", EVERY)
def test_the_account_of_copies_may_use_the_key_of_each_thing_that_it_copies(stack: str) -> None:
    made = otherwise(stack)
    taken = made.only("aws:backup/selection:Selection").inputs["resources"]
    copied = [node.inputs for node in made.resources if node.outputs.get("arn") in taken]
    named = {each.get("kmsKeyId") or (each.get("serverSideEncryption") or {}).get("kmsKeyArn") for each in copied}
    named.add(made.only("aws:backup/vault:Vault").inputs["kmsKeyArn"])
    keys = [key for key in made.of_type("aws:kms/key:Key") if key.outputs["arn"] in named]
    # What AWS Backup takes of a cluster is its volumes.
    keys += [key for key in made.of_type("aws:kms/key:Key") if key.name == "volumes-key-key" and ":eks:" in str(taken)]
    assert keys
    for key in keys:
        statements = json.loads(key.inputs["policy"])["Statement"]
        let_in = [one["Action"] for one in statements if COPIES_ACCOUNT in str(one["Principal"])]
        assert [actions for actions in let_in if "kms:Decrypt" in actions], key.name
        assert [actions for actions in let_in if "kms:CreateGrant" in actions], key.name


@pytest.mark.parametrize("stack", ["dev", "consulting-dev", "confluence-dev"])
def test_pods_speak_tls_and_whoever_asks_them_does_too(stack: str) -> None:
    made = otherwise(stack)
    groups = made.of_type(TARGETS)
    assert groups
    for group in groups:
        assert group.inputs["protocol"] == group.inputs["healthCheck"]["protocol"] == "HTTPS"
    for node in made.of_type(DEPLOYMENT):
        if node.inputs["metadata"]["labels"].get("app.kubernetes.io/component") == "collector":
            continue  # which nobody asks for pages
        (container,) = node.inputs["spec"]["template"]["spec"]["containers"]
        assert {container[probe]["httpGet"]["scheme"] for probe in ("livenessProbe", "readinessProbe")} == {"HTTPS"}
    assert blocked(made) == []


PAIRS = [("dev", "prod"), *((f"{name}-dev", f"{name}-prod") for name in ("confluence", "mdreader", "consulting"))]


@pytest.mark.parametrize(("smaller", "larger"), PAIRS)
def test_environments_differ_in_size_and_never_in_shape(smaller: str, larger: str) -> None:
    """With cluster mode a client asks another address in another way: dev would not show what prod does.

    Collaboration has no cluster mode anywhere: one node, which its plan gives to dev, cannot have it (J-COL-14).
    """

    def shape(stack: str) -> set[str]:
        groups = stack_graph(stack).of_type("aws:elasticache/replicationGroup:ReplicationGroup")
        # A copy in the second region takes its shape from the global datastore.
        own = [group.inputs for group in groups if "globalReplicationGroupId" not in group.inputs]
        return {"cluster mode" if "numNodeGroups" in inputs else "one address" for inputs in own}

    assert shape(smaller) == shape(larger) != set()
