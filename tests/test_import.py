"""`import bookgen` is light, and gives out every name that it promises."""

import subprocess
import sys

import pytest

import bookgen

HEAVY = {"asyncio", "lxml", "numpy", "pypdf", "rich", "syntok", "trafilatura", "typer", "yaml"}


def loaded_after(code):
    """Return the top-level modules that a fresh interpreter has loaded after `code`."""
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{code}\nimport sys; print(*{{n.split('.')[0] for n in sys.modules}})",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.split())


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_after("import bookgen; bookgen.__version__") & HEAVY == set()


def test_the_domain_types_load_nothing_heavy_either():
    assert loaded_after("from bookgen import Brief, BookgenError") & HEAVY == set()


def test_the_help_of_the_command_line_needs_no_library_of_a_command():
    code = "from bookgen.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass"
    assert loaded_after(code) & (HEAVY - {"typer", "asyncio"}) == set()


@pytest.mark.parametrize("name", bookgen.__all__)
def test_every_promised_name_is_there(name):
    assert getattr(bookgen, name) is not None
    assert name in dir(bookgen)


def test_the_public_names_are_these():
    assert set(bookgen.__all__) == {
        "Biography",
        "BookFile",
        "BookFormatError",
        "BookgenError",
        "Brief",
        "Corpus",
        "ExtractiveWriter",
        "InputError",
        "NoSourcesError",
        "Report",
        "SourceError",
        "Writer",
        "WriterError",
        "__version__",
        "check_book",
        "load_sources",
        "review",
        "write_biography",
    }


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = bookgen.nothing
