"""What AWS's services, Kubernetes and GitHub take as names and values: one module a service, each rule with its source.

A rule is a type that settings are made of; what holds between two values is a function that their classes call.
"""
