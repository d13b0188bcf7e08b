"""Where a section by a model comes from: every field told, and a cost that is not known."""

from bookgen.models import Provenance, Usage

PROVENANCE = Provenance(
    "0123456789abcdef",
    "some/model",
    Usage(900, 400, None, 12),
    provider="Somebody",
    generation_ids=("gen-1", "gen-2"),
    attempts=3,
    passages=("fischer:1", "fischer:2"),
    source_hashes=("a" * 64,),
    notes=("written again",),
)
