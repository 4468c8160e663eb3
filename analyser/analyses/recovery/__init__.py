"""What a stack's configuration can achieve when something is lost, against what it states: RPO and RTO by store."""

from analyser.analyses.recovery.judge import recovery
from analyser.analyses.recovery.model import Recovery, State, Verdict

__all__ = ["Recovery", "State", "Verdict", "recovery"]
