"""Makes asv's site independent of the internet: its libraries lie beside it.

asv's pages load jQuery, Flot, Bootstrap and others from public servers, and show nothing where
those cannot be reached: on a train, behind a firewall, in a browser that blocks third parties.
`thirdparty/` holds the same versions, with their licences.
"""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from asvwatch.files import named, write_whole

__all__ = ["FOLDER", "bring_libraries"]

FOLDER = "asvwatch/thirdparty"
_FLOT = "https://cdnjs.cloudflare.com/ajax/libs/flot/0.8.3"
_LIBRARIES = {
    "https://code.jquery.com/jquery-3.3.1.min.js": "jquery.min.js",
    f"{_FLOT}/jquery.flot.min.js": "jquery.flot.js",
    f"{_FLOT}/jquery.flot.time.min.js": "jquery.flot.time.js",
    f"{_FLOT}/jquery.flot.selection.min.js": "jquery.flot.selection.js",
    f"{_FLOT}/jquery.flot.categories.min.js": "jquery.flot.categories.js",
    "https://cdn.jsdelivr.net/npm/flot-orderbars@1.0.0/js/jquery.flot.orderBars.js": (
        "jquery.flot.orderBars.js"
    ),
    "https://cdnjs.cloudflare.com/ajax/libs/stupidtable/1.0.1/stupidtable.min.js": (
        "stupidtable.min.js"
    ),
    "https://cdnjs.cloudflare.com/ajax/libs/blueimp-md5/2.19.0/js/md5.min.js": "md5.min.js",
    "https://cdn.jsdelivr.net/npm/bootstrap@3.1.1/dist/js/bootstrap.min.js": "bootstrap.min.js",
    "https://cdn.jsdelivr.net/npm/bootstrap@3.1.1/dist/css/bootstrap.min.css": "bootstrap.min.css",
}
_TAG = re.compile(r'<(?:script|link)\b[^>]*\b(?:src|href)="(?P<url>https://[^"]+)"[^>]*>')
# What guards a file of another server; a hash would also refuse the version before minifying.
_GUARDS = re.compile(r'\s+(?:integrity|crossorigin|referrerpolicy)="[^"]*"')


def bring_libraries(html_dir: Path) -> None:
    """Let asv's pages in `html_dir` load the libraries from there. What another version of asv
    loads from elsewhere it goes on loading from there."""
    needed: set[str] = set()

    def local(tag: re.Match[str]) -> str:
        name = _LIBRARIES.get(tag["url"])
        if name is None:
            return tag[0]
        needed.add(name)
        return _GUARDS.sub("", tag[0].replace(tag["url"], f"{FOLDER}/{name}"))

    for page in sorted(html_dir.glob("*.html")):
        text = page.read_text(encoding="utf-8")
        write_whole(page, _TAG.sub(local, text))
    folder = html_dir / FOLDER
    if needed:
        folder.mkdir(parents=True, exist_ok=True)
    ours = resources.files("asvwatch") / "thirdparty"
    for name in sorted(needed):
        with named(folder / name):
            (folder / name).write_bytes((ours / name).read_bytes())
