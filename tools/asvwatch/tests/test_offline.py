"""The published site needs nothing from other servers."""

import re
import urllib.parse
import urllib.request

import pytest
from asvwatch import config, offline, page, publishing
from browser import needs_browser, rendered, served
from projects import Project, benchmark


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("offline") / "project", commits=3)
    project.store_all(benchmark("suite.track_calls"), [5, 5, 7])
    publishing.publish(config.load(project.config), None, log=print)
    return project.root / "html"


def test_every_script_and_style_lies_in_the_site(site):
    for asv_page in site.glob("*.html"):
        loaded = re.findall(r'<(?:script|link)\b[^>]*(?:src|href)="([^"]+)"', asv_page.read_text())
        assert loaded or asv_page.name == "error.html"
        assert [url for url in loaded if not (site / url).is_file()] == []
        assert "integrity=" not in asv_page.read_text()


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


@needs_browser
def test_the_site_shows_its_benchmarks_without_the_internet(site, tmp_path):
    with served(site) as address:
        shown = rendered(f"{address}/index.html#/summarylist", tmp_path)
    assert "suite.track_calls" in shown
    assert "swallow" in shown
    assert "failed to load" not in shown


def test_our_page_and_asvs_lead_to_each_other_from_any_folder(site):
    with served(site.parent) as address:
        asv = f"{address}/{site.name}/index.html"
        (ours,) = (url for url in links(asv) if url.endswith(page.PAGE))
        assert any(url.startswith(asv) for url in links(ours))
        for url in links(ours):
            with urllib.request.urlopen(url) as answer:
                assert answer.status == 200


def links(url):
    """Where the links of a page lead to, all in full."""
    with urllib.request.urlopen(url) as answer:
        found = re.findall(r'<a\b[^>]*\bhref="([^"]+)"', answer.read().decode())
    return [urllib.parse.urljoin(url, link) for link in found]
