"""The store of jobs: all that is known of every book the service writes, and its checkpoint."""

from __future__ import annotations

from bookgen.jobs.documents import Documents
from bookgen.jobs.events import Events
from bookgen.jobs.leases import Leases
from bookgen.jobs.listing import Listing
from bookgen.jobs.outlines import Outlines
from bookgen.jobs.retention import Retention
from bookgen.jobs.sections import Sections
from bookgen.jobs.spending import Spending
from bookgen.jobs.transitions import Transitions

__all__ = ["JobStore"]


class JobStore(
    Listing, Transitions, Leases, Outlines, Sections, Documents, Events, Spending, Retention
):
    """Jobs on an open database, whose schema is current.

    Every method but `prune` is one transaction: it takes effect whole or not at all, and what it
    wrote is durable when it returns. All raise StoreError where the database cannot be used.
    """
