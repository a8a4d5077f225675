"""Intake: campaign -> obligation -> submission -> version -> source files -> staged rows (plan, chapter four (一))."""

from .changes import Change, ChangeSet, Clash, RowKind
from .changing import ChangeRequest, RequestedChange
from .exports import ExportedDevice, PlatformExport
from .intake import (
    Campaign,
    Datum,
    Edit,
    Funding,
    Mobility,
    Obligation,
    ReportKind,
    ScanCode,
    SourceFile,
    Submission,
    Version,
)
from .ledger import CoReport, LedgerEntry
from .missing import MissingMark
from .papers import ScanTick
from .rows import CameraRow, PlatformRow, RowFinding, StagedRow
from .waivers import Waiver

__all__ = [
    "CameraRow",
    "Campaign",
    "Change",
    "ChangeRequest",
    "ChangeSet",
    "Clash",
    "CoReport",
    "Datum",
    "Edit",
    "ExportedDevice",
    "Funding",
    "LedgerEntry",
    "MissingMark",
    "Mobility",
    "Obligation",
    "PlatformExport",
    "PlatformRow",
    "ReportKind",
    "RequestedChange",
    "RowFinding",
    "RowKind",
    "ScanCode",
    "ScanTick",
    "SourceFile",
    "StagedRow",
    "Submission",
    "Version",
    "Waiver",
]
