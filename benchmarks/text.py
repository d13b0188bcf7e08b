"""Text functions: what planning and checking a book spend their time in."""

from __future__ import annotations

from . import _inputs
from ._compat import find
from ._scenario import _Scenario


class Sentences(_Scenario):
    """Split 6,000 words into sentences."""

    params = (["en", "es"],)
    param_names = ("language",)

    def prepare(self, language):
        split = find("bookgen.text.sentences:split_sentences")
        told = _inputs.paragraphs("sentences", 6_000, language)
        self.sentences = sum(map(len, told))
        return split, "\n\n".join(" ".join(lines) for lines in told), language

    def run(self, inputs):
        split, text, language = inputs
        return split(text, language)

    def verify(self, result):
        assert abs(len(result) - self.sentences) < 0.05 * self.sentences, (
            f"{len(result)} sentences instead of {self.sentences}"
        )


class Dates(_Scenario):
    """Find the dates in 12,000 words."""

    params = (["en", "es"],)
    param_names = ("language",)

    def prepare(self, language):
        find_dates = find("bookgen.text.dates:find_dates")
        return find_dates, _inputs.text("dates", 12_000, language), language

    def run(self, inputs):
        find_dates, text, language = inputs
        return find_dates(text, language)

    def verify(self, result):
        assert len(result) > 100, f"{len(result)} dates"
        assert all(_inputs.BORN <= found.date.year <= _inputs.DIED for found in result)


class Names(_Scenario):
    """Find the names in 12,000 words."""

    def prepare(self):
        return find("bookgen.text.names:find_names"), _inputs.text("names", 12_000)

    def run(self, inputs):
        find_names, text = inputs
        return find_names(text, "en")

    def verify(self, result):
        assert _inputs.SUBJECT["en"] in result, f"{len(result)} names without the subject"


class Length(_Scenario):
    """Count the words of 50,000, and say how well that length keeps to what was asked."""

    def prepare(self):
        count_words = find("bookgen.text.words:count_words")
        length_score = find("bookgen.text.length:length_score")
        return count_words, length_score, _inputs.text("length", 50_000)

    def run(self, inputs):
        count_words, length_score, text = inputs
        return length_score(50_000, count_words(text))

    def verify(self, result):
        assert 95 < result <= 100, f"length score {result}"


class Similarity(_Scenario):
    """Vectors of sentences, the centrality of each, and their scores for a question."""

    params = ([500, 2_000],)
    param_names = ("sentences",)

    def prepare(self, count):
        return find("bookgen.text.similarity:TfIdf"), _word_lists("similarity", count)

    def run(self, inputs):
        vectorise, word_lists = inputs
        vectors = vectorise(word_lists)
        return vectors.centrality(), vectors.bm25(["moravec", "sonata", "vienna"])

    def verify(self, result):
        centrality, scores = result
        assert centrality.shape == scores.shape
        assert (centrality > 0).mean() > 0.9, "sentences like no other"
        assert (scores > 0).mean() > 0.1, "no sentence answers"


class NearDuplicates(_Scenario):
    """Find the pairs among sentences of which one in ten is another one retold."""

    params = ([500, 2_000],)
    param_names = ("sentences",)

    def prepare(self, count):
        near_duplicates = find("bookgen.text.similarity:near_duplicates")
        self.retold = count // 10
        return near_duplicates, _word_lists("duplicates", count, self.retold)

    def run(self, inputs):
        near_duplicates, word_lists = inputs
        return near_duplicates(word_lists, threshold=0.7)

    def verify(self, result):
        assert len(result) > 0.7 * self.retold, f"{len(result)} pairs of {self.retold}"


def _word_lists(seed, count, retold=0):
    """Return the words of `count` sentences, the last `retold` of which retell the first."""
    told = _inputs.paragraphs(seed, 30 * count)
    lines = [line for paragraph in told for line in paragraph][: count - retold]
    lines += _inputs.retold(seed, lines[:retold])
    return [[word.strip(".,;:“”?!()").lower() for word in line.split()] for line in lines]
