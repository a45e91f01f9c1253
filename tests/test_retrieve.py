"""Finding across languages: words that mean the same speak for a record as shared words do."""

import json
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from explorer.ask import answer
from explorer.backends.protocols import Vectors
from explorer.backends.specs import EMBEDDERS
from explorer.config import Settings
from explorer.plan import plan
from explorer.retrieve import hits_of, rank, retrieve, worth_showing
from explorer.retrieve.likeness import liked, likenesses
from explorer.retrieve.support import Evidence, detail, naming_forms, support
from explorer.retrieve.words import WordMatch
from explorer.search import search
from explorer.text import fold, words
from explorer.types import Field, Question, Record
from explorer.wiring import Explorer, open_explorer
from ingest.pipeline import build
from ingest.sourcelist import source_spec
from tests.conftest import quiet

MEANINGS = {"bibbia": "bibel", "argento": "silver", "lettere": "bokstaver", "violino": "fiol"}
TITLES = ("Bibel skriven med bokstaver av silver", "Fiol av trä", "Porträtt av en dam", "En vas")


class Paired:
    """Words of the same meaning have one vector, all others are near by chance only."""

    name, fingerprint, dims = "paired:", "paired-1", 256

    def __init__(self) -> None:
        self.remembered: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts of the collection, which may be remembered."""
        self.remembered += texts
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> Vectors:
        """The sum of the words' vectors, as a unit vector."""
        total = np.zeros(self.dims, np.float32)
        for word in words(fold(text)):
            seed = crc32(MEANINGS.get(word, word).encode())
            total += np.random.default_rng(seed).normal(size=self.dims).astype(np.float32)
        return total / (np.linalg.norm(total) or np.float32(1))

    def check(self) -> str:
        """One sentence."""
        return "It works."


def open_paired(rest: str) -> Paired:
    """The embedder of these tests."""
    return Paired()


@pytest.fixture
def swedish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Explorer:
    """An explorer over four Swedish titles, with an embedder that knows some Italian words."""
    monkeypatch.setitem(EMBEDDERS, "paired", f"{__name__}:open_paired")
    (tmp_path / "m.toml").write_text(
        '[fields]\nnr = "id"\ntitel = { field = "title", lang = "sv" }\n', "utf-8"
    )
    rows = "".join(f"{i};{title}\n" for i, title in enumerate(TITLES))
    (tmp_path / "a.csv").write_text(f"nr;titel\n{rows}", "utf-8")
    settings = Settings(data_dir=tmp_path / "data", embedder="paired:")
    own = settings.data_dir / "calibration"
    own.mkdir(parents=True)
    weights = {"coverage": 1, "bridge": 0, "likeness": 2}
    thresholds = json.dumps({**weights, "found": 0.9, "floor": 0.8, "near": 0})
    (own / "paired-1.json").write_text(thresholds, "utf-8")
    build([source_spec(f"csv:{tmp_path / 'a.csv'}#{tmp_path / 'm.toml'}")], settings, quiet)
    return open_explorer(settings)


def test_a_question_is_answered_though_it_shares_no_word_with_the_record(swedish: Explorer) -> None:
    given = answer(Question("la Bibbia con le lettere d'argento", lang="it"), swedish)
    assert given.outcome in ("answered", "partly")
    assert [card.title for card in given.records] == [TITLES[0]]


def test_what_no_record_means_is_refused_and_shows_nothing(swedish: Explorer) -> None:
    given = answer(Question("un dinosauro antico", lang="it"), swedish)
    assert (given.outcome, given.records) == ("not_found", ())


def test_likeness_sets_the_record_that_means_it_first(swedish: Explorer) -> None:
    generation = swedish.serving().generation
    planned = plan(Question("violino", lang="it"), generation.catalogue, default_lang="it")
    ranking = rank(planned, generation, swedish.embedder)
    assert len(ranking.keys) == len(TITLES)
    (first, *_) = hits_of(ranking, generation, 0, 4)
    assert first.record.named("title")[0][1].text == TITLES[1]
    weights = generation.manifest.calibration
    assert first.likeness == pytest.approx(1, abs=1e-4)
    assert first.score == pytest.approx(first.cosine + weights.likeness * first.likeness, abs=1e-4)


def test_finding_keeps_weak_records_and_showing_does_not(swedish: Explorer) -> None:
    serving = swedish.serving().generation
    planned = plan(Question("dinosauro", lang="it"), serving.catalogue, default_lang="it")
    assert len(retrieve(planned, serving, swedish.embedder)) == len(TITLES)
    assert not len(rank(planned, serving, swedish.embedder, least=0.9).keys)
    hits = retrieve(planned, serving, swedish.embedder)
    assert worth_showing(hits, serving.manifest.calibration) == []


def test_no_word_of_a_visitor_is_remembered(swedish: Explorer) -> None:
    embedder = swedish.embedder
    assert isinstance(embedder, Paired)
    answer(Question("la Bibbia con le lettere d'argento", lang="it"), swedish)
    assert {"bibel", "silver"} <= set(embedder.remembered)
    assert not {"bibbia", "Bibbia", "argento", "lettere"} & set(embedder.remembered)


def match(word: str, idf: float = 2.0) -> WordMatch:
    return WordMatch(word, idf, np.empty(0, np.int64), np.empty(0, np.float32))


def test_numbers_and_letters_are_like_nothing() -> None:
    (told,) = likenesses(
        [match("1656"), match("x"), match("silver")], ["1656; x; silver"], Paired()
    )
    assert told.keys() == {"silver"}
    assert told["silver"].share == pytest.approx(1, abs=1e-4)
    assert liked([match("1656"), match("silver")], told) == pytest.approx(0.5, abs=1e-4)
    assert likenesses([match("silver")], ["", "1656"], Paired()) == [{}, {}]


def test_a_like_word_speaks_for_a_record_as_far_as_it_is_like() -> None:
    told = [Evidence("argento", frozenset({"argento"}), 2.0, 0.6)]
    supports = [support(told, {}, {"argento": (share, False)})[0] for share in (0.0, 0.5, 1.0)]
    assert supports == [0.0, pytest.approx(1.0 / 1.3), 1.0]
    assert support(told, {"argento": False}, {})[0] == 1.0
    assert support(told, {}, {"argento": (0.5, True)})[0] > supports[1]
    assert detail(told, {}, {"argento": (0.5, False)}) == 0.5
    assert detail(told, {}, {}) == 0.0


def test_a_particle_of_a_name_names_nobody() -> None:
    fields = (Field("maker", "Rembrandt van Rijn"), Field("title", "girl with a jug"))
    named = naming_forms([Record("x:1", fields=fields)])
    assert {"rembrandt", "rijn", "girl"} <= named
    assert "van" not in named


def test_records_of_no_known_language_leave_the_bridge_to_the_others(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(
        '[fields]\nnr = "id"\ntitle = "title"\nlang = "lang"\n', "utf-8"
    )
    rows = "".join(f"{i};Portrait of a sailor, painting;en\n" for i in range(8))
    (tmp_path / "a.csv").write_text(f"nr;title;lang\n{rows}90;12345;\n91;XK-77;\n", "utf-8")
    settings = Settings(data_dir=tmp_path / "data", embedder="hash:")
    build([source_spec(f"csv:{tmp_path / 'a.csv'}#{tmp_path / 'm.toml'}")], settings, quiet)
    explorer = open_explorer(settings)
    found = search(explorer, "Gemälde", lang="de").hits
    assert found[0].reach > 0
    assert [one.way for one in found[0].met] == ["concept"]
