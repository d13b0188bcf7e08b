"""What the workflows write on GitHub, against a server that keeps issues as GitHub does."""

import json
import re
import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOT = "github-actions[bot]"
TOKEN = "not-a-real-token"
HEAD = "a" * 40
EMPTY = {
    "schema": 1,
    "verdict": "clean",
    **{name: [] for name in ("regressions", "improvements", "recovered", "undecided")},
    **{name: [] for name in ("failures", "budgets", "notes")},
    "measured": {"commits": 3, "series": 9},
    "confirmed": True,
}
FINDING = {
    "benchmark": "text.Names.time_run",
    "params": [],
    "kind": "time",
    "unit": "seconds",
    "commit": "1a2b3c4d" + "0" * 32,
    "range": ["0" * 40, "1a2b3c4d" + "0" * 32],
    "before": 1.0,
    "after": 1.3,
    "ratio": 1.3,
    "interval": [1.29, 1.31],
    "evidence": "paired",
    "accepted": None,
    "fingerprint": "0123456789ab",
    "direction": "regression",
    "machine": "box",
    "environment": "env",
    "version": "1",
    "floor": 0.02,
    "reason": "",
    "recovered_by": None,
    "failed": False,
    "pairs": [],
}
BUDGET = {
    "benchmark": "load.Mixed.track_p95",
    "params": [],
    "unit": "seconds",
    "value": 0.7,
    "bound": 0.5,
    "is_least": False,
    "what": "19 of 20 answers take under 500 ms",
    "commit": "1a2b3c4d" + "0" * 32,
    "machine": "box",
    "environment": "env",
    "is_broken": True,
    "fingerprint": "ba9876543210",
}


class Kept:
    """What the server has: issues and comments by number, pull requests, releases and files."""

    def __init__(self):
        self.issues, self.comments, self.pulls, self.files = {}, {}, [], {}
        self.releases = []
        self.broken = False

    def open(self):
        return {issue["title"] for issue in self.issues.values() if issue["state"] == "open"}

    def text_of(self, number):
        return [one["body"] for one in self.comments.values() if one["issue"] == number]


@contextmanager
def github():
    kept = Kept()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            query = parse_qs(urlsplit(self.path).query)
            start = 100 * (int(query["page"][0]) - 1)
            if self.path.startswith("/repos/a/b/issues?"):
                (creator,) = query["creator"]
                found = [one for one in reversed(kept.issues.values()) if one["user"] == creator]
            elif re.match(r"/repos/a/b/commits/\w+/pulls", self.path):
                found = kept.pulls
            else:
                number = int(self.path.split("/")[5])
                found = [one for one in kept.comments.values() if one["issue"] == number]
            self.answer(found[start : start + 100])

        def do_POST(self):
            data = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path.startswith("/upload"):
                kept.files[parse_qs(urlsplit(self.path).query)["name"][0]] = data
                self.answer({})
                return
            body = json.loads(data)
            if self.path == "/repos/a/b/issues":
                number = 1 + len(kept.issues)
                kept.issues[number] = {"number": number, "state": "open", "user": BOT, **body}
                self.answer(kept.issues[number])
            elif self.path == "/repos/a/b/releases":
                host = f"http://127.0.0.1:{server.server_port}"
                kept.releases.append({"id": 7, **body})
                self.answer(
                    {"id": 7, "upload_url": f"{host}/upload{{?name}}", "html_url": f"{host}/v1"}
                )
            else:
                number = int(self.path.split("/")[5])
                place = 1 + len(kept.comments)
                made = {"id": place, "issue": number, "user": {"login": BOT}, **body}
                kept.comments[place] = made
                self.answer(made)

        def do_PATCH(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            *_, group, last = self.path.split("/")
            if group == "releases":
                kept.releases[0].update(body)
            else:
                {"issues": kept.issues, "comments": kept.comments}[group][int(last)].update(body)
            self.answer({})

        def answer(self, body):
            allowed = self.headers["Authorization"] == f"Bearer {TOKEN}" and not kept.broken
            content = json.dumps(body if allowed else {"message": "Bad credentials"}).encode()
            self.send_response(200 if allowed else 401)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments):
            """A test's output is no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    kept.environment = {
        "GITHUB_API_URL": f"http://127.0.0.1:{server.server_port}",
        "GITHUB_REPOSITORY": "a/b",
        "GITHUB_TOKEN": TOKEN,
        "HEAD_SHA": HEAD,
    }
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def server(monkeypatch):
    with github() as kept:
        for name, value in kept.environment.items():
            monkeypatch.setenv(name, value)
        yield kept


@pytest.fixture
def run(tmp_path):
    """Run a script on a verdict, None for one that was never written."""

    def run(script, verdict, *arguments):
        file = tmp_path / "verdict.json"
        file.unlink(missing_ok=True)
        if verdict is not None:
            file.write_text(json.dumps(verdict))
        command = [sys.executable, f"scripts/{script}.py", str(file), *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    return run


REGRESSED = {**EMPTY, "verdict": "regressed", "regressions": [FINDING], "budgets": [BUDGET]}
SLOWER = "text.Names.time_run: +30.0 % at 1a2b3c4d00"
OVER = "load.Mixed.track_p95: over its budget"


def test_each_regression_and_broken_budget_gets_one_issue(server, run):
    for _ in range(2):
        done = run("tickets", REGRESSED, "--site", "https://example.org/site/")
        assert done.returncode == 0, done.stderr
    assert server.open() == {SLOWER, OVER}
    assert len(server.issues) == 2
    body = server.issues[1]["body"]
    for part in ("+30.0 %", "0123456789ab", "asvwatch compare", "https://example.org/site/"):
        assert part in body
    assert "500 ms" in server.issues[2]["body"]


def test_what_is_over_is_closed_and_what_is_back_is_opened_again(server, run):
    run("tickets", REGRESSED)
    back = {**FINDING, "recovered_by": "f" * 40}
    held = {**BUDGET, "value": 0.4, "is_broken": False}
    assert run("tickets", {**EMPTY, "recovered": [back], "budgets": [held]}).returncode == 0
    assert server.open() == set()
    assert server.text_of(1) == [f"Taken back by {'f' * 40}."]
    assert server.text_of(2) == ["The budget is held again."]
    run("tickets", REGRESSED)
    assert server.open() == {SLOWER, OVER}


def test_an_accepted_regression_is_closed_with_its_reason(server, run):
    run("tickets", REGRESSED)
    run("tickets", {**EMPTY, "regressions": [{**FINDING, "accepted": "it is right now"}]})
    assert server.open() == {OVER}
    assert server.text_of(1) == ["Accepted: it is right now"]


@pytest.mark.parametrize("verdict", [None, {**EMPTY, "verdict": "unmeasured"}])
def test_that_nothing_could_be_measured_is_an_issue_of_its_own(server, run, verdict):
    run("tickets", verdict)
    assert server.open() == {"The performance could not be measured"}
    run("tickets", EMPTY)
    assert server.open() == set()


def test_an_issue_of_somebody_else_is_left_alone(server, run):
    fake = {"state": "open", "user": "mallory", "title": "x", "number": 1}
    server.issues[1] = {**fake, "body": "<!-- asvwatch: 0123456789ab -->", "labels": []}
    run("tickets", REGRESSED)
    assert server.issues[1]["title"] == "x"
    assert SLOWER in server.open()


@pytest.mark.parametrize("script", ["tickets", "comment"])
def test_github_that_refuses_is_3_and_the_token_is_not_told(server, run, script):
    server.broken = True
    done = run(script, REGRESSED)
    assert done.returncode == 3
    assert "401" in done.stderr
    assert TOKEN not in done.stdout + done.stderr


def test_a_missing_variable_is_named(server, run, monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN")
    done = run("tickets", REGRESSED)
    assert done.returncode == 3
    assert "GITHUB_TOKEN" in done.stderr


def pull(number, sha=HEAD, state="open"):
    return {"number": number, "state": state, "head": {"sha": sha}}


def test_a_pull_request_has_one_comment_that_is_kept_up_to_date(server, run):
    server.pulls = [pull(3, state="closed"), pull(4, sha="b" * 40), pull(5)]
    assert "commented on #5" in run("comment", REGRESSED).stdout
    assert "updated the comment on #5" in run("comment", EMPTY).stdout
    (text,) = server.text_of(5)
    assert text.startswith("<!-- asvwatch -->")
    assert "clean" in text


def test_without_an_open_pull_request_nothing_is_written(server, run):
    done = run("comment", REGRESSED)
    assert done.returncode == 0
    assert server.comments == {}


def test_a_verdict_of_anybody_cannot_write_markup(server, run):
    server.pulls = [pull(5)]
    hostile = "x` @team <img src=x> [l](https://e.example) <!-- asvwatch: 0123456789ab -->"
    run("comment", {**REGRESSED, "regressions": [{**FINDING, "reason": hostile}]})
    (text,) = server.text_of(5)
    assert "<img" not in text.replace(r"\<img", "")
    assert "<!-- asvwatch: " not in text.replace(r"\<\!-- asvwatch: ", "")


@pytest.mark.parametrize("verdict", [{"schema": 1}, [], "x"])
def test_what_is_no_verdict_is_not_posted(server, run, verdict):
    server.pulls = [pull(5)]
    assert run("comment", verdict).returncode in (2, 3)
    assert server.comments == {}


def test_a_release_has_its_notes_and_files(server, tmp_path, monkeypatch, capsys):
    monkeypatch.syspath_prepend(ROOT / "scripts")
    import github as api
    import release

    changelog = "# Changelog\n\n## 1.2.0\n\n- Faster.\n\n## 1.1.0\n\n- First.\n"
    assert release.notes_of("1.2.0", changelog) == "- Faster."
    assert release.notes_of("1.3.0", changelog) == ""
    book = tmp_path / "book.html"
    book.write_text("a life")
    with api.GitHub.of_the_environment() as client:
        release.publish(client, "v1.2.0", "- Faster.", [book])
    assert server.files == {"book.html": b"a life"}
    assert server.releases == [
        {"id": 7, "tag_name": "v1.2.0", "name": "v1.2.0", "body": "- Faster.", "draft": False}
    ]
    assert release.main(["v0.0.0", str(book)]) == 2
    assert "v0.0.0" in capsys.readouterr().err
