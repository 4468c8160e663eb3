"""SQL that the program applies to databases: by a Job from a ConfigMap, or by a call of a function."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyser.analyses.reach.graph_view import text
from analyser.analyses.reach.workloads import FUNCTION
from analyser.analyses.trace.code import JOB, Code
from analyser.analyses.trace.code_configuration import CONFIG, flat
from analyser.analyses.trace.survey import Survey
from policy.model import Resource

_INVOCATION = "aws:lambda/invocation:Invocation"


@dataclass(frozen=True)
class Migration:
    """SQL that is applied, and the configuration of what applies it, which has the database's host."""

    sql: str
    configuration: str
    evidence: tuple[Resource, ...]

    def makes(self, user: str) -> bool:
        """Whether it creates a role of this name."""
        return re.search(rf"\bCREATE\s+(ROLE|USER)\s+\"?{re.escape(user)}\b", self.sql, re.IGNORECASE) is not None

    def lets_in(self, user: str) -> bool:
        """Whether it grants the role by which RDS lets a user in with a token of IAM.

        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
        """
        return re.search(rf"\bGRANT\s+rds_iam\s+TO\s+\"?{re.escape(user)}\b", self.sql, re.IGNORECASE) is not None


def migrations(s: Survey) -> Iterator[Migration]:
    """Everything that the program applies to a database."""
    for job in s.of(JOB):
        configuration = " ".join(one.value for one in Code(job, s).configuration)
        for config in _mounted(s, job):
            sql = "\n".join(value for key, value in flat(config.get("data") or {}) if key.endswith(".sql"))
            yield Migration(sql, configuration, (job, config))
    for call in s.of(_INVOCATION):
        sql = "\n".join(_sql(text(call.get("input"))))
        for function in s.refers(call, "functionName", FUNCTION) if sql else ():
            variables = function.get("environment.variables")
            configuration = " ".join(value for _, value in flat(variables if isinstance(variables, dict) else {}))
            yield Migration(sql, configuration, (call, function))


def _mounted(s: Survey, job: Resource) -> list[Resource]:
    names = [text(one.get("configMap.name")) for one in job.blocks("spec.template.spec.volumes")]
    namespace = text(job.get("metadata.namespace"))
    every = (one for one in s.of(CONFIG) if one.has("metadata.namespace", namespace))
    return [one for one in every if text(one.get("metadata.name")) in names]


def _sql(content: str) -> Iterator[str]:
    try:
        files = json.loads(content).get("Files", ())
    except (ValueError, AttributeError):
        return
    yield from (one["Sql"] for one in files)
