"""The suites measure what they say, import on any commit, and give exact numbers twice."""

import hashlib
import inspect
import io
import itertools
import math
import shutil
import subprocess
import sys
import tarfile
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks import _inputs, api, generation, llm_client, startup, text
from benchmarks._scenario import _Scenario, _Versioned

FOLDER = Path(inspect.getfile(_inputs)).parent
SUITES = sorted(file.stem for file in FOLDER.glob("*.py") if not file.stem.startswith("_"))


def collected(base):
    """Return (suite, class) of each subclass of `base` that asv collects."""
    return [
        (suite, found)
        for suite in SUITES
        for name, found in vars(import_module(f"benchmarks.{suite}")).items()
        if inspect.isclass(found) and issubclass(found, base) and not name.startswith("_")
    ]


VERSIONS = {f"{suite}.{found.__name__}": found.version for suite, found in collected(_Versioned)}
RUNS = [
    pytest.param(scenario, params, id=f"{suite}.{scenario.__name__}{params or ''}")
    for suite, scenario in collected(_Scenario)
    for params in itertools.product(*getattr(scenario, "params", ()))
]


@pytest.mark.parametrize(("scenario", "params"), RUNS)
def test_a_scenario_runs_and_its_result_is_verified(scenario, params):
    measured = scenario()
    # The setup runs it and verifies the result.
    measured.setup(*params)
    try:
        # What asv reads to know how to measure is not overwritten.
        assert (measured.number, measured.repeat) == (scenario.number, scenario.repeat)
        for name, metric in inspect.getmembers(scenario, inspect.isfunction):
            if name.startswith(("time_", "track_", "peakmem_")):
                inspect.signature(metric).bind(measured, *params)
        with pytest.raises((AssertionError, AttributeError, TypeError, ValueError)):
            measured.verify("")
    finally:
        measured.close()


SET_UP = """
import sys
from importlib import import_module
from itertools import product
from pathlib import Path

folder, without, *suites = sys.argv[1:]
sys.path.insert(0, folder)
if without:
    sys.modules["bookgen"] = None
for suite in suites:
    for name, found in vars(import_module(f"benchmarks.{suite}")).items():
        if not hasattr(found, "setup") or name.startswith("_"):
            continue
        for values in product(*getattr(found, "params", ())):
            try:
                if hasattr(found, "setup_cache"):
                    values = (found().setup_cache(), *values)
                found().setup(*values)
            except NotImplementedError as reason:
                print(f"{suite}.{name}: {reason}")
            else:
                print(f"{suite}.{name}: runs")
"""


def set_up(folder, *, without=""):
    """Return what became of each suite's scenarios with the bookgen that lies in a folder."""
    done = subprocess.run(
        [sys.executable, "-c", SET_UP, str(folder), without, *SUITES],
        cwd=FOLDER.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    named = {line.partition(":")[0] for line in lines}
    assert named == {f"{suite}.{found.__name__}" for suite, found in collected(_Versioned)}
    return lines


def test_the_suites_import_and_skip_where_bookgen_is_missing():
    for line in set_up(FOLDER.parent, without="bookgen"):
        assert "this commit has no " in line


def test_the_suites_run_or_skip_with_the_reason_on_the_oldest_commit(tmp_path):
    def git(*arguments):
        done = subprocess.run(
            ["git", *arguments], cwd=FOLDER.parent, capture_output=True, check=False
        )
        return done.stdout if done.returncode == 0 else b""

    if git("rev-parse", "--is-shallow-repository").strip() != b"false":
        pytest.skip("this is no clone with the whole history")
    oldest, *_ = git("rev-list", "--reverse", "HEAD", "--", "bookgen").decode().split()
    with tarfile.open(fileobj=io.BytesIO(git("archive", oldest, "bookgen"))) as archive:
        archive.extractall(tmp_path, filter="data")
    lines = set_up(tmp_path)
    assert any(line.endswith(": runs") for line in lines)
    assert any("this commit has no " in line for line in lines)


def measured_twice(metric):
    values = []
    for _ in range(2):
        book = generation.SmallBook()
        book.setup()
        values.append(getattr(book, metric)())
    return values


def test_calls_are_the_same_twice():
    first, second = measured_twice("track_calls")
    assert first == second > 1_000


def test_traced_bytes_are_the_same_within_their_tolerance():
    """What lies where in memory moves them by up to 0.5 %; `asvwatch.toml` takes 1 % for none."""
    first, second = measured_twice("track_peak_traced")
    assert first == pytest.approx(second, rel=0.01)
    assert first > 100_000


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
def test_instructions_are_the_same_twice():
    """What the system does for the process moves them by one or two in 77 million."""
    names = text.Names()
    first, second = names.track_instructions(), names.track_instructions()
    assert first == pytest.approx(second, abs=10)
    assert first > 1_000_000


def test_without_valgrind_instructions_are_skipped_with_the_reason(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NotImplementedError, match="valgrind is not installed"):
        text.Names().track_instructions()


def test_loaded_modules_are_counted_in_a_fresh_process():
    assert 0 < startup.ImportBookgen().track_modules() < startup.ImportWriter().track_modules()


def test_words_per_second_are_those_of_the_book():
    book = generation.SmallBook()
    book.timed_runs = 1
    book.setup()
    assert 100 < book.track_words_per_second() < 1_000_000


def test_a_changed_workload_begins_a_history_of_its_own():
    def version(**changes):
        return type("Small", (generation._Book,), changes).version

    assert version(words=2_000) == version(words=2_000) != version(words=3_000)
    assert version(words=2_000, repeat=7) == version(words=2_000)


def test_a_history_goes_on_from_process_to_process():
    code = "from test_suites import VERSIONS; print(VERSIONS)"
    paths = [str(FOLDER.parent), str(Path(__file__).parent)]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}; {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(VERSIONS)


BUDGETS = tomllib.loads((FOLDER / "budgets.toml").read_text())["budget"]


def measures(benchmark):
    suite, name, metric = benchmark.split(".")
    return getattr(getattr(import_module(f"benchmarks.{suite}"), name), metric)


@pytest.mark.parametrize("budget", BUDGETS, ids=lambda budget: budget["benchmark"])
def test_a_budget_bounds_a_benchmark_that_there_is(budget):
    assert callable(measures(budget["benchmark"]))
    assert budget.keys() == {"id", "what", "benchmark", "most" if "most" in budget else "least"}


def test_a_budget_is_known_by_its_id():
    assert len({budget["id"] for budget in BUDGETS}) == len(BUDGETS)


def test_the_exact_budgets_hold():
    exact = [
        budget for budget in BUDGETS if budget["benchmark"].startswith("llm_client.Schedule.track_")
    ]
    assert len(exact) == 3
    schedule = llm_client.Schedule()
    cached = schedule.setup_cache()
    schedule.setup(cached)
    for budget in exact:
        value = measures(budget["benchmark"])(schedule, cached)
        assert budget.get("least", 0) <= value <= budget.get("most", math.inf), budget["what"]


@pytest.mark.parametrize("scenario", [api.JobStatus, api.JobList, api.Creation])
def test_statements_do_not_grow_with_the_jobs_stored(scenario):
    taken = []
    for stored in (10, 1_000):
        measured = scenario()
        measured.setup(stored)
        try:
            taken.append(measured.track_statements(stored))
        finally:
            measured.close()
    few, many = taken
    assert 1 <= few == many <= 5


def test_the_retries_of_a_fixed_plan_are_counted():
    retries = llm_client.Retries()
    retries.setup()
    first = (retries.track_wasted_calls(), retries.track_wasted_tokens())
    assert first == (retries.track_wasted_calls(), retries.track_wasted_tokens())
    assert 15 <= first[0] <= 40
    assert first[1] > 0


def digest(data):
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest()[:16]


def test_inputs_are_what_they_were_on_every_commit():
    """Another input begins another history: what is hashed here is only ever added to."""
    account = _inputs.lives("frozen", 2, 900)[1]
    spanish = _inputs.lives("frozen", 2, 900, "es")[1]
    assert {
        "text": digest(_inputs.text("frozen", 500)),
        "texto": digest(_inputs.text("frozen", 500, "es")),
        "plain": digest(_inputs.plain_file(account)),
        "markdown": digest(_inputs.markdown_file(account)),
        "html": digest(_inputs.html_file(spanish, language="es")),
        "retold": digest("\n".join(_inputs.retold("frozen", ["one two three four five six"] * 9))),
    } == {
        "text": "923ebb7c46aec42f",
        "texto": "a65d013a56e84938",
        "plain": "4b67db2920240e2a",
        "markdown": "50e9ece716f8bcdb",
        "html": "7986908e248df6d8",
        "retold": "7b36349803f11db6",
    }
