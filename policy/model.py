"""Everything a rule module needs, in one import."""

from policy.environment import environment_of
from policy.evaluate import RuleIndex, Violation, evaluate, index_of, judge
from policy.exemptions import Exemption, read_exemptions
from policy.graph import STACK_TYPE, Graph
from policy.levels import Config, PolicyConfigError, read_config
from policy.resources import Block, Resource
from policy.rule import Finding, Kind, Level, Rule, RuleConfig, Severity, rule, stack_rule
from policy.unknown import UNKNOWN, UnknownTouchedError, known, wholly_known

__all__ = [
    "STACK_TYPE",
    "UNKNOWN",
    "Block",
    "Config",
    "Exemption",
    "Finding",
    "Graph",
    "Kind",
    "Level",
    "PolicyConfigError",
    "Resource",
    "Rule",
    "RuleConfig",
    "RuleIndex",
    "Severity",
    "UnknownTouchedError",
    "Violation",
    "environment_of",
    "evaluate",
    "index_of",
    "judge",
    "known",
    "read_config",
    "read_exemptions",
    "rule",
    "stack_rule",
    "wholly_known",
]
