"""The suite that measures embedders: its arithmetic, and a run over a tiny made-up corpus."""

import gzip
import io
import json
import subprocess
import sys
import tarfile
from math import log
from pathlib import Path

import numpy as np
import pytest

from eval import embedder, finding, tables
from eval.bitext import text_pairs, title_pairs
from eval.figures import difference, mean, median
from eval.fusion import in_half, rare_words
from eval.iconclass import bearing, is_below
from eval.material import SHARED, Bilingual, Coded, labels, swedish
from eval.queries import load_queries
from eval.reference import open_reference
from eval.sample import open_sample, questions
from eval.speed import cut, timed
from eval.systems import Systems, pool_of, ranks, recalls, reciprocal
from eval.textsearch import K1, B, WordIndex
from explorer.backends.hashed import HashedEmbedder
from explorer.errors import ExplorerError, WrongUse
from explorer.plan import plan
from explorer.retrieve.words import coverage, match_words
from explorer.types import Question
from explorer.wiring import Explorer

ALONE = np.array([0, 1, 2, 3])  # no row is a copy of another
HASHED = Systems(HashedEmbedder(), None, 3.0)
REAL = pytest.mark.skipif(not SHARED.is_dir(), reason="the real deliveries are not here")


def _row(*scores: float) -> np.ndarray:
    return np.array([scores], np.float32)


def test_a_tie_counts_against_the_target() -> None:
    assert ranks(_row(0.5, 0.9, 0.5, 0.1), np.array([1]), ALONE).tolist() == [1]
    assert ranks(_row(0.5, 0.9, 0.5, 0.1), np.array([0]), ALONE).tolist() == [3]
    assert ranks(_row(0.0, 0.0, 0.0, 0.0), np.array([2]), ALONE).tolist() == [4]


def test_a_copy_of_the_target_counts_neither_for_nor_against() -> None:
    copies = np.array([0, 1, 0, 2])
    assert ranks(_row(0.5, 0.9, 0.5, 0.1), np.array([0]), copies).tolist() == [2]
    pool = pool_of(["A chair.", "a  CHAIR", "chair"], ["en"] * 3, HASHED)
    assert pool.copies.tolist() == [0, 0, 1]


def test_the_text_of_the_own_language_takes_no_part() -> None:
    scores = np.array([[0.9, 0.2, 0.5, 0.1], [0.9, 0.2, 0.5, 0.1]], np.float32)
    found = ranks(scores, np.array([2, 2]), ALONE, np.array([0, -1]))
    assert found.tolist() == [1, 2]


def test_recall_is_capped_and_puts_the_relevant_last_among_equals() -> None:
    relevant = np.array([[True, False, True, False]])
    assert recalls(_row(0.9, 0.8, 0.7, 0.6), relevant, 2).tolist() == [0.5]
    assert recalls(_row(0.9, 0.8, 0.7, 0.6), relevant, 3).tolist() == [1.0]
    assert recalls(_row(0.0, 0.0, 0.0, 0.0), relevant, 2).tolist() == [0.0]


def test_reciprocal_ranks_leave_out_what_text_search_does_not_list() -> None:
    fused = reciprocal(_row(0.3, 0.9, 0.1), _row(0.5, 0.0, 0.7))
    np.testing.assert_allclose(fused, _row(1 / 62 + 1 / 62, 1 / 61, 1 / 63 + 1 / 61), rtol=1e-6)


def test_the_interval_of_a_share_is_wilsons() -> None:
    # Known values: 81 of 263 (Newcombe 1998, Statistics in Medicine 17:857) and 0 of 20.
    figure = mean([1] * 81 + [0] * 182)
    assert figure is not None and figure.n == 263
    assert (figure.low, figure.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    none = mean([0] * 20)
    assert none is not None
    assert (none.low, none.high) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert mean([]) is None


def test_the_interval_of_another_mean_is_near_the_normal_one_and_repeats() -> None:
    values = np.random.default_rng(1).normal(10, 2, 400)
    figure = mean(values)
    assert figure is not None and figure.low is not None and figure.high is not None
    half = 1.96 * values.std() / 20
    assert figure.low == pytest.approx(values.mean() - half, abs=0.05)
    assert figure.high == pytest.approx(values.mean() + half, abs=0.05)
    assert figure == mean(values)
    assert difference([1, 0, 1], [1, 0, 1]) == difference([0, 0, 0], [0, 0, 0])


def test_the_interval_of_a_median_lies_between_order_statistics() -> None:
    # Conover's table for the median: n = 6 the extremes, n = 20 the 6th and the 15th.
    six, twenty, five = median(range(1, 7)), median(range(1, 21)), median(range(1, 6))
    assert (six.value, six.low, six.high) == (3.5, 1, 6)
    assert (twenty.low, twenty.high) == (6, 15)
    assert five.low is None


def test_bm25_is_what_is_counted_by_hand() -> None:
    index = WordIndex(["red red vase", "blue vase", "green bowl", "white jug"], [""] * 4)
    lengths, average = (3, 2), 9 / 4
    idf_red, idf_vase = log((4 - 1 + 0.5) / 1.5), max(1e-6, log((4 - 2 + 0.5) / 2.5))
    idf_unknown = log(4.5 / 0.5)
    weight = idf_red + idf_vase + idf_unknown

    def share(length: int) -> float:
        return 1 / (1 + K1 * (1 - B + B * length / average))

    counted = [
        (idf_red * share(lengths[0]) + idf_vase * share(lengths[0])) / weight,
        idf_vase * share(lengths[1]) / weight,
        0.0,
        0.0,
    ]
    np.testing.assert_allclose(index.coverage(["Red", "vase", "teapot"], ""), counted, rtol=1e-5)
    assert index.coverage([], "").tolist() == [0.0] * 4


def test_text_search_here_scores_as_the_explorer_does(explorer: Explorer) -> None:
    generation = explorer.serving().generation
    catalogue, total = generation.catalogue, generation.manifest.passages
    passages = open_sample(explorer.settings.data_dir).passages
    langs = [passage.lang for passage in catalogue.passages(range(total))]
    index = WordIndex(passages, langs)
    for query in load_queries("sample")[::4]:
        planned = plan(Question(query.text), catalogue, default_lang="en")
        matches = match_words(planned.words, planned.heard, generation, bridged=False)
        ours = index.coverage(planned.words, planned.heard)
        shipped = coverage(matches, total)
        # A catalogue's composed lines hold parts of the world besides, and are so much longer.
        np.testing.assert_allclose(ours, shipped, atol=0.02)
        assert (ours > 0).tolist() == (shipped > 0).tolist()


def test_a_narrower_code_is_below_and_a_doubled_letter_is_not() -> None:
    assert is_below("25F711(MOTH)", "25F7") and is_below("61B", "61B")
    assert is_below("25I141(+1)", "25I141") and not is_below("25I14", "25I141")
    assert not is_below("61BB1", "61B") and is_below("61B11", "61B1")
    records = [Coded("a", ["25F711(MOTH)"]), Coded("b", ["61BB1", "25F7"])]
    assert bearing(records, ["25F7", "61B"]).tolist() == [[True, True], [False, False]]


def test_the_rarest_words_that_others_hold_make_a_question_or_none_does() -> None:
    texts = ["heron willow lantern bridge sea", "willow heron", "bridge lantern", "a heron alone"]
    index = WordIndex(texts, ["en"] * 4)
    assert rare_words(texts[0], "en", index) == ["heron", "willow", "lantern", "bridge"]
    assert rare_words(texts[1], "en", index) == []
    assert in_half("7", "development") != in_half("7", "test")


def test_passages_are_whole_sentences() -> None:
    sentence = "The jug was thrown on the wheel by a potter of the town, and then glazed. "
    passages = cut([sentence * 30])
    assert all(len(p) <= 800 and p.endswith(".") for p in passages)
    assert "".join(passages).replace(" ", "") == (sentence * 30).replace(" ", "")


def test_an_embedder_is_timed(tmp_path: Path) -> None:
    told = timed("hash:", ["a vase"], ["a red vase"] * 130, tmp_path)
    assert len(told["queries"]) == 2_000 and len(told["batches"]) == 2
    assert told["disk"] == 0 and told["load_wall"] > 0


def test_the_sample_is_measured_as_the_suite_finding_measures_it(explorer: Explorer) -> None:
    sample = open_sample(explorer.settings.data_dir)
    calibration = explorer.serving().generation.manifest.calibration
    own = Systems(explorer.embedder, None, calibration.coverage)
    asked = load_queries("sample")
    asked = asked[:: -(-len(asked) // 60)]
    recall, _ = questions(sample, own, calibration, asked, ["development", "test"])
    groups = ("same language", "across languages")
    assert set(recall.rows) == {f"{g}, {half}" for g in groups for half in ("development", "test")}
    (found, *_) = finding.run(asked, explorer, "development").tables
    for group in groups:
        row = recall.rows[f"{group}, development"]
        assert row["fused"] == found.rows[group]["recall@5"]
        assert len({figure.n for figure in row.values() if figure}) == 1
        assert row["reference"] is None


SENTENCES = [
    ("The museum opens on Monday", "Museet öppnar Monday"),
    ("A vase of Rörstrand porcelain", "Vas av Rörstrand porslin"),
    ("Ships in Gothenburg harbour, 1870", "Fartyg Gothenburg 1870"),
]
LIDO = (
    '<lido xmlns="http://www.lido-schema.org"><titleWrap><titleSet>'
    '<appellationValue xml:lang="sv">Vas {0}</appellationValue>'
    '<appellationValue xml:lang="en">{0} vase</appellationValue></titleSet></titleWrap>'
    '<objectDescriptionSet><descriptiveNoteValue xml:lang="sv"> Om {0}</descriptiveNoteValue>'
    '<descriptiveNoteValue xml:lang="en">About {0}</descriptiveNoteValue></objectDescriptionSet>'
    "<recordWrap><recordID>{1}</recordID></recordWrap></lido>"
)
CODED = (
    "\ufefftitel;beschrijving;inhoud.classificatie.code\r\n"
    'Vlinder;Een rups\r\nZonder;Zonder;""\r\nSchip;"Een schip\nin zee";46C24$25H\r\n'
).replace("Een rups", "Een rups;25F711(MOTH)$25F7")


def _tar(path: Path, files: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of material like the real one, of a few texts."""
    data = tmp_path_factory.mktemp("shared") / "data"
    dev = data / "parallel" / "dev"
    dev.mkdir(parents=True)
    lines = "".join(f"{english}\t{other}\n" for english, other in SENTENCES)
    (dev / "ntrex.en-sv.tsv.gz").write_bytes(gzip.compress(lines.encode()))
    first = {"a.xml": LIDO.format("gammal", 1), "b.xml": LIDO.format("Lindberg", 2)}
    _tar(data / "nationalmuseum_se_lido" / "items_1.tgz", first)
    _tar(data / "nationalmuseum_se_lido" / "items_2.tgz", {"c.xml": LIDO.format("Sundin", 1)})
    table = data / "rijks_suriname_nl" / "data" / "Suriname_objecten_export.csv"
    table.parent.mkdir(parents=True)
    table.write_text(CODED, encoding="utf-8", newline="")
    english = "25F7|insects\n46C24|sailing-ship\n"
    spoken = {
        "kw/en/k.txt": "46C24|ship\n",
        "kw/nl/k.txt": "\ufeff25F7|vlinder\n46C24|ship\n46C24|schip\n",
        "txt/en/t.txt": english, "txt/fi/t.txt": "25F7|insects\n#46C24|sailing-ship\n",
    }  # fmt: skip
    _tar(data / "iconclass" / "iconclass.tar.gz", spoken)
    return data.parent


def test_a_part_is_measured_from_end_to_end(shared: Path) -> None:
    report = embedder.run("hash:", part="ntrex", shared=shared)
    first, tenth = report.tables
    assert list(first.rows) == ["sv"] and first.rows["sv"]["reference"] is None
    for column in ("embedder", "text search", "fused", "reciprocal rank"):
        figure = first.rows["sv"][column]
        assert figure is not None and (figure.value, figure.n) == (1.0, 3), column
    assert tenth.title == "NTREX, X -> English, R@10"
    assert "its column is empty" in report.skipped[0]
    shown = tables.measured(report)
    assert "1.000 [.439 1.000]" in shown and "Development." in shown


def test_the_last_delivery_of_an_object_is_the_one_that_is_read(shared: Path) -> None:
    objects = swedish(shared)
    assert text_pairs(objects) == [("Om Sundin", "About Sundin"), ("Om Lindberg", "About Lindberg")]
    same = Bilingual("3", {"sv": "Rörstrand", "en": "Rörstrand"}, {})
    assert len(title_pairs([*objects, same])) == 2
    rows = embedder.run("hash:", part="swedish", shared=shared).tables[0].rows
    assert {figure.n for row in rows.values() for figure in row.values() if figure} == {2}


def test_labels_left_in_english_are_no_labels_of_another_language(shared: Path) -> None:
    found = {lang: own for lang, own in labels(shared).items() if own}
    assert found == {
        "nl": {"25F7": "vlinder", "46C24": "schip"},
        "en": {"25F7": "insects", "46C24": "sailing-ship"},
    }
    (table,) = embedder.run("hash:", part="iconclass", shared=shared).tables
    dutch = table.rows["nl"]["fused"]
    assert dutch is not None and (dutch.value, dutch.n) == (1.0, 2)


def test_what_is_not_here_is_said_and_is_no_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "eval", "run", "embedder", "--embedder", "hash:",
         "--part", "swedish", "--shared", str(tmp_path), "--json"],
        capture_output=True, text=True, check=True, cwd=Path(embedder.__file__).parents[1],
    )  # fmt: skip
    report = json.loads(done.stdout)
    assert report["tables"] == []
    assert report["skipped"][1] == "swedish was skipped: data/nationalmuseum_se_lido is not here."
    with pytest.raises(WrongUse, match="no part 'all'"):
        embedder.run("hash:", part="all", shared=tmp_path)
    with pytest.raises(ExplorerError, match="reference embedder is not here"):
        embedder.run("reference:", shared=tmp_path)


@pytest.mark.deliveries
@REAL
def test_the_reference_is_as_good_as_it_was_measured_to_be() -> None:
    reference = open_reference(SHARED / "models")
    assert reference is not None
    objects = swedish(SHARED)
    assert (len(text_pairs(objects)), len(title_pairs(objects))) == (335, 2_569)
    first, tenth = embedder.run("reference:", part="swedish").tables
    known = {"texts sv -> en": (0.857, 0.955), "texts en -> sv": (0.913, 0.991),
             "titles sv -> en": (0.569, 0.803), "titles en -> sv": (0.589, 0.805)}  # fmt: skip
    for row, figures in known.items():
        found = [table.rows[row]["reference"] for table in (first, tenth)]
        assert [f.value for f in found if f] == pytest.approx(figures, abs=0.01)
