"""What changed beside the commit is told by name."""

from __future__ import annotations

import pytest
from asvwatch.surroundings import changes, describe


def around(**more):
    params = {"os": "Linux 6.1", "cpu": "x", "python": "3.11", "ram": "16", **more}
    return {"params": params, "requirements": {"numpy": "2.1"}, "env_vars": {}}


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (around(), ()),
        (around(ram="15"), ()),
        (around(os="Linux 6.8"), ("os: Linux 6.1 → Linux 6.8",)),
        (
            {**around(cpu="y"), "requirements": {"numpy": "2.2", "scipy": ""}},
            ("cpu: x → y", "numpy: 2.1 → 2.2", "scipy: none → any version"),
        ),
        ({**around(), "env_vars": {"LANG": "C"}}, ("LANG: none → C",)),
    ],
)
def test_what_differs_is_named(after, told):
    assert changes(describe(around()), describe(after)) == told


def test_a_file_that_records_nothing_is_read():
    assert changes(describe({}), describe({"params": ["no", "table"]})) == ()
