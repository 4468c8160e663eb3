"""Fluent Bit's configuration, as its ConfigMap holds it: https://docs.fluentbit.io/manual/"""

from collections.abc import Mapping
from typing import Literal

Parser = Literal["multiline", "docker", "cri"]
HTTP_PORT = 2020
STATE = "/fluent-bit/state"

# A line of the container runtime may be one of several parts; the built-in multiline parsers put them together.
# The file of positions lets a restarted container go on where it was. With a buffer of 0 the answers of the API may be
# of any length. A throttled batch is tried again for some minutes rather than once.
_MAIN = """[SERVICE]
    Flush         1
    Log_Level     info
    Daemon        off
    Parsers_File  parsers.conf
    HTTP_Server   On
    HTTP_Listen   0.0.0.0
    HTTP_Port     {http_port}
    Health_Check  On

[INPUT]
    Name              tail
    Path              /var/log/containers/*.log
    Exclude_Path      /var/log/containers/{name}-*_{namespace}_*.log
    {parser}
    Tag               kube.*
    DB                {state}/positions.db
    Refresh_Interval  5
    Mem_Buf_Limit     50MB
    Skip_Long_Lines   On

[FILTER]
    Name                kubernetes
    Match               kube.*
    Merge_Log           On
    Keep_Log            Off
    K8S-Logging.Parser  On
    Annotations         Off
    Buffer_Size         0

[OUTPUT]
    Name               cloudwatch_logs
    Match              *
    region             {region}
    log_group_name     {log_group}
    log_stream_prefix  from-fluent-bit-
    auto_create_group  false
    Retry_Limit        10
"""

# A pod asks for one by the annotation fluentbit.io/parser.
_PARSERS = """[PARSER]
    Name    json
    Format  json
"""


# For lines of one format, each taken by itself: https://docs.fluentbit.io/manual/data-pipeline/parsers/configuring-parser
_RUNTIMES: Mapping[Parser, str] = {
    "multiline": "",
    "docker": """
[PARSER]
    Name         docker
    Format       json
    Time_Key     time
    Time_Format  %Y-%m-%dT%H:%M:%S.%L
    Time_Keep    On
""",
    "cri": """
[PARSER]
    Name         cri
    Format       regex
    Regex        ^(?<time>[^ ]+) (?<stream>stdout|stderr) (?<logtag>[^ ]*) (?<log>.*)$
    Time_Key     time
    Time_Format  %Y-%m-%dT%H:%M:%S.%L%z
""",
}


def fluent_bit_files(
    *, name: str, namespace: str, region: str, log_group: str, parser: Parser = "multiline"
) -> dict[str, str]:
    """Both files by name. The daemon's own log is left out, or every batch sent would be one more to send."""
    main = _MAIN.format(
        http_port=HTTP_PORT,
        state=STATE,
        name=name,
        namespace=namespace,
        region=region,
        log_group=log_group,
        parser="multiline.parser  docker, cri" if parser == "multiline" else f"Parser            {parser}",
    )
    return {"fluent-bit.conf": main, "parsers.conf": _PARSERS + _RUNTIMES[parser]}
