"""Rows that a page meets by what it says: the facts are there, and the names in runbooks are those of the stacks."""

import re

import pytest

from tests.stacks import ROOT

RECORDS, DECISION = "docs/systems/records.md", "docs/decisions/0011-eks-or-lambda.md"
MDREADER, MIGRATION = "docs/runbooks/mdreader.md", "docs/runbooks/mdreader-migration.md"
CONSULTING, COLLABORATION = "docs/runbooks/consulting.md", "docs/runbooks/collaboration.md"

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
    "CONF-LAM-09": (
        "docs/runbooks/confluence.md",
        ["once a quarter", "max(record.metrics.maxMemoryUsedMB)", "record.metrics.memorySizeMB", ".memoryMib`"],
    ),
    "REC-NF-02": (
        RECORDS,
        [
            "**Managed Kubernetes.**",
            "the figure of 70 %",
            "**One footprint.**",
            "**Integration.**",
            "**Cost instruments.** Reserved Instances for RDS and ElastiCache, Savings Plans for nodes, Spot",
            "**Compliance.** SOC, PCI DSS and HIPAA",
            "**Skill.**",
        ],
    ),
    "REC-NF-03": (
        RECORDS,
        [
            "| Operational excellence | one program and one command a stack, deployed by a workflow after its tests",
            "| Security | customer keys for every store, TLS everywhere, grants",
            "| Reliability | three zones, Multi-AZ PostgreSQL, Redis failover",
            "| Performance efficiency | compute-optimised nodes, provisioned IOPS, Redis, CDN",
            "| Cost optimisation | Spot in `dev`, autoscaling of nodes and pods, lifecycle rules, a budget",
            "| Sustainability | nodes scale with load",
        ],
    ),
    "REC-WAF-04": (RECORDS, ["Shield Standard covers layers 3 and 4", "Shield Advanced"]),
    "REC-CMP-01": (RECORDS, ["| Encryption at rest |", "| Encryption in transit |", "| Access |", "| Logging |"]),
    "REC-EKS-04": (RECORDS, ["aws autoscaling describe-auto-scaling-groups", "EnabledMetrics"]),
    "REC-COST-01": (
        RECORDS,
        [
            "| $1,500 | $900 | 40 % |",
            "| $5,400 | $3,200 | 41 % |",
            "| $750 | $450 | 40 % |",
            "**$7,650** | **$4,550** | **40 %**",
        ],
    ),
    "REC-COST-02": (
        RECORDS,
        [
            "| EKS: control plane $73, nodes $900 reserved, data transfer $127 | $1,100 |",
            "primary $1,600, replicas $1,400, backup storage $200",
            "| RDS | $3,200 |",
            "| ElastiCache | $450 |",
            "| MSK | $600 (",
            "| S3 and EBS | $150 |",
            "| CloudWatch | $200 |",
            "| **$5,700** |",
        ],
    ),
    "REC-COST-03": (RECORDS, ["EKS $0.10 an hour", "CloudFront $0.085 a GB, and a month of S3 at $100"]),
    "REC-OPS-01": (
        "docs/runbooks/records.md",
        [
            "| `aws configure --profile production` | `export AWS_PROFILE=production`",
            "| `eksctl create cluster --name microservice-prod …` | [two runs](../deploying.md) of `pulumi up -s prod "
            "--policy-pack policy` |\n"
            "| `aws eks update-kubeconfig --name microservice-prod --region us-east-1` |",
            "| `helm install aws-load-balancer-controller …` | part of `up`",
            "| `aws rds create-db-instance …` | part of `up`",
            "| `aws elasticache create-replication-group …` | part of `up`",
            "| `kubectl apply -f kubernetes/prod/` | part of `up` |",
        ],
    ),
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
            "--nodegroup-name compute-optimized-… --scaling-config minSize=5,desiredSize=5",
            "pulumi refresh -s prod --target '**aws:eks/nodeGroup:NodeGroup::nodes-group'",
            "`database.instanceClass: db.r5.4xlarge`",
            "`database.applyImmediately: true`",
        ],
    ),
    "REC-DR-01": (RECORDS, ["RTO 15 minutes", "They do not hold for a lost region"]),
    "REC-DR-02": (RECORDS, ["RPO 5 minutes", "| none for acknowledged writes |"]),
    "REC-FUT-05": (RECORDS, ["Outposts would put"]),
    "MDR-NF-03": (
        "docs/systems/mdreader.md",
        [
            "it registers, recovers, asks for a second factor, signs in with Google",
            "API Gateway checks its tokens without code",
            "| RDS for PostgreSQL | a document store | transactions for metadata and sharing; `jsonb`",
            "PostGIS is one `CREATE EXTENSION` away; backups to the second, read replicas",
            "| Fargate for Hocuspocus | functions | a process",
            "it scales on connections, is paid for by the second that tasks run",
            "| Lambda and API Gateway for the API | containers | paid by request, nothing at night",
            "FastAPI runs behind Mangum",
            "| S3 and CloudFront | files on a server | any amount, near the reader, versions of every snapshot",
            "a push builds once and publishes by a CDN of its own, with certificate",
            "each branch can be an environment, and the bill",
        ],
    ),
    "MDR-CMP-01": (MDREADER, ["list-object-versions", "delete-identities", "admin-delete-user", "35 days"]),
    "MDR-COST-02": (
        "docs/systems/mdreader.md",
        [
            "`provisionedConcurrency` only where",
            "reserved instances for RDS and ElastiCache, one or three years, 30\u201360 %",
            "uploads to Glacier",
            "price class 100; fewer tasks off-peak; budget, forecast and anomaly alerts",
        ],
    ),
    "MDR-OPS-02": (MIGRATION, ["MFA", "Billing alerts", "AWS CLI", "Pulumi"]),
    "MDR-OPS-04": (MIGRATION, ["pg_dump --data-only", "OpenAPI", "API tests", "create-user-import-job"]),
    "MDR-OPS-05": (MDREADER, ["Blue-green", "git revert", "canary", "## Restore", "## The region is gone"]),
    "MDR-OPS-07": (MDREADER, ["- **Load**: `k6 run", "loadtests/mdreader.js", "**Collaboration**", "**Security**"]),
    "CON-NF-01": (
        "docs/systems/consulting.md",
        [
            "| Operational excellence |",
            "| Security |",
            "| Reliability |",
            "| Performance efficiency |",
            "| Cost optimisation |",
        ],
    ),
    "CON-TST-01": (
        CONSULTING,
        ["kubectl cluster-info", "pg_isready", "5432", "redis-cli", "--tls", "http://localhost:8061/health"],
    ),
    "CON-TST-03": (
        CONSULTING,
        [
            "reboot-db-instance --db-instance-identifier cloud-consulting-prod --force-failover",
            "kubectl drain <node> --ignore-daemonsets --delete-emptydir-data",
            "kubectl rollout restart deployment/backend deployment/frontend -n cloud-consulting",
        ],
    ),
    "CON-CMP-06": (CONSULTING, ["peopleRoleArn", "credential report", "mfa-enabled"]),
    "CON-CMP-07": (CONSULTING, ["penetration test", "Well-Architected"]),
    "COL-IAC-03": (COLLABORATION, ["credentials", "ECR", "certificates", "Route 53 zone"]),
    "COL-IAC-04": (
        COLLABORATION,
        [
            "deploy.sh <env> <region> <domain> <certificateArn> [image]",
            "strata:settings.domainName=collaborate.example.com",
            "aws:region=us-west-2",
            "strata:settings.domainName=dev.collaborate.example.com",
            "us-west-2.amazonaws.com/collaboration-server:v1.0.0",
        ],
    ),
    "COL-IAC-05": (
        COLLABORATION,
        [
            "prod-collaboration-main",
            "strata:network:Network",
            "strata:data:Redis",
            "strata:compute:FargateService",
            "--target-dependents",
        ],
    ),
    "COL-OPS-01": (
        COLLABORATION,
        ["pulumi stack history", "pulumi preview --stack collaboration-prod --diff", "--show-urns", "lookup-events"],
    ),
    "COL-OPS-03": (
        COLLABORATION,
        ["describe-log-groups --log-group-name-prefix /aws/lambda/prod-websocket", "wscat -c wss://"],
    ),
    "COL-OPS-04": (COLLABORATION, ["circuit breaker", "pulumi cancel", "pulumi refresh", "pulumi stack import"]),
    "COL-OPS-05": (
        COLLABORATION,
        [
            "| every month | build the image anew on its current base and release it",
            "`make lock packages` for the functions",
            "| every quarter | capacity: the highest task count",
            "cost: `strata cost collaboration-prod` against the bill",
        ],
    ),
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
    r"--(?:source-)?(?:(?:cluster-|nodegroup-|table-)?name|db-instance-identifier|replication-group-id|secret-id|"
    r"cluster|services?|task-definition) "
    r"(?P<name>[a-z][\w./-]*)"
)


@pytest.mark.parametrize(
    ("runbook", "stacks"),
    [
        ("records", ["prod", "prod-dr"]),
        ("confluence", ["confluence-prod", "confluence-lambda", "confluence-prod-dr", "confluence-lambda-dr"]),
        ("mdreader", ["mdreader-prod", "mdreader-prod-dr"]),
        ("consulting", ["consulting-prod"]),
        ("collaboration", ["collaboration-prod", "collaboration-prod-dr"]),
    ],
)
def test_names_in_a_runbook_are_those_of_its_stacks(runbook: str, stacks: list[str]) -> None:
    text = (ROOT / f"docs/runbooks/{runbook}.md").read_text(encoding="utf-8")
    graphs = "".join((ROOT / f"tests/golden/stacks/{stack}.txt").read_text(encoding="utf-8") for stack in stacks)
    names = {found["name"] for found in _NAMES.finditer(text)}
    assert len(names) > 1
    assert [name for name in sorted(names) if not re.search(rf"={re.escape(name)}(?:\s|$)", graphs)] == []


def test_the_ten_weeks_have_the_planned_lists() -> None:
    phases = re.findall(r"^\| (\d), weeks (\S+): (.*)$", (ROOT / MIGRATION).read_text(encoding="utf-8"), re.MULTILINE)
    assert [(phase, weeks) for phase, weeks, _ in phases] == [
        (str(n), f"{2 * n - 1}\u2013{2 * n}") for n in range(1, 6)
    ]
    assert [line.count("\u2610") for _, _, line in phases] == [5, 5, 4, 4, 4]
