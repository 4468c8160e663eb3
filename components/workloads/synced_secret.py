"""A Kubernetes Secret that External Secrets keeps equal to values in Secrets Manager."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.workloads.external_secrets import API_VERSION, READY, ExternalSecrets
from components.workloads.in_cluster import InCluster
from settings.services.kubernetes import SECRET_KEY, VARIABLE


@dataclass(frozen=True)
class SecretValue:
    """A secret of Secrets Manager, or one ``key`` of the JSON object that it holds."""

    secret_arn: pulumi.Input[str]
    key: str | None = None


class SyncedSecret(InCluster):
    """The Kubernetes secret ``secret`` in the operator's namespace; no value of it passes through Pulumi or its state.

    ``values`` are what is read. They are the secret's keys, unless ``templates`` compose its keys out of them:
    ``postgresql://app:{{ .password | urlquery }}@host/db`` (https://external-secrets.io/latest/guides/templating/).
    Changes arrive within five minutes; a variable of the environment changes only in pods that start afterwards, so
    after a rotation they have to be restarted. The secret goes with this component, and stays when its source is gone.

    It is made when all of ``after`` is there, such as what gives a secret its first value. The component counts as made
    once the secret is there: let workloads come ``after`` it. Raises ValueError for names
    that Kubernetes or a template cannot carry.
    """

    def __init__(
        self,
        name: str,
        *,
        secret: str,
        operator: ExternalSecrets,
        values: Mapping[str, SecretValue],
        templates: Mapping[str, pulumi.Input[str]] | None = None,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, cluster=operator.cluster, opts=opts)
        _check(name, values, templates)
        self.secret_name = secret
        self.keys = frozenset(templates or values)
        CustomResource(
            self.child("secret"),
            api_version=API_VERSION,
            kind="ExternalSecret",
            metadata=ObjectMetaArgs(name=secret, namespace=operator.namespace, annotations=READY),
            spec={
                "refreshInterval": "5m",
                "secretStoreRef": {"kind": "SecretStore", "name": operator.store_name},
                "target": {
                    "name": secret,
                    "creationPolicy": "Owner",
                    "deletionPolicy": "Retain",
                    **({"template": {"engineVersion": "v2", "data": templates}} if templates else {}),
                },
                "data": [_datum(variable, values[variable]) for variable in sorted(values)],
            },
            # The operator brings the kind, and takes its finalizer off when the secret goes.
            opts=self.in_cluster(depends_on=[operator, *after]),
        )
        self.register_outputs({"secretName": self.secret_name})


def _datum(variable: str, value: SecretValue) -> dict[str, Any]:
    remote: dict[str, Any] = {"key": value.secret_arn}
    if value.key is not None:
        remote["property"] = value.key
    return {"secretKey": variable, "remoteRef": remote}


def _check(name: str, values: Mapping[str, SecretValue], templates: Mapping[str, pulumi.Input[str]] | None) -> None:
    if not values:
        raise ValueError(f"{name}: no value to copy")
    for key in templates or values:
        if not SECRET_KEY.fits(key):
            raise ValueError(f"{name}: {key!r} is no key of a Kubernetes secret")
    for variable in values if templates else ():
        if not VARIABLE.fits(variable):
            raise ValueError(f"{name}: {variable!r} cannot be named in a template")
