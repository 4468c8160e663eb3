"""The classes and type tokens of pulumi-awsx that programs here use; it is not in the lock."""

from pulumi_awsx import ec2, lb

__all__ = ["ec2", "lb"]
