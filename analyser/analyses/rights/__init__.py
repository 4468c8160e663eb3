"""What a role may do, from the policies of a known run.

Not judged: service control policies, and the policies of VPC endpoints on the way.
"""
