"""Recovery objectives (RPO and RTO) by store and by loss: the block ``strata:objectives`` of a stack file."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from settings.environment import Environment
from settings.errors import Problem, refuse
from settings.model import Settings

Minutes = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Reason = Annotated[str, Field(min_length=10, max_length=300)]
StoreName = Annotated[str, Field(min_length=1, max_length=200)]


class Loss(StrEnum):
    """A kind of loss that objectives are stated for."""

    ZONE = "zone"
    """One availability zone is gone, with all that stands in it."""
    CORRUPTION = "corruption"
    """What the store holds is wrong since some moment, and replicas are wrong with it."""
    DELETION = "deletion"
    """The store, or what it holds, was deleted by mistake, by a call that leaves what such calls leave."""
    REGION = "region"
    """The home region is gone, with its control plane and all backups in it."""
    ACCOUNT = "account"
    """Somebody else rules the account, or nobody does any more: all that is in it is gone, in every region."""


class Objective(Settings, use_attribute_docstrings=True):
    """How much may be lost, and how long it may take until the store serves again, counted from the decision to act."""

    rpo_minutes: Minutes | None = None
    """Of writes that may be lost; nothing is stated where it is left out."""
    rto_minutes: Minutes | None = None
    """Until the store serves again; nothing is stated where it is left out."""
    unknown: Reason | None = None
    """Why a figure is taken of which nobody has said how bad it can get. Without these words it does not hold."""
    none: Reason | None = None
    """Why nothing is stated."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        stated = self.rpo_minutes is not None or self.rto_minutes is not None
        refuse(
            {
                Problem("", "states nothing; give rpoMinutes, rtoMinutes or both, or in none why not"): not stated
                and self.none is None,
                Problem("none", "is for what states nothing; leave it out, or rpoMinutes and rtoMinutes"): stated
                and self.none is not None,
                Problem("unknown", "is for a figure that is stated; leave it out, or state one"): not stated
                and self.unknown is not None,
            }
        )
        return self


class Objectives(Settings, use_attribute_docstrings=True):
    """What holds for each loss. One that is left out is the environment's; nothing here changes what is built."""

    zone: Objective | None = None
    """Of one availability zone."""
    corruption: Objective | None = None
    """Of what a store holds, by wrong writes."""
    deletion: Objective | None = None
    """Of a store, by mistake."""
    region: Objective | None = None
    """Of the home region, with its control plane."""
    account: Objective | None = None
    """Of the account, in all its regions."""

    def of(self, loss: Loss) -> Objective | None:
        """What is said of a loss."""
        found: Objective | None = getattr(self, loss.value)
        return found


class StackObjectives(Objectives, use_attribute_docstrings=True):
    """What recovery has to achieve: of each loss for all stores, and for single ones, which then count alone."""

    stores: dict[StoreName, Objectives] = Field(default_factory=dict)
    """By the names that ``strata recovery`` has for the stores."""


_ITS_OWN = (Loss.ZONE, Loss.CORRUPTION, Loss.DELETION)
"""Losses that a stack gets over by itself; what outlives a region or an account is copied by the home stack."""


def with_home(own: StackObjectives, home: StackObjectives) -> StackObjectives:
    """What holds for a promoted recovery stack: what its file leaves out is stated by the file of its home stack."""

    def joined(here: Objectives, there: Objectives) -> dict[str, Objective | None]:
        return {loss.value: here.of(loss) or (there.of(loss) if loss in _ITS_OWN else None) for loss in Loss}

    none = Objectives()
    names = sorted({*own.stores, *home.stores})
    stores = {name: Objectives(**joined(own.stores.get(name, none), home.stores.get(name, none))) for name in names}
    return StackObjectives(**joined(own, home), stores=stores)


ENVIRONMENTS: Mapping[Environment, Objectives] = {
    Environment.DEV: Objectives(),
    Environment.STAGING: Objectives(zone=Objective(rpo_minutes=5, rto_minutes=15)),
    Environment.PROD: Objectives(
        zone=Objective(rpo_minutes=5, rto_minutes=15),
        corruption=Objective(rpo_minutes=25 * 60),
        deletion=Objective(rpo_minutes=25 * 60),
    ),
}
"""What holds for a store of which a stack says nothing. The figures of a zone are those of the records system's design;
a daily backup may begin an hour late, and so 25 hours may lie between two."""


def stated(own: StackObjectives, others: Objectives, store: str, loss: Loss) -> tuple[str, Objective | None]:
    """What holds for a store and a loss, by ``others`` where the stack says nothing, and the key that says it or would.

    Keys are below ``strata:objectives``.
    """
    single = own.stores.get(store, Objectives()).of(loss)
    if single is not None:
        return f"stores.{store}.{loss}", single
    return str(loss), own.of(loss) or others.of(loss)
