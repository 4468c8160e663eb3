"""ECR repositories: immutable tags, scans on push, lifecycle."""

import json

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.account import Account
from components.component import Component
from components.security.deployment_role import DEPLOYMENT_ROLE
from components.security.key import Key
from components.statements import Grant, Statement, policy_document, sid
from settings import Name, Settings


class RegistrySettings(Settings):
    """``namespace`` goes before every repository's name, so that stacks can share an account's registry.

    ``keep_images`` is how many versions each repository keeps, each with all that belongs to it.
    """

    namespace: Name
    """What every repository's name begins with, so that stacks can share an account's registry."""
    repositories: tuple[Name, ...] = Field(min_length=1)
    """Repositories by name, without the namespace."""
    keep_images: int = Field(default=30, ge=1, le=1000)
    """How many versions each repository keeps: what has a tag, whatever its platforms and attestations."""


class Registry(Component):
    """ECR repositories, one an image: tags never change, every push is scanned, a customer key encrypts the layers.

    Roles of this account reach them through ``pull`` and ``push``. Where the stack's images go on to another account,
    a policy of each repository lets the deployment role of that one pull them, with what attests them.
    """

    def __init__(
        self,
        name: str,
        settings: RegistrySettings,
        *,
        account: Account,
        key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        suffix = "amazonaws.com.cn" if account.partition == "aws-cn" else "amazonaws.com"
        self._domain = f"{account.id}.dkr.ecr.{account.region}.{suffix}"
        self._repositories = {
            image: self._repository(image, settings, account, key) for image in sorted(set(settings.repositories))
        }
        self.register_outputs({"repositoryUrls": {image: self.repository_url(image) for image in self._repositories}})

    def repository_url(self, image: str) -> pulumi.Output[str]:
        """What image references start with, without a tag. Raises KeyError for an image that has no repository."""
        # Put together from the name, which unlike the URL is known before the repository is there.
        return pulumi.Output.concat(self._domain, "/", self._repositories[image].name)

    @property
    def login(self) -> Grant:
        """Lets a role get a token to talk to ECR; the one action that takes no resource."""
        return Statement(sid("Login", self.name), ["ecr:GetAuthorizationToken"], ["*"])

    @property
    def pull(self) -> Grant:
        """Lets a role, together with ``login``, pull images."""
        return Statement(sid("Pull", self.name), _PULL, self._arns)

    @property
    def push(self) -> Grant:
        """Lets a role, together with ``login``, push images and pull the layers they share."""
        return Statement(sid("Push", self.name), [*_PULL, *_PUSH], self._arns)

    @property
    def operate(self) -> Grant:
        """Lets a role see what ECR has found in the images."""
        return Statement(sid("SeeFindings", self.name), ["ecr:DescribeImageScanFindings"], self._arns)

    @property
    def _arns(self) -> list[pulumi.Output[str]]:
        return [repository.arn for repository in self._repositories.values()]

    def _repository(self, image: str, settings: RegistrySettings, account: Account, key: Key) -> aws.ecr.Repository:
        repository = aws.ecr.Repository(
            self.child(image),
            name=f"{settings.namespace}/{image}",
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            encryption_configurations=[
                aws.ecr.RepositoryEncryptionConfigurationArgs(encryption_type="KMS", kms_key=key.arn)
            ],
            force_delete=not account.safeguards.keeps_data,
            opts=self.child_options(),
        )
        aws.ecr.LifecyclePolicy(
            self.child(image, "lifecycle"),
            repository=repository.name,
            policy=json.dumps({"rules": _expiry(settings)}),
            opts=self.child_options(),
        )
        if account.promotes_to:
            aws.ecr.RepositoryPolicy(
                self.child(image, "promotion"),
                repository=repository.name,
                policy=policy_document([_promotion(account)]),
                opts=self.child_options(),
            )
        return repository


def _promotion(account: Account) -> Statement:
    """Of the other account, since IAM takes no principal that is not there yet, and then of its one role.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
    """
    accounts = [f"arn:{account.partition}:iam::{other}" for other in account.promotes_to]
    return Statement(
        "Promote",
        ["ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer", "ecr:ListImageReferrers"],
        [],
        {"ArnEquals": {"aws:PrincipalArn": [f"{other}:role/{DEPLOYMENT_ROLE}" for other in accounts]}},
        principals={"AWS": [f"{other}:root" for other in accounts]},
    )


def _expiry(settings: RegistrySettings) -> list[dict[str, object]]:
    """A version is what has a tag, so that it counts once; what belongs to it has none, and each counts as an image.

    An image that an index names stays while that does, and what refers to an image goes within a day of it; that it
    stays as long is promised nowhere. So untagged ones go by count and not by age: each deployment reads the
    attestation of what it runs, however old that is. Of the youngest ``_WITHOUT_TAG`` for each version that is kept,
    none that belongs to one is left out, since each was pushed with a version that is as young or younger.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-signing.html
    https://github.com/aws/containers-roadmap/issues/2613
    """
    versions = {
        "tagStatus": "tagged",
        "tagPatternList": ["*"],
        "countType": "imageCountMoreThan",
        "countNumber": settings.keep_images,
    }
    untagged = {
        "tagStatus": "untagged",
        "countType": "imageCountMoreThan",
        "countNumber": settings.keep_images * _WITHOUT_TAG,
    }
    return [
        {"rulePriority": 1, "description": "Versions", "selection": versions, "action": {"type": "expire"}},
        {"rulePriority": 2, "description": "Untagged", "selection": untagged, "action": {"type": "expire"}},
    ]


_WITHOUT_TAG = 10
"""What belongs to a version at most and has no tag: images of two platforms, what BuildKit says of each build, GitHub's
attestation; twice over, for what was attested again or deleted by hand and built again. With the 1,000 versions that
``keep_images`` takes these are 11,000 images, of the 100,000 that a repository takes.

https://docs.docker.com/build/metadata/attestations/attestation-storage/
https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
"""
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
_PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
_PUSH = ["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"]
