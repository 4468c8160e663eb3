"""A small project on disk, for tests of the command."""

from pathlib import Path

BUCKET = """
import pulumi
import pulumi_aws as aws

bucket = aws.s3.Bucket("store", bucket="records-store")
pulumi.export("bucket", bucket.bucket)
"""
CONFIG = "config: {aws:region: us-east-1, strata:system: records, strata:environment: prod}\n"


def write_project(folder: Path, program: str = BUCKET, config: str = CONFIG) -> Path:
    """A project with one stack, ``shop``."""
    (folder / "Pulumi.yaml").write_text("name: strata\nruntime: python\n", encoding="utf-8")
    (folder / "Pulumi.shop.yaml").write_text(config, encoding="utf-8")
    (folder / "__main__.py").write_text(program, encoding="utf-8")
    return folder
