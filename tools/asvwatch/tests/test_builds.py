import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from asv import util
from asvwatch import asvcalls, config
from asvwatch.attribute import attribute
from asvwatch.builds import Builds
from asvwatch.errors import (
    BuildFailed,
    ConfigError,
    EnvironmentUnavailable,
    MeasurementError,
)
from asvwatch.measuring import BuildsMeasurer
from asvwatch.model import Budget, Candidate, Commit, History, Rule, Series, SeriesKey
from asvwatch.paired import confirm
from asvwatch.runs import Conditions
from repositories import CONFIG, PYPROJECT, Repository

SUITE = """
import os
import time

import planted


def time_work():
    planted.work()


def peakmem_nothing():
    pass


def track_answer():
    return planted.ANSWER


def track_hash_seed():
    return int(os.environ["PYTHONHASHSEED"])


def track_length_of_paths():
    return len(planted.__file__) + len(os.getcwd()) + sum(map(len, os.environ.values()))


def track_text():
    return "many"


def time_hangs():
    time.sleep(60)


time_hangs.timeout = 0.5


class Cached:
    params = [[1, 2, 3], ["a", "b"]]

    def setup_cache(self):
        return {"answer": planted.ANSWER}

    def setup(self, cache, number, letter):
        if number == 3:
            raise NotImplementedError("not for three")

    def track_cached(self, cache, number, letter):
        if number == 2 and letter == "b":
            raise ValueError("2 b is broken")
        return cache["answer"] * number


class OneShot:
    number = 1
    repeat = 1
    warmup_time = 0

    def time_once(self):
        planted.work()
"""

PACKAGE = """
ANSWER = {answer}


def work():
    return sum(number * number % 7 for number in range(20_000))
"""


class Session:
    """One repository and the builds that its tests share."""

    def __init__(self, folder):
        self.repository = Repository(folder, SUITE)
        self.first = self.repository.commit("first", PACKAGE.format(answer=41))
        self.second = self.repository.commit("second", PACKAGE.format(answer=42))
        self.broken = self.repository.commit(
            "broken", PACKAGE.format(answer=43), pyproject__toml=PYPROJECT + "[project.nonsense\n"
        )
        self.third = self.repository.commit(
            "third", PACKAGE.format(answer=44), pyproject__toml=PYPROJECT
        )
        self.told = self.repository.commit(
            "told", PACKAGE.format(answer=44), README__md="The answer is 44.\n"
        )
        self.log = []

    def builds(self):
        self.log.clear()
        return Builds(self.repository.config, log=self.log.append)


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    return Session(tmp_path_factory.mktemp("builds") / "repository")


@pytest.fixture
def builds(session):
    with session.builds() as builds:
        yield builds


def suspicion(good, bad):
    series = Series(
        key=SeriesKey("suite.time_work", (), 0, "box", "", "1"),
        unit="seconds",
        rule=Rule(kind="time", exact=False),
        commits=(good, bad),
        values=np.array([1.0, 2.0]),
        intervals=np.full((2, 2), np.nan),
        surroundings=("", ""),
    )
    return Candidate(series, good, bad, 1.0, 2.0, "regression", 9.0)


def answer(build):
    return build.measure("suite.track_answer").value


class TestBuilds:
    def test_two_commits_stand_side_by_side(self, session, builds):
        first = builds.prepare(session.first)
        second = builds.prepare(session.second)

        assert [answer(first), answer(second), answer(first)] == [41, 42, 41]

    def test_a_third_takes_the_place_that_was_not_used_for_longest(self, session, builds):
        first = builds.prepare(session.first)
        second = builds.prepare(session.second)
        builds.prepare(session.first)
        third = builds.prepare(session.third)

        assert [answer(first), answer(third)] == [41, 44]
        with pytest.raises(RuntimeError, match="was replaced"):
            second.measure("suite.track_answer")

    def test_the_same_commit_can_stand_beside_itself(self, session, builds):
        one = builds.prepare(session.first)
        other = builds.prepare(session.first, beside=one)

        lengths = {build.measure("suite.track_length_of_paths").value for build in (one, other)}
        assert len(lengths) == 1
        assert answer(one) == answer(other) == 41

    def test_commits_that_install_the_same_files_are_alike(self, session, builds):
        assert builds.alike(session.third, session.told)
        assert not builds.alike(session.first, session.second)

    def test_a_suspicion_between_alike_commits_is_not_measured(self, session):
        with contextlib.ExitStack() as resources:
            measurer = BuildsMeasurer(
                config.load(session.repository.config),
                History(()),
                Budget(),
                session.log.append,
                resources,
            )
            confirmed = measurer.confirm(suspicion(session.third, session.told))
        assert (confirmed.outcome, confirmed.pairs) == ("unchanged", 0)
        assert confirmed.reason == "both commits install the same files"

    def test_the_next_run_finds_what_was_built(self, session):
        with session.builds() as builds:
            builds.prepare(session.first)
            builds.prepare(session.second)
        with session.builds() as builds:
            assert answer(builds.prepare(session.second)) == 42
            assert answer(builds.prepare(session.first)) == 41
            assert session.log == []

    def test_an_interrupted_installation_is_made_again(self, session):
        with session.builds() as builds:
            builds.prepare(session.first)
        for status in session.repository.folder.rglob("asv-install-status.json"):
            status.write_text("{")
        listed, _ = session.repository.folder.rglob("asvwatch-packages.json")
        listed.write_text('["pip==')
        with session.builds() as builds:
            assert answer(builds.prepare(session.first)) == 41

    def test_a_commit_that_does_not_build_says_why_and_is_tried_once(self, session, builds):
        with pytest.raises(BuildFailed) as failure:
            builds.prepare(session.broken)
        session.log.clear()
        with pytest.raises(BuildFailed):
            builds.prepare(session.broken)

        assert failure.value.commit == session.broken
        assert "TOMLDecodeError" in failure.value.reason
        assert "\n" not in failure.value.reason
        assert session.log == []
        assert answer(builds.prepare(session.first)) == 41

    def test_an_unknown_commit_does_not_build(self, builds):
        with pytest.raises(BuildFailed, match=r"reference is not a tree|unable to read tree"):
            builds.prepare("1234567890" * 4)

    def test_asvs_own_environments_and_results_are_left_alone(self, session, builds):
        builds.prepare(session.first)

        own = session.repository.folder / ".asv"
        assert [path.name for path in own.iterdir()] == ["env"]
        assert [path.name for path in (own / "env").iterdir()] == ["asvwatch"]
        assert session.repository.git("status", "--porcelain") == ""

    def test_the_environments_have_the_same_packages(self, session, builds):
        builds.prepare(session.first)
        one, other = (
            path.read_text() for path in session.repository.folder.rglob("asvwatch-packages.json")
        )

        assert one == other
        assert "hatchling==1.27.0" in one

    def test_nothing_reaches_standard_output(self, session, capfd):
        with session.builds() as builds:
            with pytest.raises(BuildFailed):
                builds.prepare(session.broken)
            answer(builds.prepare(session.second))

        assert capfd.readouterr() == ("", "")
        assert any(line.startswith("asv: ") for line in session.log)

    @pytest.mark.usefixtures("builds")
    def test_a_second_asvwatch_has_to_wait(self, session):
        with pytest.raises(MeasurementError, match="another asvwatch is measuring"):
            session.builds().__enter__()


class TestMeasuring:
    @pytest.fixture
    def build(self, session, builds):
        return builds.prepare(session.second)

    def test_the_value_of_a_time_is_the_minimum_of_its_samples(self, build):
        run = build.measure("suite.time_work")

        assert run.value == min(run.samples)
        assert 2 <= len(run.samples) <= 100
        assert run.number >= 1

    def test_the_number_of_calls_can_be_fixed(self, build):
        assert build.measure("suite.time_work", 0, Conditions(number=3)).number == 3

    def test_a_benchmark_that_wants_one_run_gets_one(self, build):
        run = build.measure("suite.OneShot.time_once")

        assert (len(run.samples), run.number) == (1, 1)

    def test_the_memory_of_this_process_is_not_counted(self, build):
        held = bytearray(os.urandom(1024) * 150_000)

        run = build.measure("suite.peakmem_nothing")

        assert 5e6 < run.value < 60e6 < len(held)

    def test_the_hash_seed_is_the_one_asked_for(self, build):
        for seed in (0, 77):
            run = build.measure("suite.track_hash_seed", 0, Conditions(hash_seed=seed))
            assert run.value == seed

    @pytest.mark.parametrize(("index", "value"), [(0, 42), (1, 42), (2, 84)])
    def test_parameters_and_setup_cache(self, build, index, value):
        assert build.measure("suite.Cached.track_cached", index).value == value

    def test_a_setup_cache_belongs_to_its_build(self, session, builds, build):
        other = builds.prepare(session.first)

        values = [one.measure("suite.Cached.track_cached", 0).value for one in (build, other)]
        assert values == [42, 41]

    @pytest.mark.parametrize(
        ("benchmark", "index", "error"),
        [
            ("suite.Cached.track_cached", 3, "ValueError: 2 b is broken"),
            ("suite.Cached.track_cached", 99, "Invalid benchmark parameter"),
            ("suite.track_text", 0, "it returned many instead of a number"),
            ("suite.time_hangs", 0, "timed out after 0.5 s"),
            ("suite.no_such", 0, "the suite has no such benchmark"),
        ],
    )
    def test_a_failure_says_why(self, build, benchmark, index, error):
        run = build.measure(benchmark, index)

        assert run.value is None
        assert error in run.error
        assert not run.skipped

    def test_a_benchmark_that_declines_is_skipped(self, build):
        run = build.measure("suite.Cached.track_cached", 4)

        assert (run.value, run.skipped) == (None, True)

    def test_a_change_is_confirmed_from_end_to_end(self, session, builds):
        result = confirm(
            builds,
            "suite.track_answer",
            0,
            session.first,
            session.second,
            kind="count",
            floor=0.0,
            budget=Budget(deadline=time.monotonic() + 60),
        )

        assert (result.outcome, result.before, result.after) == ("changed", 41, 42)


class TestConfigurations:
    def repository(self, tmp_path, **changes):
        repository = Repository(tmp_path / "repository", SUITE, {**CONFIG, **changes})
        repository.commit("first", PACKAGE.format(answer=1))
        return repository

    def test_an_existing_environment_cannot_be_used(self, tmp_path):
        repository = self.repository(tmp_path, environment_type="existing")

        with pytest.raises(EnvironmentUnavailable, match="set environment_type to virtualenv"):
            Builds(repository.config, log=print)

    @pytest.mark.parametrize("name", ["virtualenv-py2.3", "conda-py9.9-numpy", "nonsense"])
    def test_an_environment_that_cannot_be_made_is_named(self, tmp_path, name):
        repository = self.repository(tmp_path)

        with pytest.raises(EnvironmentUnavailable, match=name):
            Builds(repository.config, env=name, log=print)

    def test_an_environment_is_found_by_its_name_in_a_matrix(self, tmp_path):
        matrix = {"req": {"attrs": ["24.2.0", "25.1.0"]}, "env_nobuild": {"MODE": ["a", "b"]}}
        repository = self.repository(tmp_path, matrix=matrix)
        name = f"virtualenv-py{sys.version_info[0]}.{sys.version_info[1]}-attrs25.1.0-MODEb"

        assert Builds(repository.config, env=name, log=print).env == name

    def test_a_configuration_without_a_kind_of_environment(self, tmp_path):
        repository = self.repository(tmp_path, environment_type=None)

        with pytest.raises(EnvironmentUnavailable):
            Builds(repository.config, log=print)

    def test_a_configuration_that_asv_refuses(self, tmp_path):
        file = tmp_path / "asv.conf.json"
        file.write_text('{"version": 1, "project": "x"}')

        with pytest.raises(ConfigError, match=r"asv\.conf\.json"):
            Builds(file, log=print)


def test_a_step_is_attributed_from_end_to_end(session, builds):
    """From 41 to 44 over four commits, of which one does not build."""
    commits = (session.first, session.second, session.broken, session.third)
    history = History(tuple(Commit(commit, (), "A. Uthor", 0, "") for commit in commits))
    series = Series(
        key=SeriesKey("suite.track_answer", (), 0, "machine", builds.env, "1"),
        unit="",
        rule=Rule(kind="count", exact=True),
        commits=(session.first, session.third),
        values=np.array([41.0, 44.0]),
        intervals=np.full((2, 2), np.nan),
        surroundings=("", ""),
    )

    def search(good, bad, before, after):
        candidate = Candidate(series, good, bad, before, after, "regression", 1.0, exact=True)
        found = attribute(builds, candidate, history, confirmed=None, budget=Budget())
        return found.commit, found.before, found.after, [commit for commit, _ in found.unbuilt]

    assert search(session.first, session.third, 41, 44) == (session.second, 41, 42, [])
    assert search(session.second, session.third, 42, 44) == (None, 42, 44, [session.broken])


class TestReasons:
    """One line that says what went wrong, out of what a failed command printed."""

    @pytest.mark.parametrize(
        ("output", "line"),
        [
            (
                "Traceback (most recent call last):\n"
                '  File "setup.py", line 1\n'
                "ModuleNotFoundError: No module named 'numpy'\n"
                "error: subprocess-exited-with-error\n"
                "ERROR: Failed to build one or more wheels",
                "ModuleNotFoundError: No module named 'numpy'",
            ),
            (
                "gcc: warning\nerror: command 'gcc' failed with exit code 1\n"
                "core.c:3:1: error: unknown type name 'x'\nfatal: no core.c\nbye",
                "fatal: no core.c",
            ),
            (
                "OSError: disk\n\nERROR: Could not find a version that satisfies it\n",
                "OSError: disk",
            ),
            ("first\n\nlast\n\n", "last"),
            ("x" * 1000, "x" * 300),
        ],
    )
    def test_the_most_telling_line_is_taken(self, output, line):
        assert asvcalls.reason(util.ProcessError(["/bin/pip"], 1, output, "")) == line
        assert asvcalls.reason(output) == line

    def test_a_silent_command_is_named_with_its_exit_status(self):
        silent = util.ProcessError(["/usr/bin/make", "all"], 2, "", "")

        assert asvcalls.reason(silent) == "exit status 2 of: make all"

    def test_a_timeout_is_one(self):
        late = util.ProcessError(["/usr/bin/make", "all"], util.TIMEOUT_RETCODE, "done: 1%", "")

        assert asvcalls.reason(late) == "timed out: make all"

    def test_a_full_disk_is_not_the_commits_fault(self):
        full = util.ProcessError(["pip"], 1, "OSError: [Errno 28] No space left on device", "")

        assert asvcalls.disk_full(full)
        assert not asvcalls.disk_full(util.ProcessError(["pip"], 1, "SyntaxError: x", ""))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_is_not_lost_where_python_drops_exceptions(tmp_path):
    class Dropping:
        def __del__(self):
            signal.raise_signal(signal.SIGINT)

    def interrupted():
        with asvcalls.quiet(tmp_path, print):
            dropping = Dropping()
            del dropping

    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert signal.getsignal(signal.SIGINT) is handler


def test_an_interrupt_ends_the_benchmark_too(session):
    """Ctrl-C leaves no process of a benchmark behind."""
    script = (
        "import sys; from pathlib import Path; from asvwatch.builds import Builds\n"
        "with Builds(Path(sys.argv[1]), log=lambda line: None) as builds:\n"
        "    build = builds.prepare(sys.argv[2])\n"
        "    build.measure('suite.track_answer')\n"
        "    print('ready', flush=True)\n"
        "    while True: build.measure('suite.time_work')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(session.repository.config), session.first],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()

    assert process.returncode != 0
    assert "KeyboardInterrupt" in errors
    # The system takes a moment to take away what was killed.
    end = time.monotonic() + 2
    while (left := running(session.repository.folder / ".asv")) and time.monotonic() < end:
        time.sleep(0.02)
    assert left == []


def running(folder):
    """The commands of all processes that name the folder."""
    commands = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commands.append(entry.read_bytes().decode(errors="replace"))
        except OSError:
            continue
    return [command for command in commands if str(folder) in command]
