"""A real repository in which a commit made something worse, and another broke it for good."""

from __future__ import annotations

import json
import re
import time

import pytest
from disks import mounted, wanted
from repositories import Repository
from test_planted_history import package

SUITE = """
import planted


def track_calls():
    return planted.llm_calls()


class Sized:
    params = ([1, 2],)

    def track_calls(self, size):
        return size * planted.llm_calls()
"""

BROKEN = package().replace("def llm_calls():", "def llm_calls():\n    raise OSError('gone')")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return Repository(tmp_path_factory.mktemp("bisecting") / "repository", SUITE)


@pytest.fixture(scope="module")
def disk(made):
    """What is built lies on a disk of its own, where that can be had."""
    with mounted(made.folder / ".asv" / "env", "1g") as disk:
        yield disk


@pytest.fixture(scope="module")
def repository(made, disk):
    commits = [
        made.commit("Begin", package()),
        made.commit("Say what it is for", package(comment="# Writes books.")),
        made.commit("Does not build", package(), pyproject__toml="[build-system"),
        made.commit("Ask twice more", package(calls=7), pyproject__toml=BUILDS),
        made.commit("Say more", package(calls=7, comment="# More.")),
        made.commit("Break it", BROKEN),
        made.commit("Say no more", f"{BROKEN}\n# No more.\n"),
    ]
    made.describe(commits[4])
    if disk is not None:
        disk.fill()
        done, _ = bisect(made, "suite.track_calls", commits[0], commits[4])
        disk.free()
        # That the tests find environments shows that the next run goes on.
        assert_full(done, disk.folder)
    return made, commits


BUILDS = """\
[build-system]
requires = ["hatchling==1.27.0"]
build-backend = "hatchling.build"

[project]
name = "planted"
version = "1.0"
"""


def bisect(repository, *arguments):
    done = repository.run("asvwatch", "bisect", *arguments, "--json", "-")
    return done, json.loads(done.stdout) if done.stdout else None


def assert_full(done, where):
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("asvwatch: "))
    assert str(where) in line
    assert "no space left; make room, and run the same command again" in line


def test_the_commit_that_made_it_worse_is_named_or_its_range(repository):
    made, commits = repository
    done, told = bisect(made, "suite.track_calls", commits[0], commits[4])
    assert done.returncode == 1, done.stderr
    (finding,) = told["regressions"]
    # The commit before it does not build, so that it was not measured against its parent.
    assert finding["commit"] is None
    assert finding["range"] == [commits[1], commits[3]]
    assert (finding["before"], finding["after"]) == (5, 7)
    assert commits[2][:8] in finding["reason"]


def test_a_killed_run_is_gone_on_with(repository):
    made, commits = repository
    command = ["bisect", "suite.Sized.track_calls(1)", commits[0], commits[4]]
    (folder,) = {path.parent for path in made.folder.glob(".asv/env/asvwatch/*.lock")}
    process = made.start("asvwatch", *command)
    try:
        end = time.monotonic() + 60
        while len(lines(folder)) < 6 and time.monotonic() < end:
            time.sleep(0.01)
    finally:
        process.kill()
        process.communicate()
    kept = len(lines(folder)) - 1
    assert kept >= 5
    done, told = bisect(made, *command[1:])
    assert done.returncode == 1, done.stderr
    assert told["regressions"][0]["range"] == [commits[1], commits[3]]
    assert re.search(rf"going on behind ({kept}|{kept - 1}) runs", done.stderr)
    assert list(folder.glob("*.journal")) == []


def lines(folder):
    return [line for file in folder.glob("*.journal") for line in file.read_text().splitlines()]


def test_the_commit_that_broke_it_is_named(repository):
    made, commits = repository
    done, told = bisect(made, "suite.Sized.track_calls(2)", commits[3], commits[6])
    assert done.returncode == 1, done.stderr
    (failure,) = told["failures"]
    assert failure["commit"] == commits[5]
    assert failure["benchmark"] == "suite.Sized.track_calls(2)"
    assert commits[4][:8] in failure["reason"]
    assert "gone" in failure["reason"]


def test_a_full_disk_is_told_and_gone_on_from(repository, disk):
    made, commits = repository
    wanted(disk)
    command = ("suite.track_calls", commits[0], commits[1])
    for met_at in ("", ".journal"):
        disk.fill()
        done, _ = bisect(made, *command)
        disk.free()
        assert_full(done, disk.folder)
        assert met_at in done.stderr
        done, told = bisect(made, *command)
        assert (done.returncode, told["verdict"]) == (0, "clean"), done.stderr


def test_what_could_not_be_measured_is_not_clean(repository):
    made, commits = repository
    done, told = bisect(made, "suite.track_calls", commits[2], commits[3])
    assert (done.returncode, told["verdict"]) == (3, "unmeasured"), done.stderr
    assert "does not build" in told["undecided"][0]["reason"]


def test_what_did_not_change_is_clean(repository):
    made, commits = repository
    done, told = bisect(made, "suite.track_calls", commits[0], commits[1])
    assert done.returncode == 0, done.stderr
    assert told["verdict"] == "clean"


@pytest.mark.parametrize(
    ("benchmark", "good", "bad", "said"),
    [
        ("suite.track_calls", 4, 0, "no first-parent ancestor"),
        ("suite.track_calls", 4, 4, "the same commit"),
        ("suite.nothing", 0, 4, "'suite.nothing'"),
        ("suite.Sized.track_calls", 0, 4, "suite.Sized.track_calls(1)"),
    ],
)
def test_what_cannot_be_bisected_is_told(repository, benchmark, good, bad, said):
    made, commits = repository
    done, _ = bisect(made, benchmark, commits[good], commits[bad])
    assert done.returncode == 2
    assert said in done.stderr
