"""A full disk ends a command with 3 and one message that says so; with room again it goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from asvwatch import cli
from asvwatch.files import write_whole
from asvwatch.journal import Journal, Key
from asvwatch.model import Measurement
from asvwatch.runs import Conditions
from disks import mounted, wanted
from projects import benchmark

CALLS = benchmark("suite.track_calls", unit="calls")


@pytest.fixture
def disk(tmp_path):
    with mounted(tmp_path / "disk", "4m") as made:
        yield wanted(made)


@pytest.fixture
def tiny(project):
    made = project(commits=4)
    made.store_all(CALLS, [5, 5, 6, 6])
    return made


def run(tiny, command, *arguments):
    return cli.main([command, "--config", str(tiny.config), *map(str, arguments)])


def only_message(capsys):
    said = capsys.readouterr().err
    assert "Traceback" not in said
    (line,) = (line for line in said.splitlines() if line.startswith("asvwatch: "))
    assert "no space left; make room, and run the same command again" in line
    return line


@pytest.mark.parametrize("form", ["json", "markdown"])
def test_a_report_without_room_is_told_and_the_one_before_is_kept(tiny, disk, capsys, form):
    file = disk.folder / "reports" / "verdict"
    assert run(tiny, "check", f"--{form}", file) == 1
    before = file.read_bytes()
    disk.fill()
    capsys.readouterr()
    assert run(tiny, "check", f"--{form}", file, "--bench", "track_calls") == 3
    assert str(file) in only_message(capsys)
    assert [(one.name, one.read_bytes()) for one in file.parent.iterdir()] == [("verdict", before)]
    disk.free()
    assert run(tiny, "check", f"--{form}", file) == 1
    assert file.read_bytes() == before


def test_what_a_check_keeps_for_itself_is_told_too(tiny, disk, capsys):
    tiny.configure(env_dir=str(disk.folder / "env"))
    assert run(tiny, "check") == 1
    disk.fill()
    capsys.readouterr()
    assert run(tiny, "check") == 3
    assert str(disk.folder / "env" / "asvwatch" / "verdict.json") in only_message(capsys)
    disk.free()
    assert run(tiny, "check") == 1


def test_an_acceptance_without_room_leaves_those_before_it(tiny, disk, capsys):
    tiny.configure(benchmark_dir=str(disk.folder))
    accepted = disk.folder / "accepted.toml"
    before = '[[accepted]]\nbenchmark = "suite.*"\ncommit = "1234567"\nreason = "older"\n'
    accepted.write_text(before)
    assert run(tiny, "check", "--json", "-") == 1
    (regression,) = json.loads(capsys.readouterr().out)["regressions"]
    accept = ("accept", regression["fingerprint"], "--reason", "the answer is right now")
    disk.fill()
    assert run(tiny, *accept) == 3
    assert str(accepted) in only_message(capsys)
    assert accepted.read_text() == before
    disk.free()
    assert run(tiny, *accept) == 0
    assert run(tiny, "check") == 0
    assert accepted.read_text().startswith(before)


def test_a_site_without_room_is_told_whoever_writes_it(tiny, disk, capsys):
    site = disk.folder / "site"
    tiny.configure(html_dir=str(site))
    assert run(tiny, "publish") == 0
    whole = {file.relative_to(site) for file in site.rglob("*")}
    pages = sum(
        -(-file.stat().st_size // 4096) * 4096
        for file in site.rglob("*")
        if file.is_file() and "asvwatch" not in file.parts
    )
    # Room for a part of asv's pages, then for all of them and none of ours.
    for room in (pages // 2, pages + 8 * 4096):
        for file in sorted(site.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        disk.fill(but=room)
        capsys.readouterr()
        assert run(tiny, "publish") == 3
        assert str(site) in only_message(capsys)
        disk.free()
    assert run(tiny, "publish") == 0
    assert {file.relative_to(site) for file in site.rglob("*")} == whole


def test_a_journal_keeps_what_there_was_room_for(disk):
    file = disk.folder / "env.journal"
    key = Key("a" * 40, "suite.time_it", 0, Conditions())
    journal = Journal(file, "the suite")
    disk.fill(but=8192)
    added = []

    def add_until_full():
        while True:
            journal.add(key, Measurement(value=1.5, samples=(1.5,) * 20))
            added.append(key)

    with pytest.raises(OSError, match="No space left") as full:
        add_until_full()
    assert full.value.filename == str(file)
    journal.close(done=False)
    disk.free()
    again = Journal(file, "the suite")
    assert again.left == len(added) > 5
    again.close(done=True)


def test_results_that_asv_had_no_room_for_are_named_until_it_stores_them_again(
    project, disk, capsys
):
    tiny = project(commits=4)
    tiny.results = disk.folder / "results"
    tiny.configure(results_dir=str(tiny.results))
    tiny.store_all(CALLS, [5, 5, 5])
    disk.fill()
    with pytest.raises(OSError, match="No space left"):
        tiny.store(3, {CALLS["name"]: 6}, benchmarks=[CALLS])
    (cut,) = (file for file in tiny.results.rglob("*.json") if file.stat().st_size == 0)
    assert run(tiny, "check", "--json", "-") == 0
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert f"{cut}: skipped, not JSON, or cut off" in notes
    disk.free()
    tiny.store(3, {CALLS["name"]: 6}, benchmarks=[CALLS])
    assert run(tiny, "check") == 1


@pytest.mark.parametrize("arguments", [("check",), ("check", "--json", "-"), ("check", "--json")])
def test_a_full_standard_output_or_device_is_3(tiny, arguments):
    if arguments[-1] == "--json":
        arguments = (*arguments, "/dev/full")
    command = [sys.executable, "-m", "asvwatch", *arguments, "--config", str(tiny.config)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1].endswith("run the same command again")
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_device_or_a_link_is_written_to_and_not_replaced(tmp_path):
    target = tmp_path / "target.json"
    link = tmp_path / "link.json"
    link.symlink_to(target)
    write_whole(link, "{}")
    assert link.is_symlink()
    assert target.read_text() == "{}"
    (tmp_path / "null").symlink_to("/dev/null")
    write_whole(tmp_path / "null", "{}")
    assert (tmp_path / "null").is_char_device()
