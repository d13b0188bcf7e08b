"""The command line writes books and checks them, and says plainly what went wrong."""

import json
import subprocess
import sys

import pytest
from support.converted import entries

from bookgen import __version__
from bookgen.cli import main
from bookgen.export.reader import read_markdown

LIFE = """---
title: A Short Life of Ada Lovelace
author: Jane Roe
date: 1901
licence: CC0-1.0
---

# Childhood

Ada Lovelace was born in London on 10 December 1815. Her mother, Lady Byron, had her taught \
mathematics from an early age by the best tutors that could be found in England.

In 1828 Ada Lovelace studied the wings of birds and made drawings for a flying machine driven by \
steam. Her mother thought the plan too bold for a girl of twelve years and asked for more algebra.

# The Engine

In June 1833 Ada Lovelace met Charles Babbage at a party and saw a part of his Difference Engine \
at his house. Babbage explained the machine to her, and she understood how it worked at once.

In 1843 Ada Lovelace translated a memoir of Luigi Menabrea on the Analytical Engine into English. \
Her notes to the memoir were three times as long as the memoir and described how the engine could \
compute the numbers of Bernoulli.

Ada Lovelace died in London on 27 November 1852, and was buried beside her father at Hucknall. \
Babbage outlived her by nineteen years and never finished the Analytical Engine.
"""
LETTERS = """---
title: Letters about Ada
---

Mary Somerville wrote that Ada Lovelace often came to stay with her and worked at mathematics in \
the evenings. In 1835 Ada Lovelace married William King, who became Earl of Lovelace three years \
afterwards.

Augustus De Morgan taught Ada Lovelace the calculus by letter in 1840. He told Lady Byron that the \
powers of her daughter went beyond those of any young man at Cambridge.
"""


@pytest.fixture
def sources(tmp_path):
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "life.md").write_text(LIFE, encoding="utf-8")
    (folder / "letters.md").write_text(LETTERS, encoding="utf-8")
    return folder


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command line in an empty folder: exit code, out, err."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return end.value.code or 0, captured.out, captured.err

    return run


@pytest.fixture
def book(run, sources, tmp_path):
    code, _, err = run(
        "write", "Ada Lovelace", "--sources", sources, "--words", 1000, "--chapters", 2
    )
    assert code == 0, err
    return tmp_path / "here" / "ada-lovelace" / "book.md"


def test_a_book_is_written_into_a_folder_named_after_its_subject(book):
    names = sorted(path.name for path in book.parent.iterdir())
    assert names == ["book.html", "book.md", "report.json"]
    parsed = read_markdown(book.read_text(encoding="utf-8"))
    assert (parsed.brief.subject, parsed.brief.words) == ("Ada Lovelace", 1000)
    assert "<h1>Ada Lovelace</h1>" in (book.parent / "book.html").read_text(encoding="utf-8")
    report = json.loads((book.parent / "report.json").read_text(encoding="utf-8"))
    assert report["asked"]["words"] == 1000
    assert report["coverage"] == 1.0
    assert report["shortfall"]


def test_the_end_tells_what_was_written_and_where(run, sources):
    code, out, err = run(
        "write", "Ada Lovelace", "--sources", sources, "--words", "1000", "--out", "a/b"
    )
    assert code == 0
    rows = dict(line.strip().split(maxsplit=1) for line in out.splitlines()[1:])
    assert "of 1,000 asked for" in rows["words"]
    assert rows["coverage"].startswith("100")
    assert rows["shortfall"].startswith("The sources carry")
    assert rows["file"].replace("\\", "/") == "a/b/report.json"
    assert "sections" in err
    assert not any(ord(character) < 32 for character in (out + err).replace("\n", ""))


def test_several_paths_may_follow_one_flag_and_the_flag_may_come_again(run, sources, tmp_path):
    more = tmp_path / "more.txt"
    more.write_text(LETTERS.split("---")[2].replace("Mary Somerville", "Lady Byron"))
    code, out, err = run(
        "write", "Ada Lovelace",
        "--sources", sources / "life.md", sources / "letters.md",
        "--words", "1000",
        "--sources", more,
        "--format", "md",
    )  # fmt: skip
    assert code == 0, err
    for name in ("life.md", "letters.md", "more.txt"):
        assert f"{name}" in err
    assert "book.html" not in out


def test_a_bad_source_is_told_and_the_others_go_on(run, sources):
    (sources / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    code, out, _ = run("write", "Ada Lovelace", "--sources", sources, "--words", "1000")
    assert code == 0
    assert any("not read" in line and "broken.pdf" in line for line in out.splitlines())


def test_no_usable_source_ends_with_one_and_the_reason(run, tmp_path):
    code, out, err = run("write", "Ada Lovelace", "--sources", tmp_path / "nowhere")
    assert code == 1
    assert "nowhere" in err
    assert "Traceback" not in err
    assert out == ""


def test_sources_about_somebody_else_end_with_one(run, sources, tmp_path):
    code, _, err = run("write", "Hernán Cortés", "--sources", sources)
    assert code == 1
    assert "Hernán Cortés" in err
    assert not any((tmp_path / "here").iterdir())


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--words", "10"], "1,000 to 200,000"),
        (["--chapters", "0"], "1 to 50"),
        (["--format", "mobi"], "'mobi'"),
        (["--format", ","], "some of md, txt, html"),
        (["--language", "fr"], "fr"),
        (["--words", "many"], "--words"),
    ],
)
def test_wrong_usage_ends_with_two_and_names_the_value(run, sources, arguments, named):
    code, _, err = run("write", "Ada Lovelace", "--sources", sources, *arguments)
    assert code == 2
    assert named in err
    assert "Traceback" not in err


def test_what_is_missing_on_the_command_line_is_named(run, sources):
    assert run("write", "Ada Lovelace")[0] == 2
    assert "--sources" in run("write", "Ada Lovelace")[2]
    code, _, err = run("write", "--sources", sources)
    assert code == 2
    assert "SUBJECT" in err


def test_a_file_is_no_folder_for_a_book(run, sources):
    code, _, err = run("write", "Ada Lovelace", "--sources", sources, "--out", sources / "life.md")
    assert code == 2
    assert "--out names a folder" in err


def test_an_interruption_is_a_word_and_130(run, sources, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("bookgen.cli.write._write", interrupt)
    code, _, err = run("write", "Ada Lovelace", "--sources", sources)
    assert (code, err) == (130, "Interrupted.\n")


def test_a_finished_book_passes_its_checks(run, book, sources):
    code, out, _ = run("check", book)
    assert code == 0, out
    assert "citations resolve" in out
    assert "name the book's sources with --sources" in out
    code, out, _ = run("check", book, "--sources", sources)
    assert code == 0, out
    assert "quotations found" in out


def test_a_changed_quotation_is_found_with_the_sources(run, book, sources):
    text = book.read_text(encoding="utf-8")
    book.write_text(text.replace("Babbage explained", "Babbage denied"), encoding="utf-8")
    assert text != book.read_text(encoding="utf-8")
    code, out, _ = run("check", book, "--sources", sources)
    assert code == 1
    assert "quotations found: " in out
    assert "Babbage denied" in out


def test_the_check_speaks_to_machines(run, book):
    code, out, _ = run("check", book, "--json")
    report = json.loads(out)
    assert code == 0
    assert report["passed"] is True
    assert report["coverage"] is None
    assert {"name", "value", "limit", "passed", "details"} == set(report["checks"][0])


def test_a_book_is_written_in_every_format_that_is_named(run, sources, tmp_path):
    code, out, err = run(
        "write", "Ada Lovelace", "--sources", sources, "--words", 1000, "--chapters", 2,
        "--format", "EPUB,docx, pdf,zip,pdf", "--out", tmp_path / "out",
    )  # fmt: skip
    assert code == 0, err
    names = ["book.docx", "book.epub", "book.pdf", "book.zip", "report.json"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    assert all(name in out for name in names)
    packed = entries((tmp_path / "out" / "book.zip").read_bytes())
    for name in (*names[:3], "report.json"):
        assert packed[name] == (tmp_path / "out" / name).read_bytes()


@pytest.mark.parametrize("name", ["epub", "docx", "pdf"])
def test_without_the_extra_nothing_is_read_or_written(run, tmp_path, monkeypatch, name):
    for module in ("pypandoc", "typst"):
        monkeypatch.setitem(sys.modules, module, None)
    missing = tmp_path / "no such folder"
    code, _, err = run("write", "Ada Lovelace", "--sources", missing, "--format", f"md,{name}")
    assert (code, err) == (
        2,
        f"bookgen: The format {name} needs more than bookgen alone: "
        "pip install 'bookgen[export]'\n",
    )
    assert not any((tmp_path / "here").iterdir())


def test_a_conversion_that_fails_leaves_the_folder_as_it_was(run, sources, tmp_path, monkeypatch):
    (tmp_path / "nothing.py").write_text("raise SystemExit('no room for the pages')")
    monkeypatch.setattr("bookgen.export.programs._TYPESETTING", tmp_path / "nothing.py")
    code, _, err = run(
        "write", "Ada Lovelace", "--sources", sources, "--words", 1000, "--format", "md,pdf"
    )
    assert code == 1
    assert "into pdf: typst ended with 1: no room for the pages" in err
    assert not any((tmp_path / "here").iterdir())


def test_references_are_written_for_other_programs(run, sources, tmp_path):
    out = tmp_path / "out"
    code, *_ = run("write", "Ada Lovelace", "--sources", sources, "--words", "1000", "--out", out,
                   "--format", "csl,bib")  # fmt: skip
    assert code == 0
    works = json.loads((out / "references.json").read_text(encoding="utf-8"))
    assert "A Short Life of Ada Lovelace" in [work["title"] for work in works]
    assert "A Short Life of Ada Lovelace" in (out / "references.bib").read_text(encoding="utf-8")
    assert not (out / "book.md").exists()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("missing.md", None, "No such file"),
        ("notes.md", b"# Notes\n", "front matter"),
        ("latin.md", "Erdödy".encode("latin-1"), "not UTF-8"),
    ],
)
def test_what_is_no_book_cannot_be_checked(run, tmp_path, name, content, reason):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    code, out, err = run("check", path)
    assert code == 2
    assert reason in err
    assert str(path) in err
    assert err.count("\n") == 1
    assert out == ""


def test_the_module_runs_as_the_command_also_under_a_profiler(tmp_path, sources):
    version = subprocess.run(
        [sys.executable, "-m", "bookgen", "--version"], capture_output=True, text=True, check=True
    )
    assert version.stdout == f"bookgen {__version__}\n"
    profiled = subprocess.run(
        [sys.executable, "-m", "cProfile", "-o", "calls", "-m", "bookgen", "write", "Ada Lovelace",
         "--sources", sources, "--words", "1000"],
        capture_output=True, text=True, cwd=tmp_path, check=True,
    )  # fmt: skip
    assert "ada-lovelace" in profiled.stdout
    assert (tmp_path / "calls").stat().st_size > 0


@pytest.mark.parametrize(
    ("subject", "folder"),
    [
        ("Santiago Ramón y Cajal", "santiago-ramon-y-cajal"),
        ("../../etc/passwd", "etc-passwd"),
        ("李清照", "李清照"),
        ("?!", "book"),
    ],
)
def test_the_folder_is_a_plain_name(subject, folder):
    from bookgen.cli.write import _slug

    assert _slug(subject) == folder
