"""Three clouds' worth of providers, one of which knows the cluster of another."""

import json

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pulumi_random as random

password = random.RandomPassword("admin", length=24)
secret = aws.secretsmanager.Secret("admin")
aws.secretsmanager.SecretVersion("admin", secret_id=secret.id, secret_string=password.result)
cluster = kubernetes.Provider("cluster", kubeconfig=json.dumps({"kind": "Config"}))
inside = pulumi.ResourceOptions(provider=cluster)
space = kubernetes.core.v1.Namespace("apps", opts=inside)
kubernetes.apps.v1.Deployment(
    "web",
    metadata={"namespace": space.metadata.name},
    spec={
        "replicas": 2,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "nginx"}]},
        },
    },
    opts=inside,
)
