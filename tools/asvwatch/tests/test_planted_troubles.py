"""A history with what real ones have: gaps, a merge, a creep, what broke, what does not build."""

import json

import pytest
from repositories import Repository

SUITE = """
import planted


def time_book():
    planted.write()


def track_llm_calls():
    return planted.llm_calls()


track_llm_calls.unit = "calls"


def track_traced():
    return planted.traced()


track_traced.unit = "bytes"


def track_words():
    return planted.words()


track_words.unit = "words"
"""

PACKAGE = """
import time
{comment}


def write():
    time.sleep({seconds})


def llm_calls():
    return {calls}


def traced():
    return {traced}


def words():
    return {words}
"""

QUIET = {"comment": "", "seconds": 0.02, "calls": 5, "traced": 100_000, "words": 900}
# Two of them are within the tolerance of 0.5 %; together they are 1.2 %.
CREEP = (100_240, 100_480, 100_720, 100_960, 101_200)


def package(**changes):
    return PACKAGE.format(**{**QUIET, **changes})


@pytest.fixture(scope="module")
def troubled(tmp_path_factory):
    made = Repository(tmp_path_factory.mktemp("troubled") / "repository", SUITE)
    commits = {
        "base": made.commit("Begin", package()),
        "words": made.commit("Say more", package(comment="# Books.")),
        "call": made.commit("Ask once more", package(calls=6)),
        "still": made.commit("Say it again", package(calls=6, comment="# Again.")),
    }
    commits["fix"] = made.commit("Ask as before", package(comment="# As before."))
    # A merge whose branch brings two calls more: nobody on main saw its commits.
    made.git("checkout", "--quiet", "-b", "feature")
    made.commit("Try", package(comment="# Tried."))
    made.commit("Ask twice more", package(calls=7))
    made.git("checkout", "--quiet", "main")
    made.git("merge", "--quiet", "--no-ff", "-m", "Merge a feature", "feature")
    commits["merge"] = made.git("rev-parse", "HEAD")
    for number, traced in enumerate(CREEP):
        commits[f"creep {number}"] = made.commit(
            f"Keep a little more {number}", package(calls=7, traced=traced)
        )
    later = {"calls": 7, "traced": CREEP[-1]}
    unbuilt = made.git("show", "HEAD:pyproject.toml")
    commits["unbuilt"] = made.commit(
        "Do not build", package(**later, comment="# Not."), pyproject__toml="[project\n"
    )
    commits["builds"] = made.commit(
        "Build again", package(**later, comment="# Again."), pyproject__toml=f"{unbuilt}\n"
    )
    commits["broken"] = made.commit("Break the words", package(**later, words="1 / 0"))
    commits["last"] = made.commit(
        "Write more carefully", package(**later, words="1 / 0", seconds=0.03)
    )
    history = made.git("rev-list", "--first-parent", "--reverse", "main").split()
    assert history == list(commits.values())
    made.run("asv", "machine", "--yes")
    # Every third commit is left out, as a night is that had no time; never the newest.
    left_out = set(history[2:-1:3])
    hashes = made.folder / ".asv" / "measured"
    hashes.write_text("\n".join(one for one in history if one not in left_out) + "\n")
    done = made.run("asv", "run", f"HASHFILE:{hashes}")
    assert "time_book" in done.stdout, done.stdout + done.stderr
    report = made.folder / ".asv" / "verdict.json"
    checked = made.run("asvwatch", "check", "--json", str(report))
    return commits, checked, json.loads(report.read_text())


def named(findings):
    return {(one["benchmark"], one["commit"]) for one in findings}


def test_exactly_what_got_worse_is_named(troubled):
    commits, checked, verdict = troubled
    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert named(verdict["regressions"]) == {
        ("suite.track_llm_calls", commits["merge"]),
        ("suite.track_traced", None),
        ("suite.time_book", commits["last"]),
    }, checked.stderr
    assert named(verdict["recovered"]) == {("suite.track_llm_calls", commits["call"])}
    assert verdict["recovered"][0]["recovered_by"] == commits["fix"]
    assert verdict["improvements"] == []


def test_the_creep_is_a_range_with_its_parts(troubled):
    commits, _, verdict = troubled
    (creep,) = [one for one in verdict["regressions"] if one["commit"] is None]
    first, last = commits["merge"], commits["creep 4"]
    order = list(commits.values())
    assert order.index(creep["range"][0]) <= order.index(first)
    assert order.index(creep["range"][1]) >= order.index(last)
    assert creep["ratio"] == pytest.approx(1.012)
    assert len(creep["parts"]) >= 2


def test_what_could_not_be_measured_is_told(troubled):
    commits, _, verdict = troubled
    failures = {(one["benchmark"], one["commit"]) for one in verdict["failures"]}
    assert ("suite.track_words", commits["broken"]) in failures
    built = {one["commit"] for one in verdict["failures"] if one["benchmark"] is None}
    assert built <= {commits["unbuilt"]}
