"""What a deployment needs from outside the program: what must be true before it, between its two runs, and after."""

from preview.before.collect import prerequisites
from preview.before.model import Prerequisite, When
from preview.before.plan import Step, plan

__all__ = ["Prerequisite", "Step", "When", "plan", "prerequisites"]
