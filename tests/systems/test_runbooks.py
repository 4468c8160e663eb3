"""What rows of docs/requirements ask of a page: a section that says it, with names that the stack has."""

import re

import pytest

from tests.stacks import ROOT, stack_graph

pytestmark = pytest.mark.xdist_group("stacks")

MIGRATION, COLLABORATION = "docs/runbooks/mdreader-migration.md", "docs/runbooks/collaboration.md"
SAID: dict[str, tuple[str, str, list[str]]] = {
    "MDR-NF-03": (
        "docs/systems/mdreader.md",
        "Why these services",
        [
            "| Cognito |",
            "| RDS for PostgreSQL |",
            "| Fargate for Hocuspocus |",
            "| Lambda and API Gateway for the API |",
            "| S3 and CloudFront |",
            "| Amplify ",
        ],
    ),
    "MDR-CMP-01": (
        "docs/runbooks/mdreader.md",
        "Erase a user",
        ["list-object-versions", "delete-identities", "admin-delete-user", "35 days"],
    ),
    "MDR-COST-02": (
        "docs/systems/mdreader.md",
        "Figures",
        ["`provisionedConcurrency`", "reserved instances", "Glacier", "price class 100", "off-peak", "budget"],
    ),
    "MDR-OPS-02": (MIGRATION, "The account", ["MFA", "Billing alerts", "AWS CLI", "Pulumi"]),
    "MDR-OPS-04": (MIGRATION, "The API's compatibility", ["OpenAPI", "API tests"]),
    "MDR-OPS-05": ("docs/runbooks/mdreader.md", "A release, and back", ["Blue-green", "git revert", "canary"]),
    "MDR-OPS-07": (
        "docs/runbooks/mdreader.md",
        "Before going live",
        ["loadtests/mdreader.js", "**Collaboration**", "**Security**"],
    ),
    "CON-NF-01": (
        "docs/systems/consulting.md",
        "Well-Architected",
        [
            "| Operational excellence |",
            "| Security |",
            "| Reliability |",
            "| Performance efficiency |",
            "| Cost optimisation |",
        ],
    ),
    "CON-TST-01": (
        "docs/runbooks/consulting.md",
        "Check",
        ["kubectl cluster-info", "pg_isready", "5432", "redis-cli", "--tls", "http://localhost:8061/health"],
    ),
    "CON-TST-03": (
        "docs/runbooks/consulting.md",
        "Drills",
        [
            "reboot-db-instance --db-instance-identifier cloud-consulting-prod --force-failover",
            "kubectl drain <node> --ignore-daemonsets --delete-emptydir-data",
            "kubectl rollout restart deployment/backend deployment/frontend -n cloud-consulting",
        ],
    ),
    "CON-CMP-06": (
        "docs/runbooks/consulting.md",
        "Every quarter",
        ["peopleRoleArn", "credential report", "mfa-enabled"],
    ),
    "CON-CMP-07": ("docs/runbooks/consulting.md", "Every quarter", ["penetration test", "Well-Architected"]),
    "COL-IAC-03": (COLLABORATION, "Deploy", ["credentials", "ECR", "certificates", "Route 53 zone"]),
    "COL-IAC-04": (
        COLLABORATION,
        "Deploy",
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
        "Deploy",
        ["strata:network:Network", "strata:data:Redis", "strata:compute:FargateService", "--target-dependents"],
    ),
    "COL-OPS-01": (
        COLLABORATION,
        "The update fails",
        ["pulumi stack history", "pulumi preview --stack collaboration-prod --diff"],
    ),
    "COL-OPS-03": (
        COLLABORATION,
        "Sockets do not connect",
        ["describe-log-groups --log-group-name-prefix /aws/lambda/prod-websocket", "wscat -c wss://"],
    ),
    "COL-OPS-04": (
        COLLABORATION,
        "A release, and back",
        ["circuit breaker", "pulumi cancel", "pulumi refresh", "pulumi stack import"],
    ),
    "COL-OPS-05": (COLLABORATION, "Maintenance", ["base", "capacity", "cost", "every quarter"]),
}


def section(page: str, title: str) -> str:
    """A section of a page with those below it; raises ValueError where there is none."""
    text = (ROOT / page).read_text()
    start = text.index(f"\n## {title}\n")
    return text[start : f"{text}\n## ".index("\n## ", start + 1)]


@pytest.mark.parametrize("row", sorted(SAID))
def test_a_page_says_what_a_row_asks_for(row: str) -> None:
    page, title, words = SAID[row]
    text = section(page, title)
    assert [word for word in words if word not in text] == []


def test_the_ten_weeks_have_the_planned_lists() -> None:
    phases = re.findall(r"^\| (\d), weeks (\S+): .*$", (ROOT / MIGRATION).read_text(), re.MULTILINE)
    lines = re.findall(r"^\| \d, weeks .*$", (ROOT / MIGRATION).read_text(), re.MULTILINE)
    assert phases == [(str(n), f"{2 * n - 1}\u2013{2 * n}") for n in range(1, 6)]
    assert [line.count("☐") for line in lines] == [5, 5, 4, 4, 4]


def test_commands_for_tasks_name_what_the_stack_has() -> None:
    graph = stack_graph("collaboration-prod")
    text = section(COLLABORATION, "Tasks do not start")
    cluster = graph.only("aws:ecs/cluster:Cluster").inputs["name"]
    service = graph.only("aws:ecs/service:Service").inputs["name"]
    task = graph.only("aws:ecs/taskDefinition:TaskDefinition").inputs["family"]
    assert f"aws ecs describe-services --cluster {cluster} --services {service}" in text
    assert f"aws ecs describe-task-definition --task-definition {task}" in text


def test_drills_name_what_the_stack_has() -> None:
    graph = stack_graph("consulting-prod")
    text = section("docs/runbooks/consulting.md", "Drills")
    assert f"--db-instance-identifier {graph.only('aws:rds/instance:Instance').inputs['identifier']} " in text
    names = {n.inputs["metadata"]["name"] for n in graph.of_type("kubernetes:apps/v1:Deployment")}
    assert set(re.findall(r"deployment/(\w+)", text)) <= names
