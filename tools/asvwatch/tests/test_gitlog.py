"""History is the first-parent order, also where a clone is cut or no branch is checked out."""

from __future__ import annotations

import subprocess

import pytest
from asvwatch import gitlog
from asvwatch.errors import ConfigError


def test_commits_come_oldest_first_with_what_a_reader_needs(project):
    tiny = project(commits=3, subjects={1: 'Über "quotes" & more'})
    history = gitlog.read(tiny.root)
    assert [commit.hash for commit in history.commits] == tiny.hashes
    middle = history.commits[1]
    assert (middle.subject, middle.author) == ('Über "quotes" & more', "Ann")
    assert middle.date == 1_700_086_400
    assert middle.parents == (tiny.hashes[0],)
    assert not history.cut


def test_a_merge_counts_and_what_it_merged_does_not(project):
    tiny = project(commits=2)
    tree = tiny.git("rev-parse", "main^{tree}")
    side = tiny.git("commit-tree", tree, "-p", tiny.hashes[0], "-m", "Side")
    merge = tiny.git("commit-tree", tree, "-p", tiny.hashes[1], "-p", side, "-m", "Merge")
    history = gitlog.read(tiny.root, merge)
    assert [commit.hash for commit in history.commits] == [*tiny.hashes, merge]
    assert side not in history
    assert history.adjacent(tiny.hashes[1], merge)
    assert gitlog.fork_point(tiny.root, side, tiny.hashes[1]) == tiny.hashes[0]


def test_order_is_that_of_the_parents_not_of_the_dates(project):
    tiny = project(commits=2)
    tree = tiny.git("rev-parse", "main^{tree}")
    env_date = "GIT_COMMITTER_DATE=1600000000 +0000"
    command = ["env", env_date, "git", "-c", "user.name=A", "-c", "user.email=a@b", "commit-tree"]
    older = subprocess.run(
        [*command, tree, "-p", tiny.hashes[1], "-m", "Old clock"],
        cwd=tiny.root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert gitlog.read(tiny.root, older).commits[-1].hash == older


def test_a_shallow_clone_is_cut(project, tmp_path):
    tiny = project(commits=5)
    clone = tmp_path / "clone"
    tiny.git("clone", "-q", "--depth", "2", f"file://{tiny.root}", str(clone))
    history = gitlog.read(clone)
    assert [commit.hash for commit in history.commits] == tiny.hashes[-2:]
    assert history.cut


def test_a_detached_head_is_a_history_like_any_other(project):
    tiny = project(commits=3)
    tiny.git("checkout", "-q", "--detach", tiny.hashes[1])
    assert [commit.hash for commit in gitlog.read(tiny.root).commits] == tiny.hashes[:2]


@pytest.mark.parametrize("name", ["nowhere", "--all", "HEAD~9", ""])
def test_what_is_no_commit_is_named(project, name):
    tiny = project(commits=1)
    with pytest.raises(ConfigError) as error:
        gitlog.read(tiny.root, name)
    assert repr(name) in str(error.value)


def test_after_lists_the_commits_that_may_be_guilty(project):
    tiny = project(commits=4)
    history = gitlog.read(tiny.root)
    assert history.after(tiny.hashes[0], tiny.hashes[2]) == tuple(tiny.hashes[1:3])
