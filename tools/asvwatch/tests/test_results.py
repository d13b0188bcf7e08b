"""asv's stored files become series in first-parent order; a bad file is named, not fatal."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from asvwatch import config, gitlog, loading, results
from asvwatch.errors import ConfigError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from projects import FAILED, SKIPPED, benchmark
from unusable import NOT_READABLE, make_unreadable

TIME = benchmark("suite.time_it")
COUNT = benchmark("suite.track_it", unit="calls", params=[["1", "2"], ["'a'"]])


def read(project, **more):
    return results.read(config.load(project.config), gitlog.read(project.root), **more)


def test_values_are_ordered_by_history_not_by_file_name(project):
    tiny = project(commits=6)
    tiny.store_all(TIME, [1.0, 2.0, ..., 4.0, 5.0, 6.0])
    (series,) = read(tiny).series
    assert series.values.tolist() == [1.0, 2.0, 4.0, 5.0, 6.0]
    assert series.commits == tuple(tiny.hashes[:2] + tiny.hashes[3:])
    assert (series.unit, series.rule.kind) == ("seconds", "time")


def test_each_combination_of_parameters_is_a_series(project):
    tiny = project(commits=2)
    tiny.describe(COUNT)
    for number in range(2):
        tiny.store(number, {COUNT["name"]: [3 + number, 7]}, benchmarks=[COUNT])
    first, second = read(tiny).series
    assert (first.key.params, first.key.params_index) == (("1", "'a'"), 0)
    assert (second.key.params, second.key.params_index) == (("2", "'a'"), 1)
    assert first.values.tolist() == [3, 4]
    assert second.key.label == "suite.track_it(2, 'a')"


def test_machines_environments_and_versions_are_never_mixed(project):
    tiny = project(commits=4)
    tiny.describe(TIME)
    tiny.store(0, {TIME["name"]: 1.0}, benchmarks=[TIME])
    tiny.store(1, {TIME["name"]: 2.0}, benchmarks=[TIME], machine_name="other")
    tiny.store(2, {TIME["name"]: 3.0}, benchmarks=[TIME], env="virtualenv-py3.12")
    newer = {**TIME, "version": "2"}
    tiny.store(3, {TIME["name"]: 4.0}, benchmarks=[newer])
    found = read(tiny).series
    assert sorted(series.values.tolist() for series in found) == [[1.0], [2.0], [3.0], [4.0]]
    assert len({series.key for series in found}) == 4


def test_only_the_machines_asked_for_are_read(project):
    tiny = project(commits=2)
    tiny.describe(TIME)
    tiny.store(0, {TIME["name"]: 1.0}, benchmarks=[TIME])
    tiny.store(1, {TIME["name"]: 2.0}, benchmarks=[TIME], machine_name="other")
    (series,) = read(tiny, only_machines=("other",)).series
    assert series.values.tolist() == [2.0]


def test_failed_skipped_and_not_built_are_told_apart(project):
    tiny = project(commits=4)
    tiny.store_all(TIME, [1.0, FAILED, SKIPPED])
    tiny.store(3, {TIME["name"]: FAILED}, benchmarks=[TIME], built=False)
    stored = read(tiny)
    (series,) = stored.series
    assert dict(series.missing) == {1: "failed", 2: "skipped", 3: "not built"}
    assert series.measured.tolist() == [0]
    assert stored.not_built == {tiny.hashes[3]: ("virtualenv-py3.11",)}
    assert stored.newest == tiny.hashes[3]


def test_recorded_samples_and_intervals_come_along(project):
    tiny = project(commits=1)
    tiny.describe(TIME)
    samples = {TIME["name"]: [1.0, 1.1, 1.2, 1.3]}
    tiny.store(0, {TIME["name"]: 1.1}, benchmarks=[TIME], samples=samples)
    (series,) = read(tiny).series
    assert series.samples[0].tolist() == [1.0, 1.1, 1.2, 1.3]
    low, high = series.intervals[0]
    assert low <= series.values[0] <= high


def test_results_of_other_branches_and_retired_benchmarks_are_left_out(project):
    tiny = project(commits=2)
    retired = benchmark("suite.time_gone")
    tiny.describe(TIME)
    tiny.store(0, {TIME["name"]: 1.0, "suite.time_gone": 2.0}, benchmarks=[TIME, retired])
    tiny.store("ab" * 20, {TIME["name"]: 9.0}, benchmarks=[TIME])
    (series,) = read(tiny).series
    assert series.key.benchmark == TIME["name"]
    assert series.values.tolist() == [1.0]


def test_results_of_commits_that_nobody_knows_are_named(project):
    tiny = project(commits=2)
    tiny.store_all(TIME, [1.0, 2.0])
    tree = tiny.git("rev-parse", "main^{tree}")
    side = tiny.git("commit-tree", tree, "-p", tiny.hashes[0], "-m", "Side")
    for commit in (side, "ab" * 20, "cd" * 20):
        file = tiny.store(commit, {TIME["name"]: 9.0}, benchmarks=[TIME])
    # Not even a hash.
    file.write_text(file.read_text().replace("cd" * 20, f"{side}\\n"))
    loaded = loading.load(config.load(tiny.config))
    assert [series.values.tolist() for series in loaded.stored.series] == [[1.0, 2.0]]
    # Those of another branch are nothing special.
    (note,) = loaded.notes
    assert note.startswith("results of commits that")
    left_out = note.partition("are left out: ")[2].split(", ")
    assert sorted(left_out) == sorted(["abababab", side[:8]])


def test_without_descriptions_names_tell_the_kind(project):
    tiny = project(commits=1)
    tiny.store(0, {TIME["name"]: 1.0}, benchmarks=[TIME])
    (series,) = read(tiny).series
    assert series.rule.kind == "time"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('{"version": 2, "commit_hash": "', "cut off"),
        ("", "cut off"),
        ("[]", "not an object"),
        ('{"version": 1}', "asv update"),
        ('{"version": 3}', "format version 3"),
        ('{"version": 2}', "commit_hash"),
        ('{"hello": "world"}', "format version None"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_the_others_are_read(project, content, named):
    tiny = project(commits=2)
    tiny.store_all(TIME, [1.0, 2.0])
    bad = tiny.results / "box" / "0bad-virtualenv.json"
    bad.write_text(content)
    stored = read(tiny)
    assert [series.values.tolist() for series in stored.series] == [[1.0, 2.0]]
    (warning,) = stored.warnings
    assert str(bad) in warning
    assert named in warning


@pytest.mark.parametrize(("how", "named"), NOT_READABLE)
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(project, how, named):
    tiny = project(commits=2)
    tiny.store_all(TIME, [1.0, 2.0])
    bad = tiny.results / "box" / "0bad-virtualenv.json"
    make_unreadable(bad, how)
    stored = read(tiny)
    assert [series.values.tolist() for series in stored.series] == [[1.0, 2.0]]
    assert stored.warnings == (f"{bad}: skipped, cannot be read: {named}",)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('{"suite.time_it": {"na', "not JSON, or cut off"),
        ("", "not JSON, or cut off"),
        ("[]", "not an object"),
        ('{"version": 1}', "format version 1, not 2; `asv update` renews it"),
        ("{}", "format version None, not 2"),
    ],
)
def test_descriptions_that_cannot_be_used_are_named(project, content, named):
    tiny = project(commits=1)
    tiny.store_all(TIME, [1.0])
    file = tiny.results / "benchmarks.json"
    file.write_text(content)
    stored = read(tiny)
    assert stored.warnings == (f"{file}: {named}; units and kinds are taken from names",)
    assert [one.rule.kind for one in stored.series] == ["time"]
    # Without them nobody knows what there is to measure.
    with pytest.raises(ConfigError) as error:
        results.described_series(config.load(tiny.config), tuple(tiny.hashes))
    assert str(error.value).startswith(f"{file}: {named}")
    assert "asv run --bench just-discover" in str(error.value)


def test_a_second_file_for_a_commit_is_named_and_skipped_whole(project):
    tiny = project(commits=1)
    tiny.describe(TIME)
    file = tiny.store(0, {TIME["name"]: 1.0}, benchmarks=[TIME])
    file.with_name("zzz.json").write_bytes(file.read_bytes())
    stored = read(tiny)
    assert [series.values.tolist() for series in stored.series] == [[1.0]]
    assert "already has a result" in stored.warnings[0]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (None, "cannot be read: No such file or directory"),
        ("", "not JSON, or cut off"),
        ('["box"]', "not an object"),
        ('{"machine": 7}', "machine is 7"),
    ],
)
def test_a_folder_without_its_machine_is_named_and_the_others_are_read(project, content, named):
    tiny = project(commits=1)
    tiny.store_all(TIME, [1.0])
    tiny.store(0, {TIME["name"]: 2.0}, benchmarks=[TIME], machine_name="other")
    file = tiny.results / "box" / "machine.json"
    file.unlink() if content is None else file.write_text(content)
    stored = read(tiny)
    assert [series.values.tolist() for series in stored.series] == [[2.0]]
    assert stored.warnings == (f"{file}: {named}; its results are skipped",)


def test_no_results_are_no_series(project):
    stored = read(project(commits=1))
    assert (stored.series, stored.newest, stored.warnings) == ((), None, ())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_file_content_stops_the_reading(project_once, data):
    settings_read, history, good = project_once
    whole = good.read_text()
    content = json.loads(whole)
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=6,
    )
    key = data.draw(st.sampled_from(sorted(content)))
    content[key] = data.draw(values)
    text = json.dumps(content)
    cut = data.draw(st.integers(0, len(text)) | st.just(len(text)))
    bad = good.with_name("aaa.json")
    bad.write_text(text[:cut])
    stored = results.read(settings_read, history)
    bad.unlink()
    assert any(series.values.size for series in stored.series) or stored.warnings
    for series in stored.series:
        assert not np.any(np.isinf(series.values))
        assert len(series.commits) == series.values.size == len(series.surroundings)


@pytest.fixture
def project_once(project):
    tiny = project(commits=2)
    tiny.describe(TIME, COUNT)
    tiny.store(0, {TIME["name"]: 1.0}, benchmarks=[TIME])
    both = {TIME["name"]: math.pi, COUNT["name"]: [1, FAILED]}
    good = tiny.store(1, both, benchmarks=[TIME, COUNT])
    return config.load(tiny.config), gitlog.read(tiny.root), good
