"""Finding files: what is read, what is skipped, and what is told to the user."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bookgen.sources import files


def names(found: files.Found) -> list[str]:
    return [path.name for path in found.files]


def reasons(found: files.Found) -> list[str]:
    return [failure.reason for failure in found.failures]


def test_folders_are_walked_in_the_order_of_paths(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "deep/er/c.html", "deep/d.pdf", "e.HTM"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert names(files.find([tmp_path])) == ["a.md", "b.txt", "d.pdf", "c.html", "e.HTM"]


def test_other_and_hidden_files_in_folders_are_skipped(tmp_path: Path) -> None:
    for name in ("a.txt", "picture.png", "README.md", "LICENSE.txt", ".hidden.txt", ".git/b.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = files.find([tmp_path])
    assert names(found) == ["a.txt"]
    assert found.skipped == 3
    assert not found.failures


def test_a_file_that_is_named_is_read_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("x")
    assert names(files.find([tmp_path / "README.md"])) == ["README.md"]


def test_a_named_file_of_an_unknown_type_says_which_types_are_known(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_text("x")
    (tmp_path / "noext").write_text("x")
    docx, bare = reasons(files.find([tmp_path / "a.docx", tmp_path / "noext"]))
    assert ".docx" in docx
    assert ".txt, .md, .html and .pdf" in docx
    assert "without a suffix" in bare


def test_what_is_missing_or_empty_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.txt").symlink_to(tmp_path / "gone.txt")
    found = files.find([tmp_path / "no.txt", tmp_path / "empty", tmp_path / "broken.txt"])
    missing, empty, broken = reasons(found)
    assert "does not exist" in missing
    assert "holds no file that can be read: .txt" in empty
    assert "link to nothing" in broken


def test_a_broken_link_in_a_folder_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "b.txt").symlink_to(tmp_path / "gone.txt")
    found = files.find([tmp_path])
    assert names(found) == ["a.txt"]
    assert ["b.txt" in failure.location for failure in found.failures] == [True]


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.txt").write_text("x")
    (tmp_path / "inner" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    found = files.find([tmp_path])
    assert names(found) == ["a.txt"]


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("x")
    (tmp_path / "link.txt").symlink_to(file)
    assert len(files.find([tmp_path, file, str(file)]).files) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_says_so(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("x")
    file.chmod(0)
    with pytest.raises(files.SourceError, match="permission denied"):
        files.read_bytes(file)


@pytest.mark.parametrize("content", [b"", b" \r\n\t "])
def test_an_empty_file_says_so(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(content)
    with pytest.raises(files.SourceError, match="empty"):
        files.read_bytes(file)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    with file.open("wb") as stream:
        stream.truncate(65 * 1024 * 1024)  # sparse
    with pytest.raises(files.SourceError, match="68 MB; at most 67 MB"):
        files.read_bytes(file)
