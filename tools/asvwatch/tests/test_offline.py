"""The published site needs nothing from other servers."""

import functools
import http.server
import re
import shutil
import subprocess
import threading

import pytest
from asvwatch import config, offline, publishing
from projects import Project, benchmark

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("offline") / "project", commits=3)
    project.store_all(benchmark("suite.track_calls"), [5, 5, 7])
    publishing.publish(config.load(project.config), None, log=print)
    return project.root / "html"


def test_every_script_and_style_lies_in_the_site(site):
    for page in site.glob("*.html"):
        loaded = re.findall(r'<(?:script|link)\b[^>]*(?:src|href)="([^"]+)"', page.read_text())
        assert loaded or page.name == "error.html"
        assert [url for url in loaded if not (site / url).is_file()] == []
        assert "integrity=" not in page.read_text()


def test_the_licences_come_with_the_package():
    folder = offline.resources.files("asvwatch") / "thirdparty"
    told = (folder / "LICENSES.md").read_text()
    for file in offline._LIBRARIES.values():
        assert (folder / file).is_file()
    assert "Permission is hereby granted, free of charge" in told


def test_what_is_not_known_stays_where_it_is(tmp_path):
    tag = '<script src="https://cdn.example.org/new.js" integrity="sha256-x"></script>'
    (tmp_path / "index.html").write_text(tag)
    offline.bring_libraries(tmp_path)
    assert (tmp_path / "index.html").read_text() == tag
    assert not (tmp_path / "asvwatch").exists()


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_site_shows_its_benchmarks_without_the_internet(site, tmp_path):
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        shown = subprocess.run(
            [
                CHROMIUM,
                *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
                *("--disable-background-networking", "--disable-component-update"),
                # Nothing but this machine can be reached.
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                f"--user-data-dir={tmp_path}",
                "--virtual-time-budget=10000",
                "--dump-dom",
                f"http://127.0.0.1:{server.server_port}/index.html#/summarylist",
            ],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout
        server.shutdown()
    assert "suite.track_calls" in shown
    assert "swallow" in shown
    assert "failed to load" not in shown


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass
