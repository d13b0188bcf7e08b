"""The configuration is read as asv reads it, and what is wrong in it is named."""

from __future__ import annotations

import pytest
from asvwatch import config
from asvwatch.errors import ConfigError


@pytest.fixture
def tiny(project):
    return project(commits=1)


def test_comments_are_allowed_and_paths_become_absolute(tiny):
    tiny.configure(results_dir="stored/results", html_dir="site")
    loaded = config.load(tiny.config)
    assert loaded.results_dir == tiny.root / "stored/results"
    assert loaded.html_dir == tiny.root / "site"
    assert loaded.benchmark_dir == tiny.root / "benchmarks"
    assert loaded.git_dir == tiny.root


def test_a_configuration_in_a_folder_is_shown_from_the_top_of_the_checkout(tiny, tmp_path):
    assert config.load(tiny.config).shown == "asv.conf.json"
    nested = tiny.root / "asv_bench" / "asv.conf.json"
    nested.parent.mkdir()
    nested.write_text('{"repo": ".."}')
    assert config.load(nested).shown == "asv_bench/asv.conf.json"
    alone = tmp_path / "asv.conf.json"
    alone.write_text('{"repo": "https://example.org/x.git"}')
    assert config.load(alone).shown == "asv.conf.json"


def test_the_folder_of_the_configuration_is_enough(tiny):
    assert config.load(tiny.root).path == tiny.config


@pytest.mark.parametrize(
    ("setting", "value"), [("results_dir", 7), ("branches", []), ("project", "")]
)
def test_a_wrong_setting_is_named_with_its_value(tiny, setting, value):
    tiny.configure(**{setting: value})
    with pytest.raises(ConfigError, match=setting) as error:
        config.load(tiny.config)
    assert repr(value) in str(error.value)
    assert error.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "is not valid JSON"),
        ('{"repo": ".", "branches": ["ma', "is not valid JSON"),
        ("[]", "a configuration is an object, not list"),
        ("{}", "repo is missing"),
    ],
)
def test_a_configuration_that_is_cut_off_or_none_is_named(tiny, text, named):
    tiny.config.write_text(text)
    with pytest.raises(ConfigError) as error:
        config.load(tiny.config)
    assert str(error.value).startswith(str(tiny.config))
    assert named in str(error.value)


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(ConfigError, match="does not exist"):
        config.load(tmp_path / "asv.conf.json")


@pytest.mark.parametrize(
    ("name", "kind", "unit", "expected"),
    [
        ("s.time_it", "time", "seconds", config.TIME),
        ("s.timeraw_it", "timeraw", "seconds", config.TIME),
        ("s.time_it", "", "", config.TIME),
        ("s.peakmem_it", "peakmemory", "bytes", config.RESIDENT_MEMORY),
        ("s.mem_it", "memory", "bytes", config.OBJECT_SIZE),
        ("s.track_peak", "track", "bytes", config.TRACKED_BYTES),
        ("s.track_wait", "track", "seconds", config.TRACKED_TIME),
        ("s.track_cost", "track", "instructions", config.INSTRUCTIONS),
        ("s.track_calls", "track", "calls", config.COUNT),
    ],
)
def test_built_in_rules_follow_type_and_unit(name, kind, unit, expected):
    assert config.built_in_rule(name, kind, unit) == expected


def test_a_rate_is_better_when_it_is_higher():
    assert config.built_in_rule("s.track_speed", "track", "words/s").better == "higher"


def test_the_first_matching_metric_overrides_what_it_names_only(tiny):
    (tiny.root / "asvwatch.toml").write_text(
        '[[metric]]\nmatch = "speed$"\nbetter = "higher"\nexact = true\ntolerance = 0.01\n'
        '[[metric]]\nmatch = "track_"\nfloor = 0.5\n'
    )
    loaded = config.load(tiny.config)
    speed = loaded.rule("s.track_speed", "track", "words")
    assert (speed.better, speed.exact, speed.tolerance, speed.floor) == ("higher", True, 0.01, 0.02)
    assert loaded.rule("s.track_other", "track", "words").floor == 0.5
    assert loaded.rule("s.time_it", "time", "seconds") == config.TIME


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[[metric]]\nmatch = "("', "'('"),
        ('[[metric]]\nkind = "time"', "match"),
        ('[[metric]]\nmatch = "a"\nkind = "speed"', "'speed'"),
        ('[[metric]]\nmatch = "a"\nfloor = 2', "floor"),
        ('[[metric]]\nmatch = "a"\ntolerance = true', "tolerance"),
        ('[[metric]]\nmatch = "a"\nexact = 1', "exact"),
        ('[[metric]]\nmatch = "a"\nflor = 0.1', "'flor'"),
        ("[metrics]\n", "'metrics'"),
        ("metric = 3\n", "metric"),
        ("[[metric", "cannot be read"),
    ],
)
def test_a_wrong_rule_is_named(tiny, text, named):
    (tiny.root / "benchmarks" / "asvwatch.toml").write_text(text)
    with pytest.raises(ConfigError) as error:
        config.load(tiny.config)
    assert named in str(error.value)
    assert "asvwatch.toml" in str(error.value)


def test_two_rule_files_are_one_too_many(tiny):
    for folder in (tiny.root, tiny.root / "benchmarks"):
        (folder / "asvwatch.toml").write_text("")
    with pytest.raises(ConfigError, match=r"two asvwatch\.toml"):
        config.load(tiny.config)
