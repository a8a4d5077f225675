"""Writing a .docx: any number of rows in the same memory, sound XML whatever the words; numbering. No database."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx as python_docx
import pytest

from planning.document import docx
from planning.document.paper import Column, Heading, Numbering, Paper, Paragraph, Row, Table, ordinal


def paper(rows: int, text: str = "点位") -> Paper:
    def lines() -> Iterator[Row]:
        for number in range(rows):
            yield (str(number), f"{text}{number}")

    table = Table("表", (Column("序号", 20, figure=True), Column("名称", 136)), lines, ("合计", str(rows)))
    return Paper(
        "方案",
        "（第 1 版）",
        "各单位：",
        lambda: iter((Heading("一、现状"), Paragraph("正文"), Heading("附件1", 0), table)),
        ("清单",),
        "办公室",
        "2022年8月22日",
    )


def peak(rows: int, path: Path) -> int:
    tracemalloc.start()
    try:
        docx.write(paper(rows), path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    docx.write(paper(1), tmp_path / "warm.docx")
    few, many = peak(600, tmp_path / "few.docx"), peak(6000, tmp_path / "many.docx")
    assert many < 1.5 * few


def test_another_program_reads_it_back(tmp_path: Path) -> None:
    docx.write(paper(450, "<&\x00\ud83d]]>{{ 7*7 }}"), tmp_path / "plan.docx")
    read = python_docx.Document(str(tmp_path / "plan.docx"))
    (table,) = read.tables
    assert len(table.rows) == 452
    assert table.rows[450].cells[1].text == "<&\ufffd\ufffd]]>{{ 7*7 }}449"
    told = [line.text for line in read.paragraphs]
    assert told[:4] == ["方案", "（第 1 版）", "各单位：", "一、现状"]
    assert told.index("2022年8月22日") < told.index("附件1"), "it is signed before its annexes"


def test_heads_are_repeated_and_rows_not_torn(tmp_path: Path) -> None:
    docx.write(paper(3), tmp_path / "plan.docx")
    with zipfile.ZipFile(tmp_path / "plan.docx") as package:
        body = package.read("word/document.xml").decode()
    assert body.count("<w:tblHeader/>") == 1
    assert body.count("<w:cantSplit/>") == 5


def test_a_row_that_does_not_fit_its_head_is_our_mistake(tmp_path: Path) -> None:
    wrong = Paper("方案", "", "", lambda: iter((Table("", (Column("名称", 156),), lambda: [("一", "二")]),)))
    with pytest.raises(ValueError, match="longer"):
        docx.write(wrong, tmp_path / "plan.docx")


def test_sections_are_numbered_as_in_letters() -> None:
    numbering = Numbering()
    told = [numbering.section("现状").text, numbering.part("总体").text, numbering.part("单位").text]
    assert [*told, numbering.section("措施").text, numbering.part("方法").text] == [
        "一、现状", "（一）总体", "（二）单位", "二、措施", "（一）方法",
    ]  # fmt: skip
    assert [ordinal(number) for number in (1, 10, 11, 20, 21, 99)] == ["一", "十", "十一", "二十", "二十一", "九十九"]
