"""The programs that convert books end in time, say what failed, and leave nothing behind."""

import asyncio
import json
import sys

import psutil
import pytest
from support.converted import ada, entries

from bookgen.errors import ExportError
from bookgen.export import docx, epub, pdf, programs

ENDLESS = [sys.executable, "-c", "import time\nwhile True: time.sleep(60)"]


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """Work in an empty folder, which is also the one for temporary files."""
    monkeypatch.chdir(tmp_path)
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path


def children():
    return psutil.Process().children()


def test_a_conversion_leaves_no_file_behind(empty):
    for module in (epub, docx, pdf):
        assert asyncio.run(module.render(*ada()))
    assert list(empty.iterdir()) == []


def test_a_tree_that_is_none_fails_with_what_the_program_said(empty):
    with pytest.raises(ExportError) as error:
        asyncio.run(programs.pandoc(b"no tree", "docx"))
    assert error.value.format == "docx"
    assert "pandoc ended with 64: JSON parse error" in str(error.value)
    assert "md, txt and html need no other program" in str(error.value)
    with pytest.raises(ExportError, match=r"cannot be made into pdf: typst ended with 1: .*JSON"):
        asyncio.run(programs.typst(b"no tree"))
    assert list(empty.iterdir()) == []


def test_a_file_that_a_tree_names_is_not_read(empty):
    (empty / "picture.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    image = {"t": "Image", "c": [["", [], []], [], [f"{empty}/picture.svg", ""]]}
    blocks = [{"t": "Para", "c": [image]}]
    tree = json.dumps({"pandoc-api-version": [1, 23], "meta": {}, "blocks": blocks}).encode()
    parts = entries(asyncio.run(programs.pandoc(tree, "epub")))
    assert not any("media" in name for name in parts)


def test_what_takes_too_long_is_ended():
    with pytest.raises(ExportError, match=r"pdf: typst took longer than 0\.05 seconds"):
        asyncio.run(programs.run(ENDLESS, b"", "typst", "pdf", seconds=0.05))
    assert children() == []


def test_what_nobody_waits_for_any_more_is_ended():
    async def cancelled():
        task = asyncio.create_task(programs.run(ENDLESS, b"x" * 1_000_000, "typst", "pdf"))
        while not children():
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return children()

    assert asyncio.run(cancelled()) == []


def test_a_program_that_cannot_be_run_is_named(tmp_path):
    missing = str(tmp_path / "pandoc")
    with pytest.raises(ExportError, match="pandoc cannot be run: No such file"):
        asyncio.run(programs.run([missing], b"", "pandoc", "epub"))
