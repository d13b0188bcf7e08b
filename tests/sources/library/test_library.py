"""A library finds the documents that name a subject, and keeps up with its folder."""

import os
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from bookgen.errors import SourceError
from bookgen.sources.library import Library
from bookgen.sources.names import name_words

ADA = "Ada Lovelace was born in London on 10 December 1815, and wrote notes on the engine. " * 3
CURIE = "Marie Curie was born in Warsaw on 7 November 1867, and found radium in Paris. " * 3
RAMON = "Santiago Ramón y Cajal nació en Petilla de Aragón, y dibujó las neuronas. " * 3
# A long time ago: a file that was just written may change again within its time.
OLD = 1_700_000_000


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (OLD, OLD))
    return path


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "documents"
    write(folder, "ada.md", f"# A life of Ada\n\n{ADA}\n")
    write(folder, "chemists/curie.txt", f"{CURIE}\n")
    write(folder, "cajal.md", f"# Recuerdos\n\n{RAMON}\n")
    return folder


@pytest.fixture
def library(folder, tmp_path):
    return Library(folder, tmp_path / "cache", wait=0.1)


def names(hits):
    return [Path(hit.location).name for hit in hits]


def test_what_names_the_subject_is_found_whatever_its_accents_and_case(library):
    told = library.refresh()
    assert (told.read, told.unchanged, told.removed, told.failures) == (3, 0, 0, ())
    assert names(library.search("Ada Lovelace")) == ["ada.md"]
    assert names(library.search("MARIE CURIE")) == ["curie.txt"]
    assert names(library.search("Santiago Ramon y Cajal")) == ["cajal.md"]
    assert library.search("Mary Anning") == []
    (hit,) = library.search("Ada Lovelace")
    assert (hit.title, hit.passages > 0, hit.score > 0) == ("A life of Ada", True, True)


def test_the_document_that_tells_most_comes_first(library, folder):
    write(folder, "beside.md", f"# Engines\n\nAda Lovelace saw the engine once.\n\n{CURIE}\n")
    library.refresh()
    assert names(library.search("Ada Lovelace")) == ["ada.md", "beside.md"]
    assert names(library.search("Ada Lovelace", limit=1)) == ["ada.md"]


def test_only_what_changed_is_read_again(library, folder):
    library.refresh()
    again = library.refresh()
    assert (again.read, again.unchanged) == (0, 3)
    changed = write(folder, "ada.md", f"# A life of Marie\n\n{CURIE}\n")
    os.utime(changed, (OLD + 60, OLD + 60))
    (folder / "cajal.md").unlink()
    read = []
    told = library.refresh(read.append)
    assert (told.read, told.unchanged, told.removed) == (1, 1, 1)
    assert [str(changed) in line for line in read] == [True]
    assert library.search("Ada Lovelace") == []
    assert sorted(names(library.search("Marie Curie"))) == ["ada.md", "curie.txt"]


def test_a_document_that_cannot_be_read_is_told_each_time_and_hides_nothing(library, folder):
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 cut off")
    for _ in range(2):
        (failure,) = library.refresh().failures
        assert failure.location.endswith("broken.pdf")
    assert names(library.search("Ada Lovelace")) == ["ada.md"]


def test_a_damaged_index_is_made_anew(library, tmp_path):
    library.refresh()
    (index,) = (tmp_path / "cache").glob("*.sqlite3")
    index.write_bytes(b"this is no database, " * 100)
    assert names(library.search("Ada Lovelace")) == ["ada.md"]
    index.write_bytes(b"")
    assert library.refresh().read == 3


def test_an_index_of_another_version_is_made_anew(library, tmp_path):
    library.refresh()
    (index,) = (tmp_path / "cache").glob("*.sqlite3")
    with sqlite3.connect(index) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert names(library.search("Marie Curie")) == ["curie.txt"]


def test_a_folder_that_is_not_there_names_the_setting(tmp_path):
    with pytest.raises(SourceError, match="BOOKGEN_LIBRARY"):
        Library(tmp_path / "nowhere", tmp_path / "cache").refresh()


def test_another_process_that_indexes_is_waited_for_and_then_named(library, tmp_path):
    library.refresh()
    (lock,) = (tmp_path / "cache").glob("*.lock")
    with FileLock(lock), pytest.raises(SourceError, match="another process"):
        library.refresh()
    assert library.refresh().unchanged == 3


def test_threads_may_refresh_and_search_at_once(folder, tmp_path):
    library = Library(folder, tmp_path / "cache", wait=60)
    library.refresh()
    found = []

    def work():
        library.refresh()
        found.append(names(library.search("Ada Lovelace")))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["ada.md"]] * 8


def test_the_folder_may_move_away_and_come_back(library, folder, tmp_path):
    library.refresh()
    shutil.move(folder, tmp_path / "elsewhere")
    with pytest.raises(SourceError):
        library.refresh()
    shutil.move(tmp_path / "elsewhere", folder)
    assert library.refresh().unchanged == 3


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("Ludwig van Beethoven", ("ludwig", "beethoven")),
        ("Santiago Ramón y Cajal", ("santiago", "ramon", "cajal")),
        ('"Ada" OR (NEAR *)', ("ada", "or", "near")),
        ("the", ("the",)),
        ("...", ()),
    ],
)
def test_a_name_is_its_telling_words(subject, words):
    assert name_words(subject) == words


@pytest.mark.parametrize(
    "subject", ['ada" OR "curie', "NEAR(ada)", "*", "ada*", "passages:ada", "'"]
)
def test_no_subject_is_a_query_of_its_own(library, subject):
    library.refresh()
    assert set(names(library.search(subject))) <= {"ada.md", "curie.txt"}
