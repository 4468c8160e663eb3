"""What a deployment needs from outside the program: what must be true before it, between its two runs, and after."""

from analyser.analyses.prerequisites.collect import prerequisites
from analyser.analyses.prerequisites.model import Prerequisite, When
from analyser.analyses.prerequisites.plan import Step, plan

__all__ = ["Prerequisite", "Step", "When", "plan", "prerequisites"]
