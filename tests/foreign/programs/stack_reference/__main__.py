"""A machine in a subnet of another project, and something of a third that nobody has here."""

import pulumi
import pulumi_aws as aws

stack = pulumi.get_stack()
network = pulumi.StackReference(f"acme/network/{stack}")
elsewhere = pulumi.StackReference("acme/elsewhere/prod")
machine = aws.ec2.Instance(
    "app",
    ami="ami-0123456789abcdef0",
    instance_type="t3.small",
    subnet_id=network.require_output("subnet_id"),
    user_data=network.require_output("token"),
    tags={"Owner": elsewhere.get_output("owner")},
)
pulumi.export("id", machine.id)
