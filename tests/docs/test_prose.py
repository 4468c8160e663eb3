"""Rows that a page meets by what it says: the facts are there, and the names in runbooks are those of the stacks."""

import re

import pytest

from tests.stacks import ROOT

RECORDS, DECISION = "docs/systems/records.md", "docs/decisions/0011-eks-or-lambda.md"

ROWS: dict[str, tuple[str, list[str]]] = {
    "CONF-NF-02": (DECISION, ["| for | ", "| against | ", "WebSockets stay open", "paid by request", "cold starts"]),
    "CONF-SEC-04": (
        "docs/runbooks/confluence.md",
        [
            "`jwt-secret`",
            "- `encryption-keys`: **add**",
            "- `oauth-client-secrets`: make",
            "- `smtp-credentials`: make",
        ],
    ),
    "REC-NF-02": (
        RECORDS,
        ["**Managed Kubernetes.**", "**One footprint.**", "**Integration.**", "**Cost instruments.**", "**Skill.**"],
    ),
    "REC-NF-03": (
        RECORDS,
        [
            "| Operational excellence |",
            "| Security |",
            "| Reliability |",
            "| Performance efficiency |",
            "| Cost optimisation |",
            "| Sustainability |",
        ],
    ),
    "REC-WAF-04": (RECORDS, ["Shield Standard covers layers 3 and 4", "Shield Advanced"]),
    "REC-CMP-01": (RECORDS, ["| Encryption at rest |", "| Encryption in transit |", "| Access |", "| Logging |"]),
    "REC-EKS-04": (RECORDS, ["aws autoscaling describe-auto-scaling-groups", "EnabledMetrics"]),
    "REC-COST-01": (
        RECORDS,
        ["| $1,500 | $900 |", "| $5,400 | $3,200 |", "| $750 | $450 |", "**$7,650** | **$4,550**"],
    ),
    "REC-COST-02": (RECORDS, ["| $1,100 |", "| $3,200 |", "| $600 (", "| $150 |", "| $200 |", "| **$5,700** |"]),
    "REC-COST-03": (RECORDS, ["EKS $0.10 an hour", "CloudFront $0.085 a GB"]),
    "REC-OPS-01": ("docs/runbooks/records.md", ["`pulumi up -s prod --policy-pack policy`", "`eksctl create cluster"]),
    "REC-OPS-02": (
        "docs/runbooks/records.md",
        [
            "`kubectl get nodes`",
            "`aws eks describe-cluster --name microservice-prod`",
            "`aws rds describe-db-instances --db-instance-identifier prod-postgres`",
            "`aws elasticache describe-replication-groups --replication-group-id prod-redis`",
        ],
    ),
    "REC-OPS-03": (
        "docs/runbooks/records.md",
        [
            "desiredSize=5",
            "--nodegroup-name compute-optimized",
            "--db-instance-class db.r5.4xlarge --apply-immediately",
        ],
    ),
    "REC-DR-01": (RECORDS, ["RTO 15 minutes", "They do not hold for a lost region"]),
    "REC-DR-02": (RECORDS, ["RPO 5 minutes", "| none for acknowledged writes |"]),
    "REC-FUT-05": (RECORDS, ["Outposts would put"]),
}


@pytest.mark.parametrize("row", ROWS)
def test_a_page_says_what_a_row_asks_of_it(row: str) -> None:
    page, phrases = ROWS[row]
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [phrase for phrase in phrases if phrase not in text] == [], page


def test_both_models_have_four_reasons_for_and_three_against() -> None:
    text = (ROOT / DECISION).read_text(encoding="utf-8")
    table = text[text.index("| | EKS | Lambda |") :].partition("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    against = next(number for number, row in enumerate(rows) if row[0] == "against")
    assert (against, len(rows) - against) == (4, 3)
    assert all(eks and functions for _, eks, functions in rows)


_NAMES = re.compile(
    r"--(?:source-)?(?:(?:cluster-|nodegroup-|table-)?name|db-instance-identifier|replication-group-id|secret-id) "
    r"(?P<name>[a-z][\w./-]*)"
)


@pytest.mark.parametrize(
    ("runbook", "stacks"), [("records", ["prod"]), ("confluence", ["confluence-prod", "confluence-lambda"])]
)
def test_names_in_a_runbook_are_those_of_its_stacks(runbook: str, stacks: list[str]) -> None:
    text = (ROOT / f"docs/runbooks/{runbook}.md").read_text(encoding="utf-8")
    graphs = "".join((ROOT / f"tests/golden/stacks/{stack}.txt").read_text(encoding="utf-8") for stack in stacks)
    names = {found["name"] for found in _NAMES.finditer(text)}
    assert len(names) > 3
    assert [name for name in sorted(names) if not re.search(rf"={re.escape(name)}(?:\s|$)", graphs)] == []
