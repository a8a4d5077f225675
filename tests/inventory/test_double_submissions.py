"""Two presses of 提交 at the same moment: one version goes in, one round opens, one audit row is written."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from agencies.models import Person
from audit import journal
from audit.failures import Conflict
from audit.models import Entry
from inventory import services
from inventory.models import Submission, Version
from reviews.models import Case, Item, Round
from tests.factories_inventory import drafted, make_campaign
from tests.reviews.lanes import together


@pytest.mark.parametrize("count", [40, *(pytest.param(count, marks=pytest.mark.nightly) for count in (100, 1000))])
def test_double_submissions(count: int, real_db: str, meishan_clerk: Person, meishan_colleague: Person) -> None:
    drafts = [drafted("meishan", rows=2, campaign=make_campaign(), by=meishan_clerk) for _ in range(count)]
    hashes = dict(Version.objects.values_list("submission", "hash"))
    lanes = [
        [partial(services.submit, by, draft.pk, hashes[draft.pk]) for draft in drafts]
        for by in (meishan_clerk, meishan_colleague)
    ]
    pressed = together(lanes)
    for one, other in zip(*pressed, strict=True):
        assert sorted(isinstance(result, Conflict) for result in (one, other)) == [False, True]
    assert Submission.objects.filter(state=Submission.State.IN_REVIEW).count() == count
    assert Case.objects.count() == Round.objects.count() == Version.objects.count() == count
    assert Item.objects.count() == 2 * count
    told = Counter(Entry.objects.filter(action="submission.submitted").values_list("object_id", flat=True))
    assert told == Counter({str(draft.pk): 1 for draft in drafts})
    assert journal.verify() == (Entry.objects.count(), None)
