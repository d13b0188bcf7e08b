"""The exit code and the files are what scripts rely on."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time

import pytest
from asvwatch import cli, config, measuring
from asvwatch.model import History
from filelock import FileLock
from projects import FAILED, benchmark
from unusable import NOT_READABLE, make_unreadable

CALLS = benchmark("suite.track_calls", unit="calls")
TIME = benchmark("suite.time_it")


def run(tiny, command, *arguments):
    return cli.main([command, "--config", str(tiny.config), *map(str, arguments)])


@pytest.mark.parametrize(
    ("values", "code", "status"),
    [
        ([5, 5, 5, 5], 0, "clean"),
        ([5, 5, 6, 6], 1, "regressed"),
        ([5, 5, 6, 5], 0, "clean"),
        ([6, 6, 5, 5], 0, "clean"),
        ([5, 5, 5, FAILED], 3, "unmeasured"),
        ([], 3, "unmeasured"),
    ],
)
def test_exit_codes_say_what_the_verdict_says(project, tmp_path, values, code, status):
    tiny = project(commits=4)
    tiny.store_all(CALLS, values)
    file = tmp_path / "out" / "verdict.json"
    assert run(tiny, "check", "--json", file) == code
    assert json.loads(file.read_text())["verdict"] == status


@pytest.mark.parametrize(
    "arguments",
    [
        ["--range", "nowhere..main"],
        ["--range", "main"],
        ["--machine", "nobody"],
        ["--bench", "("],
    ],
)
def test_wrong_usage_is_2_and_one_line(project, capsys, arguments):
    tiny = project(commits=2)
    tiny.store_all(CALLS, [1, 2])
    assert run(tiny, "check", *arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("asvwatch: ")


@pytest.mark.parametrize("arguments", [["--last", "0"], ["--last", "x"], ["--budget", "soon"], []])
def test_wrong_options_are_2(project, arguments):
    command = "check" if arguments else "chek"
    with pytest.raises(SystemExit) as stop:
        run(project(commits=1), command, *arguments)
    assert stop.value.code == 2


def test_a_wrong_accepted_file_is_2(project):
    tiny = project(commits=2)
    tiny.store_all(CALLS, [1, 1])
    (tiny.root / "benchmarks" / "accepted.toml").write_text("[[accepted]]\n")
    assert run(tiny, "check") == 2


@pytest.mark.parametrize(("how", "why"), NOT_READABLE)
@pytest.mark.parametrize("name", ["asvwatch.toml", "accepted.toml", "budgets.toml"])
def test_a_file_of_the_user_that_cannot_be_read_is_2_and_named(project, capsys, name, how, why):
    tiny = project(commits=2)
    tiny.store_all(CALLS, [1, 1])
    file = tiny.root / "benchmarks" / name
    make_unreadable(file, how)
    assert run(tiny, "check") == 2
    assert capsys.readouterr().err == f"asvwatch: {file} cannot be read: {why}\n"


@pytest.mark.parametrize(("how", "why"), NOT_READABLE)
def test_a_verdict_that_cannot_be_read_is_2_and_named(project, tmp_path, capsys, how, why):
    tiny = project(commits=2)
    tiny.store_all(CALLS, [1, 1])
    file = tmp_path / "verdict.json"
    make_unreadable(file, how)
    for command in (("report", file), ("publish", "--verdict", file)):
        assert run(tiny, *command) == 2
        assert capsys.readouterr().err == f"asvwatch: verdict {file} cannot be read: {why}\n"


def test_what_asv_does_not_read_is_told_by_its_name(project, capsys):
    tiny = project(commits=2)
    tiny.store_all(CALLS, [1, 1])
    file = tiny.results / "box" / "machine.json"
    file.write_text("{")
    assert run(tiny, "publish") == 3
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("asvwatch: asv publish failed (1): Error parsing JSON in file")
    assert str(file) in last


def test_no_repository_is_2(tmp_path, capsys):
    (tmp_path / "asv.conf.json").write_text('{"repo": "https://example.org/x.git"}')
    assert cli.main(["check", "--config", str(tmp_path)]) == 2
    assert "https://example.org/x.git" in capsys.readouterr().err


def test_results_can_go_to_standard_output(project, capsys):
    tiny = project(commits=4)
    tiny.store_all(CALLS, [5, 5, 6, 6])
    assert run(tiny, "check", "--json", "-") == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["schema"] == 1
    assert "regressed: 1 regression" in err


def test_markdown_is_written(project, tmp_path):
    tiny = project(commits=4)
    tiny.store_all(CALLS, [5, 5, 6, 6])
    run(tiny, "check", "--markdown", tmp_path / "report.md")
    assert "`suite.track_calls`" in (tmp_path / "report.md").read_text()


@pytest.mark.parametrize(
    ("form", "holds"),
    [("markdown", "`suite.track_calls`"), ("json", '"schema": 1'), ("junit", "<failure"),
     ("github", "::error title=Regressions")],
)  # fmt: skip
def test_a_verdict_is_reported_in_any_form(project, tmp_path, capsys, form, holds):
    tiny = project(commits=4)
    tiny.store_all(CALLS, [5, 5, 6, 6])
    run(tiny, "check", "--json", tmp_path / "verdict.json")
    capsys.readouterr()
    assert run(tiny, "report", tmp_path / "verdict.json", "--format", form) == 0
    assert holds in capsys.readouterr().out


def test_what_is_no_verdict_is_2(project, tmp_path, capsys):
    (tmp_path / "verdict.json").write_text("{}")
    assert run(project(commits=1), "report", tmp_path / "verdict.json") == 2
    assert "verdict.json" in capsys.readouterr().err


def test_a_regression_that_is_accepted_no_longer_fails_the_check(project, capsys):
    tiny = project(commits=4)
    tiny.store_all(CALLS, [5, 5, 6, 6])
    assert run(tiny, "check", "--json", "-") == 1
    (regression,) = json.loads(capsys.readouterr().out)["regressions"]
    accept = ("accept", regression["fingerprint"], "--reason", "the answer is right now")
    assert run(tiny, *accept) == 0
    assert "suite.track_calls" in (tiny.root / "benchmarks" / "accepted.toml").read_text()
    assert run(tiny, "check") == 0
    assert "Accepted regressions" in capsys.readouterr().out
    assert run(tiny, *accept) == 2
    assert "accepted already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("fingerprint", "reason", "said"),
    [("0" * 12, "why", "names no regression '000000000000'"), ("{known}", "  ", "--reason")],
)
def test_what_cannot_be_accepted_is_2(project, capsys, fingerprint, reason, said):
    tiny = project(commits=4)
    assert run(tiny, "accept", "0" * 12, "--reason", "why") == 2
    assert "asvwatch check" in capsys.readouterr().err
    tiny.store_all(CALLS, [5, 5, 6, 6])
    run(tiny, "check", "--json", "-")
    (regression,) = json.loads(capsys.readouterr().out)["regressions"]
    wanted = fingerprint.format(known=regression["fingerprint"])
    assert run(tiny, "accept", wanted, "--reason", reason) == 2
    assert said in capsys.readouterr().err
    assert not (tiny.root / "benchmarks" / "accepted.toml").exists()


def test_a_broken_budget_fails_the_check_until_it_is_held(project, capsys):
    tiny = project(commits=4)
    tiny.store_all(CALLS, [5, 5, 5, 5])
    budgets = tiny.root / "benchmarks" / "budgets.toml"
    wanted = '[[budget]]\nbenchmark = "suite.track_calls"\nwhat = "few calls"\n'
    budgets.write_text(f"{wanted}most = 4\n")
    assert run(tiny, "check") == 1
    out = capsys.readouterr().out
    assert "5 calls, at most 4 calls" in out
    assert "regressed: 1 budget broken" in out
    budgets.write_text(f"{wanted}most = 5\n")
    assert run(tiny, "check") == 0


def test_only_matching_benchmarks_are_looked_at(project, capsys):
    tiny = project(commits=4)
    tiny.store_all(CALLS, [5, 5, 6, 6])
    assert run(tiny, "check", "--bench", "track_calls$") == 1
    capsys.readouterr()
    assert run(tiny, "check", "--bench", "time_") == 3
    assert "no benchmark with results matches 'time_'" in capsys.readouterr().out


def test_asked_for_history_only_nothing_is_built(project):
    tiny = project(commits=8)
    tiny.store_all(TIME, [1.0] * 5 + [2.0] * 3)
    assert run(tiny, "check", "--no-confirm") == 0
    kept = [file.name for file in (tiny.root / "env").rglob("*") if file.is_file()]
    assert kept == ["verdict.json"]


def test_a_file_that_cannot_be_written_is_3_and_leaves_nothing_behind(project, tmp_path, capsys):
    tiny = project(commits=2)
    tiny.store_all(CALLS, [1, 1])
    blocked = tmp_path / "folder"
    blocked.mkdir()
    assert run(tiny, "check", "--json", blocked) == 3
    assert "folder" in capsys.readouterr().err
    assert list(tmp_path.glob(".folder*")) == []


def test_a_second_run_waits_for_the_first_and_has_all_of_its_time_then(project):
    settings = config.load(project(commits=1).config)
    lock = settings.env_dir / "asvwatch" / "check.lock"
    lock.parent.mkdir(parents=True)
    told, deadlines = [], []
    waiting = threading.Event()

    def second():
        log = lambda line: (told.append(line), waiting.set())  # noqa: E731 - both in one
        with measuring.measurer(settings, History(()), 60, log) as measurer:
            deadlines.append(measurer.budget.deadline)

    with FileLock(lock):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(10)
        assert deadlines == []
        released = time.monotonic()
    thread.join(10)
    assert deadlines[0] >= released + 60
    assert "waiting" in told[0]


def test_it_runs_as_a_module(project):
    tiny = project(commits=4)
    tiny.store_all(CALLS, [5, 5, 6, 6])
    command = [sys.executable, "-m", "asvwatch", "check", "--config", str(tiny.config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert tiny.hashes[2][:8] in done.stdout


def test_publish_adds_the_page_to_asvs_site(project, tmp_path, capsys):
    tiny = project(commits=4)
    tiny.store_all(CALLS, [5, 5, 6, 6])
    file = tmp_path / "verdict.json"
    assert run(tiny, "check", "--json", file) == 1
    capsys.readouterr()
    assert run(tiny, "publish", "--verdict", file) == 0
    site = tiny.root / "html"
    page = site / "asvwatch" / "index.html"
    assert capsys.readouterr().out.strip() == str(page)
    assert "suite.track_calls" in page.read_text()
    assert 'href="asvwatch/index.html"' in (site / "index.html").read_text()
    # A second time asv makes the site anew, and the link is there once again.
    assert run(tiny, "publish") == 0
    assert (site / "index.html").read_text().count('href="asvwatch/index.html"') == 1


def test_a_verdict_on_another_branch_is_told_with_its_commits(project, tmp_path, capsys):
    tiny = project(commits=4)
    tiny.configure(branches=["main", "1.x"])
    tree = tiny.git("rev-parse", "main^{tree}")
    side = tiny.git("commit-tree", tree, "-p", tiny.hashes[2], "-m", "Ask once more on 1.x")
    tiny.git("branch", "1.x", side)
    tiny.store_all(CALLS, [5, 5, 5, 5])
    tiny.store(side, {CALLS["name"]: 6}, benchmarks=[CALLS])
    file = tmp_path / "verdict.json"
    assert run(tiny, "check", "--range", "main..1.x", "--json", file) == 1
    assert json.loads(file.read_text())["tip"] == side
    capsys.readouterr()
    assert run(tiny, "report", file) == 0
    assert "Ask once more on 1.x" in capsys.readouterr().out
    assert run(tiny, "publish", "--verdict", file) == 0
    page = (tiny.root / "html" / "asvwatch" / "index.html").read_text()
    assert "Ask once more on 1.x" in page
    assert 'class="dot named"' in page
    # A verdict that came from elsewhere is told as far as it can be.
    file.write_text(file.read_text().replace(side, "ab" * 20))
    assert run(tiny, "report", file) == 0
    assert "abababab" in capsys.readouterr().out


def test_publish_says_when_asv_fails(project, capsys):
    tiny = project(commits=1)
    assert run(tiny, "publish") == 3
    assert "asv publish failed" in capsys.readouterr().err


def test_publish_refuses_what_is_no_verdict(project, tmp_path):
    tiny = project(commits=1)
    (tmp_path / "verdict.json").write_text("{}")
    assert run(tiny, "publish", "--verdict", tmp_path / "verdict.json") == 2
