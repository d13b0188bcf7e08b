"""Two wheels differ in what runs."""

import zipfile

import pytest
from asvwatch import wheels

FILES = {
    "planted/__init__.py": "ANSWER = 42\n",
    "planted-1.0.dist-info/METADATA": "Name: planted\nRequires-Dist: numpy\n\nWhat it is.\n",
    "planted-1.0.dist-info/RECORD": "planted/__init__.py,sha256=1,12\n",
}


@pytest.fixture
def wheel(tmp_path):
    def write(name, **changes):
        file = tmp_path / f"{name}.whl"
        with zipfile.ZipFile(file, "w") as archive:
            for entry, text in {**FILES, **changes}.items():
                if text is not None:
                    archive.writestr(zipfile.ZipInfo(entry, (2026, 1, len(name), 0, 0, 0)), text)
        return file

    return write


def test_wheels_built_at_different_times_are_the_same(wheel):
    assert wheels.differing(wheel("a"), wheel("bb")) == frozenset()


def test_another_readme_in_the_metadata_is_nothing_that_runs(wheel):
    metadata = "Name: planted\nRequires-Dist: numpy\n\nWhat it is, told at length.\n"
    changes = {"planted-1.0.dist-info/METADATA": metadata, "planted-1.0.dist-info/RECORD": "x,y,1"}
    assert wheels.differing(wheel("a"), wheel("b", **changes)) == frozenset()


@pytest.mark.parametrize(
    "changes",
    [
        {"planted/__init__.py": "ANSWER = 43\n"},
        {"planted/__init__.py": None},
        {"planted/more.py": ""},
        {"planted-1.0.dist-info/METADATA": "Name: planted\nRequires-Dist: scipy\n\nWhat it is.\n"},
    ],
)
def test_a_changed_file_or_requirement_is_a_difference(wheel, changes):
    assert wheels.differing(wheel("a"), wheel("b", **changes)) == changes.keys()


def test_what_is_no_wheel_is_like_no_other(wheel, tmp_path):
    cut = tmp_path / "cut.whl"
    cut.write_bytes(wheel("a").read_bytes()[:40])
    for other in (cut, tmp_path / "nowhere.whl"):
        assert wheels.differing(wheel("a"), other) is None
        assert wheels.names(other) == frozenset()
    assert wheels.names(wheel("a")) == FILES.keys()
