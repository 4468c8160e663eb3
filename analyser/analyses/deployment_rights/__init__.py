"""What the role that deploys a stack may do, and what bounds the roles that it makes.

docs/decisions/0049-least-rights.md says why so.
"""
