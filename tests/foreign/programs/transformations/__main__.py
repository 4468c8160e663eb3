"""Changes to every resource on its way: by the SDK itself, and by the engine's call back."""

import pulumi
import pulumi_aws as aws


def tagged(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    if args.type_ != "aws:s3/bucket:Bucket":
        return None
    return pulumi.ResourceTransformationResult({**args.props, "tags": {"Team": "shop"}}, args.opts)


def kept(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    if args.type_ != "aws:s3/bucket:Bucket":
        return None
    options = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(protect=True))
    return pulumi.ResourceTransformResult({**args.props, "forceDestroy": True}, options)


pulumi.runtime.register_stack_transformation(tagged)
pulumi.runtime.register_resource_transform(kept)
aws.s3.Bucket("files")
aws.sqs.Queue("jobs")
