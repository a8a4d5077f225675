"""Who may see which rows: one registry of visibility providers, asked by every `visible_to`.

A provider is registered for a model by the app that owns the reason (own agency, supervision, later sharing grants) in
its `AppConfig.ready()`. The answers are joined with OR; nobody answering means nothing is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from django.db import models
from django.db.models import BooleanField, Case, Q, Value, When

if TYPE_CHECKING:
    from .models import Person

M = TypeVar("M", bound=models.Model)
NOTHING = Q(pk__in=[])
EVERYTHING = ~NOTHING


@dataclass(frozen=True)
class Sight:
    """What one reason lets a person see: all of the row (`full`), or the row with its position masked."""

    full: Q = NOTHING
    masked: Q = NOTHING


Provider = Callable[["Person"], Sight]
_providers: dict[str, list[Provider]] = {}


def register(model_label: str, provider: Provider) -> None:
    """Let `provider` answer for the model with this label ("cameras.camera")."""
    _providers.setdefault(model_label, []).append(provider)


def answering() -> Iterator[tuple[str, Provider]]:
    """(model label, provider) of everybody who answers."""
    for label, providers in _providers.items():
        for provider in providers:
            yield label, provider


def sight(model: type[models.Model], person: Person) -> Sight:
    """Everything all providers let this person see of this model."""
    full, masked = NOTHING, NOTHING
    if person.is_active:
        for provider in _providers.get(model._meta.label_lower, []):
            seen = provider(person)
            full |= seen.full
            masked |= seen.masked
    return Sight(full, masked)


def has_sight(model: type[models.Model], person: Person) -> bool:
    """Whether any reason lets this person see rows of this model, be there such rows or not."""
    providers = _providers.get(model._meta.label_lower, [])
    return person.is_active and any(provider(person) != Sight() for provider in providers)


class VisibleQuerySet(models.QuerySet[M], Generic[M]):
    """Every read of business rows starts at `visible_to(person)`."""

    def visible_to(self, person: Person) -> Self:
        """The rows this person may see, each with `is_masked`: whether its exact position must not be shown."""
        seen = sight(self.model, person)
        return self.filter(seen.full | seen.masked).annotate(is_masked=_masked(seen))


def _masked(seen: Sight) -> Any:
    return Case(When(seen.full, then=Value(False)), default=Value(True), output_field=BooleanField())
