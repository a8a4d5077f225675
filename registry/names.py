"""Names behind the codes and ids that registered rows carry, looked up once for a page and not once a row."""

from __future__ import annotations

from functools import cached_property

from agencies.models import Agency
from sheets.kinds.places import ZONE, place_kinds, townships


class Names:
    """Names of agencies (one query, when first asked for), townships and kinds of place."""

    @cached_property
    def _agencies(self) -> dict[int, Agency]:
        return {agency.pk: agency for agency in Agency.objects.all()}

    @cached_property
    def agency_ids(self) -> dict[str, int]:
        """Agency code -> id, in the roster's order."""
        return {agency.code: pk for pk, agency in self._agencies.items()}

    def agency(self, pk: int | None) -> str:
        """Short name; "" for none."""
        found = self._agencies.get(pk) if pk else None
        return found.short_name if found else ""

    def agency_in_full(self, pk: int | None) -> str:
        """Official name; "" for none."""
        found = self._agencies.get(pk) if pk else None
        return found.name if found else ""

    def agency_code(self, pk: int) -> str:
        """The code that stands in addresses."""
        return self._agencies[pk].code

    @staticmethod
    def township(code: str) -> str:
        """Name of a township by its 9-digit code; a code we do not know stays as it is."""
        return townships().get(code, code)

    @staticmethod
    def township_in_full(code: str) -> str:
        """The name as the official form writes it: 金寨县梅山镇."""
        name = townships().get(code)
        return f"金寨县{name}" if name and code != ZONE else name or code

    @staticmethod
    def place(code: str) -> str:
        """Name of a kind of place by its code."""
        return place_kinds().get(code, code)
