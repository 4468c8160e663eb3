import json
from typing import Any

import pytest
from pydantic import ValidationError

from components.data.bucket_lifecycle import LifecycleSettings, Transition


def rule(settings: LifecycleSettings) -> Any:
    return settings.rule


def read(transitions: list[tuple[int, str]], **more: int) -> LifecycleSettings:
    listed = [{"days": days, "storageClass": storage} for days, storage in transitions]
    return LifecycleSettings.model_validate_json(json.dumps({"transitions": listed, **more}))


def test_objects_may_get_colder_step_by_step() -> None:
    found = rule(read([(1, "GLACIER"), (365, "DEEP_ARCHIVE")], expireDays=3650))
    assert [(t.days, t.storage_class) for t in found.transitions] == [(1, "GLACIER"), (365, "DEEP_ARCHIVE")]
    assert found.expiration.days == 3650
    assert found.expiration.expired_object_delete_marker is None


def test_without_expiry_only_old_versions_and_delete_markers_go() -> None:
    found = rule(read([]))
    assert found.expiration.expired_object_delete_marker is True
    assert found.expiration.days is None
    assert found.noncurrent_version_expiration.noncurrent_days == 30
    assert found.abort_incomplete_multipart_upload.days_after_initiation == 7


def test_old_versions_may_get_colder_on_their_own() -> None:
    steps = (Transition(days=30, storage_class="GLACIER"), Transition(days=180, storage_class="DEEP_ARCHIVE"))
    found = rule(LifecycleSettings(noncurrent_transitions=steps, noncurrent_days=365))
    moved = [(t.noncurrent_days, t.storage_class) for t in found.noncurrent_version_transitions]
    assert moved == [(30, "GLACIER"), (180, "DEEP_ARCHIVE")]
    assert found.transitions == []
    assert rule(LifecycleSettings()).noncurrent_version_transitions is None


@pytest.mark.parametrize(
    ("steps", "days", "said"),
    [
        (((30, "GLACIER"), (30, "DEEP_ARCHIVE")), 365, "days: 30 is not after day 30"),
        (((30, "GLACIER"), (60, "GLACIER_IR")), 365, "storageClass: S3 moves nothing"),
        (((30, "GLACIER"),), 30, "noncurrentDays: 30 is not after"),
    ],
)
def test_old_versions_move_before_they_go(steps: tuple[tuple[int, Any], ...], days: int, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        LifecycleSettings(
            noncurrent_transitions=tuple(Transition(days=d, storage_class=c) for d, c in steps), noncurrent_days=days
        )


@pytest.mark.parametrize(
    ("transitions", "more", "said"),
    [
        ([(30, "STANDARD_IA"), (30, "GLACIER")], {}, "days: 30 is not after day 30"),
        ([(30, "GLACIER"), (90, "STANDARD_IA")], {}, "S3 moves nothing from GLACIER to STANDARD_IA"),
        ([(30, "GLACIER")], {"expireDays": 30}, "expireDays: 30 is not after the last of transitions"),
        ([(-1, "GLACIER")], {}, "greater than or equal to 0"),
        ([(0, "REDUCED_REDUNDANCY")], {}, "Input should be"),
    ],
)
def test_what_s3_would_refuse_is_refused(transitions: list[tuple[int, str]], more: dict[str, int], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        read(transitions, **more)
