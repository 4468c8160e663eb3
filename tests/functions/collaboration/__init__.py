"""The collaboration code: one library, two models."""
