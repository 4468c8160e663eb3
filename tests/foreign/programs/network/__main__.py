"""What another program reads."""

import pulumi
import pulumi_aws as aws

vpc = aws.ec2.Vpc("net", cidr_block="10.1.0.0/16")
subnet = aws.ec2.Subnet("private", vpc_id=vpc.id, cidr_block="10.1.1.0/24")
pulumi.export("subnet_id", subnet.id)
pulumi.export("token", pulumi.Output.secret("hidden-in-network"))
