"""The .docx in LibreOffice: it opens, and the figures on its pages are the counts of the lists (Must show 4)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pypdfium2
import pytest

from agencies.models import Person
from files.models import StoredFile
from tests.dashboards.pages import browse
from tests.planning import issued, scenes

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
PHOTOS = Path(__file__).resolve().parents[2] / "var/test/photos"

WRITER = SOFFICE is not None and (Path(SOFFICE).resolve().parent / "libswlo.so").exists()
pytestmark = [pytest.mark.django_db, pytest.mark.office]
needs_writer = pytest.mark.skipif(
    not WRITER,
    reason="LibreOffice Writer is NOT installed: the plan's pages were NOT tested (apt: libreoffice-writer-nogui)",
)


def converted(file: StoredFile | None, folder: Path, name: str) -> Path:
    """The document as LibreOffice prints it."""
    assert SOFFICE is not None
    source = folder / f"{name}.docx"
    shutil.copy(issued.path(file), source)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [SOFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return folder / f"{name}.pdf"


def pages(path: Path, photo: str) -> list[str]:
    """The text of each page; pictures of the pages where photos are wanted (PHOTOS=1)."""
    document = pypdfium2.PdfDocument(path)
    try:
        if os.environ.get("PHOTOS"):
            PHOTOS.mkdir(parents=True, exist_ok=True)
            for number, page in enumerate(document, 1):
                page.render(scale=1).to_pil().save(PHOTOS / f"{photo}-{number}.png")
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


@needs_writer
def test_figures_on_paper_are_the_lists_counts(office: Person, tmp_path: Path) -> None:
    issued.county()
    scenes.settled()
    issue, client = issued.make(), browse(office)
    told = pages(converted(issue.file, tmp_path, "county"), "plan-county")
    text = re.sub(r"\s+", "", "".join(told))
    counts = {key: issued.listed(client, f"/{key}/") for key in ("cameras", "poles", "platforms")}
    assert counts["cameras"] == 8
    assert f"摄像机{counts['cameras']}台、杆件{counts['poles']}根、平台{counts['platforms']}个" in text
    for word in ("拆除", "以迁代拆", "杆塔复用"):
        count = issued.listed(client, f"/cameras/?measure={word}")
        assert re.search(rf"{word}{count}(?:–|-?\d)", text), f"{word} {count}"
    for code, name in (("meishan", "梅山镇"), ("mabu", "麻埠镇")):
        of = [issued.listed(client, f"/{key}/?agency={code}") for key in ("cameras", "poles", "platforms")]
        assert name + "".join(map(str, of)) in text
    assert "{{7*7}}<b>&amp;" in text
    assert all(re.search(rf"－\s*{number}\s*－", page) for number, page in enumerate(told, 1)), "pages are numbered"


@needs_writer
def test_a_long_list_repeats_its_head_on_every_page(office: Person, tmp_path: Path) -> None:
    from tests.factories_registry import register_camera

    for number in range(70):
        register_camera("meishan", name=f"点位{number:03d}", measure="拆除")
    issue = issued.make()
    part = issue.parts.get()
    told = pages(converted(part.file, tmp_path, "part"), "plan-part")
    holding = [page for page in told if re.search(r"点位\s*\d{3}", page)]
    assert len(holding) > 1
    assert all("登记编号" in page for page in holding)
    text = re.sub(r"\s+", "", "".join(told))
    assert all(f"点位{number:03d}" in text for number in range(70))


def test_it_is_laid_out_as_a_letter(office: Person) -> None:
    issue = issued.make()
    with zipfile.ZipFile(issued.path(issue.file)) as package:
        body, styles = (package.read(f"word/{part}.xml").decode() for part in ("document", "styles"))
        fonts = package.read("word/fontTable.xml").decode()
    size = re.search(r"<w:pgSz[^>]*>", body)
    margins = re.search(r"<w:pgMar[^>]*>", body)
    assert size is not None and margins is not None
    assert 'w:w="11906"' in size.group() and 'w:h="16838"' in size.group()
    told = {side: int(value) for side, value in re.findall(r'w:(top|bottom|left|right)="(\d+)"', margins.group())}
    assert {side: round(twips / 56.6929) for side, twips in told.items()} == {
        "top": 37, "bottom": 35, "left": 28, "right": 26,
    }  # fmt: skip
    for face in ("方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"):
        assert f'w:eastAsia="{face}"' in styles
        assert f'<w:font w:name="{face}"><w:altName' in fonts
