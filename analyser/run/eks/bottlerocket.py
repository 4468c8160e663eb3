"""The user data of a Bottlerocket node: TOML in base64."""

import base64
import ipaddress
import json
from typing import Any

from analyser.graph import Node
from analyser.run.remote_components import Traced, applied, output_of

_DEFAULT_SERVICES = "172.20.0.0/16"


def bottlerocket_data(cluster: Node, settings: Traced) -> Traced:
    """The settings given, with what a node needs to join the cluster; None where there are none."""
    if settings.value is None:
        return Traced(None)
    network = cluster.inputs.get("kubernetesNetworkConfig") or {}
    services = ipaddress.ip_network(network.get("serviceIpv4Cidr") or _DEFAULT_SERVICES)

    def data(given: dict[str, Any], name: str, endpoint: str, authority: dict[str, str]) -> str:
        join = {
            "api-server": endpoint,
            "cluster-certificate": authority["data"],
            "cluster-dns-ip": str(services[10]),
            "cluster-name": name,
        }
        tables = given.get("settings", {})
        merged = {**tables, "kubernetes": {**join, **tables.get("kubernetes", {})}}
        return base64.b64encode("\n".join([*_toml("settings", merged), ""]).encode()).decode()

    outputs = (output_of(cluster, key) for key in ("name", "endpoint", "certificateAuthority"))
    return applied(data, settings, *outputs)


def _toml(path: str, table: dict[str, Any]) -> list[str]:
    values = [f"{key} = {json.dumps(value)}" for key, value in sorted(table.items()) if not isinstance(value, dict)]
    lines = [f"[{path}]", *values] if values else []
    for key, value in sorted(table.items()):
        if isinstance(value, dict):
            lines += _toml(f"{path}.{key}", value)
    return lines
