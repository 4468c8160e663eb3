"""What is left when a zone, a region, a store's data, or the control planes of us-east-1 are taken away."""

from analyser.analyses.simulation.model import Fault, Outcome, Pair
from analyser.analyses.simulation.run import simulate

__all__ = ["Fault", "Outcome", "Pair", "simulate"]
