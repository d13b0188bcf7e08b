"""The proof: a real repository with planted changes, measured by the real asv, checked for real."""

import json

import pytest
from repositories import Repository

SUITE = """
import planted


def time_book():
    planted.write()


def peakmem_library():
    planted.library()


def track_llm_calls():
    return planted.llm_calls()


track_llm_calls.unit = "calls"
"""

# 20 ms, about 60 MB, 5 calls. The time is spent waiting, as for an answer from elsewhere: asv's
# medians of computing differ by half on a busy machine, and then its history does not show what
# was planted. How the measurement copes with such noise is simulated in test_paired.
PACKAGE = """
import time
{comment}


def write():
    time.sleep({seconds})


def library():
    return [bytes(1000) for _ in range({books})]


def llm_calls():
    return len([call for call in range({calls})])
"""

QUIET = {"comment": "", "seconds": 0.020, "books": 60_000, "calls": 5}


def package(**changes):
    return PACKAGE.format(**{**QUIET, **changes})


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    repository = Repository(tmp_path_factory.mktemp("planted") / "repository", SUITE)
    memory = {"books": 68_500}
    commits = {
        "base": repository.commit("Begin", package()),
        "no-op": repository.commit("Say what it is for", package(comment="# Writes books.")),
        "slow": repository.commit("Write more carefully", package(seconds=0.026)),
        "fix": repository.commit("Write as before", package(comment="# As before.")),
        "memory": repository.commit("Keep more books", package(**memory)),
        "call": repository.commit("Ask once more", package(**memory, calls=6)),
    }
    for command in (["asv", "machine", "--yes"], ["asv", "run", "ALL"]):
        done = repository.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
    return repository, commits


def check(repository, *options):
    report = repository.folder / ".asv" / "verdict.json"
    done = repository.run("asvwatch", "check", "--json", str(report), *options)
    verdict = json.loads(report.read_text()) if report.is_file() else None
    report.unlink(missing_ok=True)
    return done, verdict


def named(findings):
    return {(finding["benchmark"], finding["commit"]) for finding in findings}


def test_exactly_the_planted_commits_are_named(planted):
    repository, commits = planted

    done, verdict = check(repository)

    assert done.returncode == 1, done.stdout + done.stderr
    assert verdict["verdict"] == "regressed"
    assert named(verdict["regressions"]) == {
        ("suite.peakmem_library", commits["memory"]),
        ("suite.track_llm_calls", commits["call"]),
    }, done.stderr
    assert named(verdict["recovered"]) == {("suite.time_book", commits["slow"])}, done.stderr
    assert verdict["recovered"][0]["recovered_by"] == commits["fix"]
    assert verdict["improvements"] == []
    assert verdict["failures"] == []
    assert verdict["measured"] == {"commits": len(commits), "series": 3}

    memory, calls = sorted(verdict["regressions"], key=lambda one: one["benchmark"])
    assert (memory["kind"], memory["evidence"]) == ("memory", "paired")
    assert memory["interval"][0] > 1.07
    assert 1.07 < memory["ratio"] < 1.13
    assert (calls["kind"], calls["evidence"]) == ("count", "exact")
    assert (calls["before"], calls["after"]) == (5, 6)
    time = verdict["recovered"][0]
    assert (time["kind"], time["evidence"]) == ("time", "paired")
    assert 1.2 < time["interval"][0] < time["interval"][1] < 1.4


def test_a_range_without_a_planted_commit_is_clean(planted):
    repository, commits = planted

    done, verdict = check(repository, "--range", f"{commits['base']}..{commits['no-op']}")

    assert done.returncode == 0, done.stdout + done.stderr
    assert verdict["verdict"] == "clean"
    assert verdict["regressions"] == verdict["recovered"] == verdict["improvements"] == []
    assert verdict["measured"]["commits"] == 1


def test_commands_at_the_same_time_agree_and_leave_everything_whole(planted):
    repository, commits = planted
    results = stored(repository)
    report = repository.folder / ".asv" / "at-once"
    ends = (commits["memory"], commits["call"])
    only = ("--bench", "track_llm_calls")
    measuring = [
        *(("check", "--range", "..".join(ends), *only) for _ in range(2)),
        *(("compare", *ends, *only) for _ in range(2)),
    ]

    processes = [
        repository.start("asvwatch", *command, "--json", f"{report}-{at}.json")
        for at, command in enumerate(measuring)
    ]
    processes.append(repository.start("asvwatch", "publish"))
    said = [process.communicate(timeout=300)[1] for process in processes]

    assert [process.returncode for process in processes] == [1, 1, 1, 1, 0], said
    verdicts = [json.loads(file.read_text()) for file in report.parent.glob("at-once-*.json")]
    assert len(verdicts) == len(measuring)
    for verdict in verdicts:
        assert named(verdict["regressions"]) == {("suite.track_llm_calls", commits["call"])}
    own = repository.folder / ".asv" / "env" / "asvwatch"
    assert json.loads((own / "verdict.json").read_text())["verdict"] == "regressed"
    assert list(own.glob("*.journal")) == []
    assert (repository.folder / ".asv" / "html" / "asvwatch" / "index.html").is_file()
    assert stored(repository) == results
    assert len(repository.git("worktree", "list").splitlines()) == 1
    assert repository.git("status", "--porcelain") == ""


def stored(repository):
    folder = repository.folder / ".asv" / "results"
    return {file: file.read_bytes() for file in folder.rglob("*.json")}


def test_a_range_in_which_nothing_was_measured_is_not_clean(planted):
    repository, commits = planted

    done, _ = check(repository, "--range", f"{commits['call']}..{commits['call']}")

    assert done.returncode == 3, done.stdout + done.stderr


def test_a_configuration_that_is_not_there_is_wrong_usage(planted):
    repository, _ = planted

    done, verdict = check(repository, "--config", "nowhere.conf.json")

    assert done.returncode == 2
    assert verdict is None
    assert "nowhere.conf.json" in done.stderr
