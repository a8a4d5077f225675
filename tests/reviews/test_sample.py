"""Rows drawn by lot: recorded before they are seen, the same for everybody who draws them again."""

from __future__ import annotations

import hashlib

import pytest
from django.test import Client

from agencies.models import Person
from reviews import samples
from reviews.models import Decision, Round, Sample, Side
from reviews.services import mark
from tests.factories_inventory import submitted
from tests.reviews.bench_scenes import camera
from tests.reviews.pages import names, post, read, text, url_of
from tests.reviews.scenes import close_side, entries, keys_of, latest, pass_all, stamp


@pytest.fixture
def round_(db: None) -> Round:
    return latest(submitted("meishan", values=[camera(number) for number in range(1, 41)]))


def draw(client: Client, round_: Round, size: object, side: Side = Side.DATA, **more: object) -> object:
    return client.post(url_of(round_.case, "review_sample"), stamp(round_, side, size=size, **more), follow=True)


def test_it_is_drawn_recorded_and_shown(client: Client, data_reviewer: Person, round_: Round) -> None:
    client.force_login(data_reviewer)
    page = draw(client, round_, 7).content.decode()  # type: ignore[attr-defined]
    sample = Sample.objects.get()
    assert (sample.size, sample.side, sample.person) == (7, "data", data_reviewer)
    told = {"round": 1, "side": "data", "seed": sample.seed, "rows": 7}
    assert entries("review.sampled") == [("data-1", "review.sampled", told)]
    assert f"已抽取 7 行，随机种子 {sample.seed}" in page
    assert len(names(page)) == 7 and "抽样 7 行：已审 0" in text(page)


def test_anybody_can_draw_it_again(client: Client, data_reviewer: Person, round_: Round) -> None:
    sample = samples.draw(data_reviewer, round_.pk, Side.DATA, 9, version_hash=round_.version_hash)
    order = sorted(keys_of(round_), key=lambda key: hashlib.sha256(f"{sample.seed}:{key}".encode()).hexdigest())
    assert samples.keys(sample) == order[:9]


def test_progress_over_the_sample(client: Client, data_reviewer: Person, round_: Round) -> None:
    sample = samples.draw(data_reviewer, round_.pk, Side.DATA, 5, version_hash=round_.version_hash)
    drawn = samples.keys(sample)
    content = round_.version_hash
    mark(data_reviewer, round_.pk, Side.DATA, Decision.PASS, version_hash=content, keys=drawn[:2])
    mark(
        data_reviewer, round_.pk, Side.DATA, Decision.QUESTION, version_hash=content, keys=drawn[2:3], reason="编码抄错"
    )
    client.force_login(data_reviewer)
    page = read(client, round_.case, sample=str(sample.pk))
    assert "抽样 5 行：已审 2" in text(page)
    third = stamp(round_, Side.DATA, keys=drawn[3], back=f"sample={sample.pk}")
    assert post(client, round_.case, "review_pass", third).json()["sampled"] == 3
    assert len(names(read(client, round_.case, sample=str(sample.pk), said="open"))) == 1, (
        "a question has a filter of its own"
    )


def test_two_samples_differ_and_both_stay(data_reviewer: Person, round_: Round) -> None:
    drawn = [samples.draw(data_reviewer, round_.pk, Side.DATA, 12, version_hash=round_.version_hash) for _ in range(2)]
    assert drawn[0].seed != drawn[1].seed
    assert [sample.pk for sample in samples.of_side(round_, Side.DATA)] == [drawn[1].pk, drawn[0].pk]


def test_the_other_side_and_readers_see_none(
    client: Client, data_reviewer: Person, police_reviewer: Person, leader: Person, round_: Round
) -> None:
    sample = samples.draw(data_reviewer, round_.pk, Side.DATA, 5, version_hash=round_.version_hash)
    for person in (police_reviewer, leader):
        client.force_login(person)
        page = read(client, round_.case, sample=str(sample.pk))
        assert sample.seed not in page and len(names(page)) == 40


@pytest.mark.parametrize("size", ["", "x", "0", "-3", "41", "1000000"])
def test_a_size_that_makes_no_sense_is_refused(client: Client, data_reviewer: Person, round_: Round, size: str) -> None:
    client.force_login(data_reviewer)
    answer = draw(client, round_, size)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert not Sample.objects.exists()


def test_who_may_not_act_may_not_draw(
    client: Client, data_reviewer: Person, office: Person, meishan_clerk: Person, mabu_clerk: Person, round_: Round
) -> None:
    for person, status in ((office, 403), (meishan_clerk, 403), (mabu_clerk, 404)):
        client.force_login(person)
        assert draw(client, round_, 3).status_code == status  # type: ignore[attr-defined]
    client.force_login(data_reviewer)
    assert draw(client, round_, 3, Side.POLICE).status_code == 403  # type: ignore[attr-defined]
    assert draw(client, round_, 3, version_hash="0" * 64).status_code == 409  # type: ignore[attr-defined]
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    assert draw(client, round_, 3).status_code == 409  # type: ignore[attr-defined]
    assert not Sample.objects.exists()
