"""An optional Lambda function that consumes the records topic."""

from typing import Self

from pydantic import model_validator

from components.compute.function import Function, FunctionSettings
from components.compute.function_code import CodeSettings
from components.compute.kafka_consumer import POLLERS_CALL, KafkaConsumer, KafkaConsumerSettings
from components.merging import disjoint
from components.network.network import Network, NetworkSettings
from components.operations.alarms import Alarm, lambda_functions, sqs
from components.operations.alarms.lambda_functions import FunctionAlarmSettings
from components.security.operator_role import OperatorRole
from settings import MisfitError, Name, Problem, Settings
from settings.services.s3 import KeyPrefix
from systems.foundation import Stack
from systems.records.parts import APPLICATION, Data

_ARCHIVE = CodeSettings(folder="functions/archive_events")


class EventsSettings(Settings):
    """A function that reads the topic; without ``code`` of its own it keeps every record in the archives' bucket."""

    code: CodeSettings = _ARCHIVE
    group: Name = "events"
    """The consumer group; another one starts from its beginning."""
    consumer: KafkaConsumerSettings = KafkaConsumerSettings()
    function: FunctionSettings = FunctionSettings(memory_mib=512, timeout_seconds=60)
    alarms: FunctionAlarmSettings = FunctionAlarmSettings()
    prefix: KeyPrefix = "events"
    """Where in the bucket."""

    @model_validator(mode="after")
    def _keeps_what_it_reads(self) -> Self:
        if self.group == APPLICATION:
            said = f"{APPLICATION} is the application's, which would miss what the function reads"
            raise MisfitError(Problem("group", said))
        if self.code.image is None and "folder" not in self.code.model_fields_set:
            raise MisfitError(
                Problem("code", "name a folder or an image; what stands in otherwise takes records and keeps none")
            )
        if self.function.release == "canary":
            said = "canary is for callers that something moves; Lambda's pollers are not"
            raise MisfitError(Problem("function.release", said))
        return self


def events_problem(events: EventsSettings | None, network: NetworkSettings) -> Problem | None:
    """Why the topic could not be consumed, or None."""
    missing = [service for service in POLLERS_CALL if service not in network.interface_endpoints]
    if events is None or not missing:
        return None
    said = f"needs network.interfaceEndpoints with {' and '.join(missing)}: no NAT leads where the brokers are"
    return Problem("events", said)


def read_events(
    stack: Stack[object], *, settings: EventsSettings, network: Network, data: Data, operators: OperatorRole
) -> dict[str, Alarm]:
    """The function with its event source mapping and alarms; ``operators`` may read its failures."""
    function = Function(
        "events",
        settings.function,
        account=stack.account,
        key=stack.keys.secrets,
        log_key=stack.keys.logs,
        code=None if settings.code.image else settings.code.folder,
        handler=None if settings.code.image else settings.code.handler,
        runtime=settings.code.runtime,
        architecture=settings.code.architecture,
        image=settings.code.image,
        layers=settings.code.layers,
        description="Records: reads the events of the topic",
        environment={"BUCKET": data.archives.bucket_name, "PREFIX": settings.prefix},
        grants=[data.archives.write],
    )
    consumer = KafkaConsumer(
        "events-consumer",
        settings.consumer,
        account=stack.account,
        function=function,
        cluster=data.stream,
        topic=data.topic,
        group=settings.group,
        key=stack.keys.secrets,
    )
    data.stream.allow_pollers(network.endpoints)
    operators.grant("events", function.operate, consumer.operate)
    return disjoint(
        lambda_functions.function(
            "events",
            function.function_name,
            settings.alarms,
            timeout_seconds=settings.function.timeout_seconds,
            reserved_concurrency=settings.function.reserved_concurrency,
        ),
        sqs.dead_letters("events", consumer.failures_name),
    )
