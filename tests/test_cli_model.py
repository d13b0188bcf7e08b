"""Books by a model from the command line: forecast, budget, resume, outline; on a real port."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bookgen.cli import main
from bookgen.llm.simulator import Fault, Faults, SimulatorConfig
from bookgen.llm.simulator.serve import INSTANT, running

LIVES = Path(__file__).resolve().parent.parent / "examples"
ADA = ("Ada Lovelace", "--sources", str(LIVES / "ada-lovelace"), "--words", "3000",
       "--chapters", "3", "--model", "simulator/large")  # fmt: skip
KEY = "sk-or-very-secret"


@pytest.fixture
def provider():
    with running(INSTANT) as server:
        yield server


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command line against a provider: exit code, out, err."""
    monkeypatch.chdir(tmp_path)

    def run(server, *arguments):
        monkeypatch.setenv("OPENROUTER_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return end.value.code or 0, captured.out, captured.err

    return run


def rows(out):
    return dict(line.strip().split(maxsplit=1) for line in out.splitlines()[1:])


def sections_of(folder):
    return {file.name: file.read_bytes() for file in folder.glob(".bookgen/section-*.json")}


def test_a_model_writes_where_one_is_named(run, provider, tmp_path):
    code, out, err = run(provider, "write", *ADA, "--out", "ada")
    assert code == 0, err
    told = rows(out)
    assert told["coverage"].startswith("100")
    assert told["cost"].startswith("$0.")
    report = json.loads((tmp_path / "ada" / "report.json").read_text(encoding="utf-8"))
    assert report["provenance"][0]["model"] == "simulator/large"
    assert sum(one["attempts"] for one in report["provenance"]) <= provider.state.calls
    assert (tmp_path / "ada" / "book.html").is_file()


def test_what_it_will_take_is_told_before_the_first_call(run, provider):
    _, _, err = run(provider, "write", *ADA)
    forecast = next(line for line in err.splitlines() if line.startswith("With "))
    assert "simulator/large" in forecast
    assert "calls" in forecast
    assert "$" in forecast
    assert err.index("With ") < err.index("Writing ")


def test_quoting_needs_no_provider(run, provider):
    code, out, _ = run(provider, "write", *ADA[:-2], "--quote")
    assert code == 0
    assert provider.state.calls == 0
    assert "cost" not in rows(out)


def test_what_was_paid_for_is_not_overwritten_and_not_paid_again(run, provider, tmp_path):
    run(provider, "write", *ADA, "--out", "ada")
    paid = provider.state.calls
    book = (tmp_path / "ada" / "book.md").read_bytes()

    code, _, err = run(provider, "write", *ADA, "--out", "ada")
    assert code == 2
    assert "--resume" in err
    code, out, _ = run(provider, "write", *ADA, "--out", "ada", "--resume")
    assert code == 0
    assert provider.state.calls == paid
    assert rows(out)["cost"] == "$0: nothing was left to write"
    assert (tmp_path / "ada" / "book.md").read_bytes() == book


def test_one_section_can_be_written_again_alone(run, provider, tmp_path):
    run(provider, "write", *ADA, "--out", "ada")
    paid, before = provider.state.calls, sections_of(tmp_path / "ada")
    code, *_ = run(provider, "write", *ADA, "--out", "ada", "--resume", "--again", "2.1")
    assert code == 0
    assert provider.state.calls in (paid + 1, paid + 2)
    assert sections_of(tmp_path / "ada").keys() == before.keys()
    code, _, err = run(provider, "write", *ADA, "--out", "ada", "--resume", "--again", "9.9")
    assert code == 2
    assert "No finished section 9.9" in err


def test_a_budget_stops_before_the_call_that_would_exceed_it(run, provider, tmp_path):
    code, _, err = run(provider, "write", *ADA, "--out", "ada", "--budget", "0.06",
                       "--parallel", "1")  # fmt: skip
    assert code == 1
    assert "The budget of $0.06 is not enough" in err
    assert provider.state.cost <= 0.06
    kept = sections_of(tmp_path / "ada")

    code, *_ = run(provider, "write", *ADA, "--out", "ada", "--resume")
    assert code == 0
    assert kept.items() <= sections_of(tmp_path / "ada").items()


def test_an_outline_can_be_read_edited_and_followed(run, provider, tmp_path):
    code, out, _ = run(provider, "outline", *ADA, "--out", "plan.yaml")
    assert code == 0
    assert "3 chapters" in out
    plan = yaml.safe_load((tmp_path / "plan.yaml").read_text(encoding="utf-8"))
    plan["chapters"].pop(1)
    plan["chapters"][0]["title"] = "How It Began"
    (tmp_path / "plan.yaml").write_text(yaml.safe_dump(plan), encoding="utf-8")

    code, out, _ = run(provider, "write", *ADA, "--out", "ada", "--outline", "plan.yaml")
    assert code == 0
    assert rows(out)["chapters"] == "2"
    assert "## 1. How It Began" in (tmp_path / "ada" / "book.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("chapters: [", "is no outline"),
        ("chapters:\n- title: One\n  sections: []\n- title: ''\n  sections: []", "title is empty"),
        (
            "chapters:\n- title: One\n  sections:\n  - {title: A, words: 9, passages: ['no:1']}",
            "names no:1, which is no passage",
        ),
    ],
)
def test_an_outline_that_does_not_hold_is_refused(run, provider, tmp_path, text, reason):
    (tmp_path / "plan.yaml").write_text(text, encoding="utf-8")
    code, _, err = run(provider, "write", *ADA, "--outline", "plan.yaml")
    assert code == 2
    assert "plan.yaml" in err
    assert reason in err
    assert provider.state.calls == 0


def test_a_model_that_the_provider_lacks_is_refused_before_any_call(run, provider):
    code, _, err = run(provider, "write", *ADA[:-1], "simulator/huge")
    assert code == 2
    assert "no model 'simulator/huge'" in err
    assert "simulator/large" in err
    assert provider.state.calls == 0


def test_a_provider_that_fails_ends_with_its_words_and_keeps_what_is_finished(run, tmp_path):
    calls = dict.fromkeys(range(4, 60), Fault.RATE_LIMIT_RETRY_AFTER)
    faults = Faults(calls=calls, retry_after=0)
    with running(replace(INSTANT, faults=faults)) as failing:
        code, _, err = run(failing, "write", *ADA, "--out", "ada", "--parallel", "1")
    assert code == 1
    assert "5 attempts (status 429)" in err
    assert len(sections_of(tmp_path / "ada")) >= 1


def test_the_key_is_nowhere(run, tmp_path):
    with running(SimulatorConfig(require_key="another")) as refusing:
        code, out, err = run(refusing, "write", *ADA, "--out", "ada")
    assert code == 1
    assert "status 401" in err
    with running(INSTANT) as server:
        code, out_too, err_too = run(server, "write", *ADA, "--out", "ada", "--resume")
    assert code == 0
    assert KEY not in out + err + out_too + err_too
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or KEY not in file.read_text(encoding="utf-8")


def test_without_the_extra_no_call_is_made(run, provider, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pypandoc", None)
    code, _, err = run(provider, "write", *ADA, "--out", "ada", "--format", "epub")
    assert code == 2
    assert "pip install 'bookgen[export]'" in err
    assert provider.state.calls == 0
    assert not (tmp_path / "ada").exists()
