"""Files appear whole or not at all."""

import pytest

from bookgen.export.files import write_files


def test_files_are_written_under_their_names_into_a_new_folder(tmp_path):
    folder = tmp_path / "a" / "b"
    paths = write_files(folder, {"book.md": "Ünï\n".encode(), "report.json": b"{}"})
    assert paths == [folder / "book.md", folder / "report.json"]
    assert (folder / "book.md").read_bytes() == "Ünï\n".encode()
    assert sorted(path.name for path in folder.iterdir()) == ["book.md", "report.json"]


def test_what_stood_there_is_replaced(tmp_path):
    (tmp_path / "book.md").write_text("old")
    write_files(tmp_path, {"book.md": b"new"})
    assert (tmp_path / "book.md").read_text() == "new"


def test_when_one_cannot_be_written_the_others_stay_as_they_were(tmp_path):
    (tmp_path / "book.md").write_text("old")
    (tmp_path / "report.json").mkdir()
    with pytest.raises(OSError, match="report"):
        write_files(tmp_path, {"book.md": b"new", "report.json": b"{}"})
    assert (tmp_path / "book.md").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.md", "report.json"]
