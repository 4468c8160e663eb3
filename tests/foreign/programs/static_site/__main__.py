"""Files of a folder in a bucket, behind CloudFront, under a name of a zone that is there already."""

from pathlib import Path

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
zone = aws.route53.get_zone(name="example.com")
bucket = aws.s3.BucketV2("site")
website = aws.s3.BucketWebsiteConfigurationV2("site", bucket=bucket.bucket, index_document={"suffix": "index.html"})
for file in sorted(Path(config.require("path")).iterdir()):
    aws.s3.BucketObjectv2(file.name, bucket=bucket.id, key=file.name, source=pulumi.FileAsset(str(file)))
distribution = aws.cloudfront.Distribution(
    "site",
    enabled=True,
    origins=[
        {
            "origin_id": bucket.arn,
            "domain_name": website.website_endpoint,
            "custom_origin_config": {
                "origin_protocol_policy": "http-only",
                "http_port": 80,
                "https_port": 443,
                "origin_ssl_protocols": ["TLSv1.2"],
            },
        }
    ],
    default_cache_behavior={
        "target_origin_id": bucket.arn,
        "viewer_protocol_policy": "redirect-to-https",
        "allowed_methods": ["GET", "HEAD"],
        "cached_methods": ["GET", "HEAD"],
        "forwarded_values": {"query_string": True, "cookies": {"forward": "all"}},
    },
    restrictions={"geo_restriction": {"restriction_type": "none"}},
    viewer_certificate={"cloudfront_default_certificate": True},
)
aws.route53.Record(
    "www",
    zone_id=zone.zone_id,
    name="www.example.com",
    type="CNAME",
    ttl=300,
    records=[distribution.domain_name],
)
pulumi.export("url", pulumi.Output.concat("https://", distribution.domain_name))
