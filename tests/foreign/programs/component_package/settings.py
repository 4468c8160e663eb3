"""The program's own settings."""

import policy

MEMORY = 512 if policy.GENEROUS else 128
