"""Whether a stack passes the policy pack."""
