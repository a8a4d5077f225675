"""How a survey sheet is declared: columns with their kinds, rules with their codes.

A declaration is read by everything else: upload check, template, guide, documents, export, command line. Each column
binds the issues of its kind to codes; a column that forgets one, or names one that does not exist, fails at import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from sheets.examples import Example, of_cell
from sheets.findings import Severity
from sheets.forensics import Broken
from sheets.kinds.base import Field, Kind
from sheets.rules import ERROR, WARNING, Issue, RuleInfo, rule_info


class Need(StrEnum):
    """Whether a cell must be filled: missing is an error, a warning, or nothing."""

    REQUIRED = "required"
    WANTED = "wanted"
    OPTIONAL = "optional"


@dataclass(frozen=True)
class Column:
    """One column of the form.

    `printed` is the official header with its line breaks; `title` what findings call it (default: the header without
    breaks); `aliases` further headers read as this column. `codes` binds "missing" and each issue of the kind to a
    code. `default` names the `Options` attribute used where a row says nothing; `not_when` is (field, value): in such
    rows the column is not asked for and its value ignored; `merged`: the value of a vertically merged cell holds for
    all its rows; `merge_group`: such a merged cell marks its rows as sharing one thing (a pole). `wrong`: a cell (or
    changes to the good row) that shows an issue, where the kind's own does not fit.
    """

    key: str
    printed: str
    kind: Kind
    need: Need
    codes: Mapping[str, str] = field(default_factory=dict)
    group: str = ""
    title: str = ""
    aliases: tuple[str, ...] = ()
    help: str = ""
    example: str = ""
    sample: str = ""
    width: float = 12
    official: bool = True
    hidden: bool = False
    default: str = ""
    not_when: tuple[str, str] | None = None
    merged: bool = False
    merge_group: bool = False
    clause: str = ""
    missing: Issue | None = None
    severities: Mapping[str, Severity] = field(default_factory=dict)
    wrong: Mapping[str, Any] = field(default_factory=dict)

    @property
    def header(self) -> str:
        """The official header in one line, letter by letter."""
        return self.printed.replace("\n", "")

    @property
    def label(self) -> str:
        """What findings and guides call the column."""
        return self.title or self.header

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The clean values this column yields, the first being its own."""
        return self.kind.fields(self.key)

    @cached_property
    def issues(self) -> dict[str, Issue]:
        """Everything that may be wrong here, by issue key, with this column's severities."""
        found = dict(self.kind.issues)
        if self.need is not Need.OPTIONAL:
            issue = self.missing or MISSING
            found["missing"] = _with_severity(issue, ERROR if self.need is Need.REQUIRED else WARNING)
        if self.not_when:
            found["not_applicable"] = NOT_APPLICABLE
        for key, severity in self.severities.items():
            found[key] = _with_severity(found[key], severity)
        return found

    @property
    def choices(self) -> tuple[str, ...]:
        """The values a drop-down offers; empty when the column is free."""
        return self.kind.choices


MISSING = Issue(
    title="没有填写",
    says="没有填写“{column}”",
    fix="请在这个单元格填写“{column}”。",
)
NOT_APPLICABLE = Issue(
    title="移动摄像机不填坐标",
    says="这一行是移动摄像机，“{column}”里的 {value} 不会采用",
    fix="移动摄像机请清空经纬度，在“车辆或线路”列写明车牌、车次或线路。",
    severity=WARNING,
)
EXCEL_ERROR = Issue(
    title="单元格是 Excel 错误值",
    says="“{column}”这个单元格显示的是 Excel 错误值 {value}，不是内容",
    fix="请删除出错的公式，直接填写内容，保存后重新上传。",
)
NO_RESULT = Issue(
    title="公式没有计算结果",
    says="“{column}”这个单元格是公式，文件里没有它的计算结果",
    fix="请用 Excel 或 WPS 打开文件，把公式“选择性粘贴”为数值，保存后重新上传。",
)
PICTURE = Issue(
    title="单元格里是图片",
    says="“{column}”这个单元格里是嵌入的图片，不能当作内容",
    fix="请删除单元格里的图片，改填文字。",
)
#: What shows the common issues.
_COMMON_WRONG: Mapping[str, Any] = {
    "excel_error": "#N/A",
    "no_result": Broken("no_result"),
    "picture": '=DISPIMG("ID_1",1)',
}
#: Issues that any column may have; a sheet gives them their codes.
COMMON: Mapping[str, Issue] = {"excel_error": EXCEL_ERROR, "no_result": NO_RESULT, "picture": PICTURE}


@dataclass(frozen=True, slots=True)
class RowRule:
    """A rule over one row: `test(*values)` is True when all is well, False when not, or a text that details it.

    Called only where every value read is there (not None, not ""), and no rule of `unless` was broken in the same row.
    `at`: keys of the columns that carry the finding. `quick(*columns)` may tell from whole columns that no row fails.
    `options`: both get the check's options first. `fixes(*texts)`: the safe fix, from the raw texts of the cells `at`.
    """

    code: str
    reads: tuple[str, ...]
    at: tuple[str, ...]
    test: Callable[..., bool | str]
    unless: tuple[str, ...]
    blanks: bool
    quick: Callable[..., bool] | None
    options: bool
    fixes: Callable[..., Mapping[str, str]] | None


class FileHit(NamedTuple):
    """A cell that a file rule names: row index and column key, the same for related cells, and details.

    `code`: of another file rule that the same pass tells of; "" is the rule's own.
    """

    row: int
    key: str
    related: tuple[tuple[int, str], ...] = ()
    details: Mapping[str, Any] = {}
    code: str = ""


@dataclass(frozen=True, slots=True)
class FileRule:
    """A rule over all rows of the file: given whole columns, yields a `FileHit` for each cell concerned.

    A hit without a code is one of `code`; `beside` are further codes that the same pass finds and names in its hits.
    """

    code: str
    reads: tuple[str, ...]
    test: Callable[..., Iterable[FileHit]]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Derived:
    """Fields computed from whole columns of others, after the cells were judged."""

    fields: tuple[Field, ...]
    reads: tuple[str, ...]
    compute: Callable[..., Sequence[Sequence[Any]]]


class Sheet:
    """One survey sheet. `key` names it in code, `title` on screen, `form` is the title line of the official form."""

    def __init__(
        self,
        key: str,
        *,
        title: str,
        form: str,
        version: str,
        columns: Sequence[Column],
        common: Mapping[str, str],
        notes: Sequence[str] = (),
    ) -> None:
        self.key = key
        self.title = title
        self.form = form
        self.version = version
        self.columns = tuple(columns)
        self.notes = tuple(notes)
        self.row_rules: list[RowRule] = []
        self.file_rules: list[FileRule] = []
        self.derived: list[Derived] = []
        self.by_key: dict[str, Column] = {column.key: column for column in self.columns}
        self.index: dict[str, int] = {column.key: place for place, column in enumerate(self.columns)}
        self.common = dict(common)
        self._rules: dict[str, RuleInfo] = {}
        self.examples: dict[str, Example] = {}
        if len(self.by_key) != len(self.columns):
            raise ValueError(f"{key}: a column key is declared twice")
        if set(common) != set(COMMON):
            raise ValueError(f"{key}: codes for {sorted(COMMON)} are needed")
        self._bind()

    def _bind(self) -> None:
        """Give every issue of every column its code; one code has one wording, whichever columns share it."""
        shared: dict[str, tuple[Issue, str, list[tuple[str, str]]]] = {}
        for column in self.columns:
            if set(column.codes) != set(column.issues):
                raise ValueError(f"{self.key}.{column.key}: codes {sorted(column.codes)} for {sorted(column.issues)}")
            for key, code in column.codes.items():
                issue = column.issues[key]
                known = shared.setdefault(code, (issue, column.clause, []))
                if known[0] != issue:
                    raise ValueError(f"{code}: two wordings")
                known[2].append((column.key, column.label))
        for key, code in self.common.items():
            shared[code] = (COMMON[key], "", [(column.key, column.label) for column in self.columns if column.official])
        for code, (issue, clause, columns) in shared.items():
            example = self._example_of(code, columns[0][0])
            self._add(rule_info(code, issue, sheet=self.key, clause=clause, columns=columns), example)

    def _example_of(self, code: str, key: str) -> Example:
        """What shows the issue that this column binds to the code; every issue must have it."""
        column = self.by_key[key]
        for issue, bound in column.codes.items():
            if bound == code:
                known = {"missing": ""} | dict(column.kind.wrong) | dict(column.wrong)
                if issue not in known:  # a test insists on it; a kind under construction need not stop everything
                    return of_cell(column, "")
                return known[issue] if isinstance(known[issue], Example) else of_cell(column, known[issue])
        issue = next(issue for issue, bound in self.common.items() if bound == code)
        required = next(entry for entry in self.columns if entry.need is Need.REQUIRED)
        return of_cell(required, _COMMON_WRONG[issue])

    def _add(self, info: RuleInfo, example: Example) -> None:
        if info.code in self._rules:
            raise ValueError(f"{info.code} is declared twice")
        fails, passes = example.words(self)
        self._rules[info.code] = replace(info, fails=info.fails or fails, passes=info.passes or passes)
        self.examples[info.code] = example

    def good_row(self) -> dict[str, Any]:
        """A row without fault: the declared example of every official column."""
        return {column.key: column.example for column in self.official}

    def rule(
        self,
        code: str,
        *reads: str,
        title: str,
        says: str,
        fix: str,
        severity: Severity = ERROR,
        clause: str = "",
        at: Sequence[str] = (),
        unless: Sequence[str] = (),
        blanks: bool = False,
        quick: Callable[..., bool] | None = None,
        options: bool = False,
        fixes: Callable[..., Mapping[str, str]] | None = None,
        example: Example,
    ) -> Callable[[Callable[..., bool | str]], Callable[..., bool | str]]:
        """Declare a row rule over the fields `reads`; see `RowRule`."""
        places = tuple(at) or reads
        self._declare(code, Issue(title, says, fix, severity), clause, places, example)

        def register(test: Callable[..., bool | str]) -> Callable[..., bool | str]:
            self.row_rules.append(RowRule(code, reads, places, test, tuple(unless), blanks, quick, options, fixes))
            return test

        return register

    def file_rule(
        self,
        code: str,
        *reads: str,
        title: str,
        says: str,
        fix: str,
        severity: Severity = ERROR,
        clause: str = "",
        at: Sequence[str] = (),
        example: Example,
    ) -> Callable[[Callable[..., Iterable[FileHit]]], Callable[..., Iterable[FileHit]]]:
        """Declare a rule over all rows of the file; see `FileRule`."""
        self._declare(code, Issue(title, says, fix, severity), clause, tuple(at) or reads, example)

        def register(test: Callable[..., Iterable[FileHit]]) -> Callable[..., Iterable[FileHit]]:
            self.file_rules.append(FileRule(code, reads, test))
            return test

        return register

    def beside(
        self,
        rule: str,
        code: str,
        *,
        at: Sequence[str],
        title: str,
        says: str,
        fix: str,
        severity: Severity = ERROR,
        clause: str = "",
        example: Example,
    ) -> None:
        """Declare a finding that the file rule `rule`, looking at the same rows, tells beside its own."""
        place = next(place for place, known in enumerate(self.file_rules) if known.code == rule)
        self._declare(code, Issue(title, says, fix, severity), clause, at, example)
        self.file_rules[place] = replace(self.file_rules[place], beside=(*self.file_rules[place].beside, code))

    def derive(
        self, *fields: Field, reads: Sequence[str]
    ) -> Callable[[Callable[..., Sequence[Sequence[Any]]]], Callable[..., Sequence[Sequence[Any]]]]:
        """Declare fields computed from whole columns."""

        def register(compute: Callable[..., Sequence[Sequence[Any]]]) -> Callable[..., Sequence[Sequence[Any]]]:
            self.derived.append(Derived(fields, tuple(reads), compute))
            return compute

        return register

    def _declare(self, code: str, issue: Issue, clause: str, keys: Sequence[str], example: Example) -> None:
        columns = [(key, self.by_key[key].label) for key in keys]
        self._add(rule_info(code, issue, sheet=self.key, clause=clause, columns=columns), example)

    @property
    def official(self) -> tuple[Column, ...]:
        """The columns of the official form, in its order."""
        return tuple(column for column in self.columns if column.official)

    @property
    def extras(self) -> tuple[Column, ...]:
        """Our optional columns to the right of the official ones."""
        return tuple(column for column in self.columns if not column.official)

    @property
    def fields(self) -> tuple[Field, ...]:
        """All clean fields in declared order, derived ones last."""
        own = [entry for column in self.columns for entry in column.fields]
        return (*own, *(entry for derived in self.derived for entry in derived.fields), *FIXED_FIELDS)

    @property
    def clean_columns(self) -> tuple[str, ...]:
        """Keys of the clean fields, in declared order."""
        return tuple(entry.key for entry in self.fields)

    @property
    def copy_columns(self) -> tuple[str, ...]:
        """Columns of the COPY text file: where the row stands, raw cells, hash and counts, then the clean fields."""
        return (*ROW_COLUMNS, *self.clean_columns)

    @property
    def file_codes(self) -> frozenset[str]:
        """The codes that concern more than one row."""
        return frozenset(code for rule in self.file_rules for code in (rule.code, *rule.beside))

    @property
    def rules(self) -> dict[str, RuleInfo]:
        """All rules of this sheet by code."""
        return dict(sorted(self._rules.items()))


#: What a staged row says of itself before its clean values.
ROW_COLUMNS = ("sheet", "row_number", "raw", "row_hash", "error_count", "warning_count")

#: Every sheet ends with these: `merge_group` is the number of the first row of a vertically merged cell over the pole
#: columns (None: not merged), `erased` the keys of cells that say "there is none" ("/", 无): unlike a blank cell, such
#: a one erases what is registered.
FIXED_FIELDS = (
    Field("merge_group", "integer", hashed=False),
    Field("erased", "varchar(40)[]", ()),
)


def _with_severity(issue: Issue, severity: Severity) -> Issue:
    return replace(issue, severity=severity)
