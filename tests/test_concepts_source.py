"""A museum's vocabulary as a source: its codes and terms become concepts with all their labels."""

import tarfile
from pathlib import Path

import pytest

from explorer.catalogue.generation import open_current
from explorer.config import Settings
from explorer.errors import ExplorerError, WrongUse
from explorer.plan import plan
from explorer.retrieve import retrieve
from explorer.types import Concept, Hit, Question, Record
from explorer.wiring import open_explorer
from ingest.concepts.store import Vocabulary
from ingest.concepts.taking import apart
from ingest.intake import Intake, told
from ingest.pipeline import build
from ingest.preview import previews
from ingest.sourcelist import load_sources, source_spec
from tests.conftest import DELIVERIES, quiet

HERE = Path(__file__).parent / "deliveries" / "concepts"
ROOF = {
    "en": "the king sees the bather from the roof",
    "fr": "le roi épie la baigneuse depuis le toit",
    "nl": "dak, paleis",
}
SOURCES = """[[source]]
name = "iconclass"
spec = "concepts:iconclass"

[[source]]
name = "materials"
spec = "concepts:materials.ttl"

[[source]]
name = "objects"
spec = "csv:objects.csv#map.toml"
complete = true

[[source]]
name = "lent"
spec = "lido:lent.xml"
"""
MAPPING = """[table]
multiple = "$"
lang = "nl"
[fields]
nr = "id"
titel = "title"
code = { field = "subject", vocabulary = "iconclass" }
stof = { field = "material", vocabulary = "materials" }
"""
ROWS = """nr;titel;code;stof
1;Een koning;71H71$25F711(BEE);eikenhout
2;Een vaas;;M18
3;Een kist;25F711(WASP)(+3);goud
4;Een bord;9Z9;klei
"""
LIDO = """<lido:lido xmlns:lido="http://www.lido-schema.org">
<lido:lidoRecID lido:type="local">L 1</lido:lidoRecID>
<lido:descriptiveMetadata xml:lang="nl"><lido:objectClassificationWrap>
<lido:objectWorkTypeWrap><lido:objectWorkType><lido:term>kist</lido:term></lido:objectWorkType>
</lido:objectWorkTypeWrap></lido:objectClassificationWrap>
<lido:objectIdentificationWrap><lido:titleWrap><lido:titleSet>
<lido:appellationValue>Kist</lido:appellationValue></lido:titleSet></lido:titleWrap>
</lido:objectIdentificationWrap>
<lido:objectRelationWrap><lido:subjectWrap><lido:subjectSet><lido:subject><lido:subjectConcept>
<lido:conceptID lido:type="uri">http://www.iconclass.org/rkd/71H71/</lido:conceptID>
<lido:term xml:lang="fr">le bain</lido:term></lido:subjectConcept></lido:subject>
</lido:subjectSet></lido:subjectWrap></lido:objectRelationWrap></lido:descriptiveMetadata>
<lido:administrativeMetadata xml:lang="nl"><lido:recordWrap>
<lido:recordID lido:type="local">L1</lido:recordID></lido:recordWrap>
</lido:administrativeMetadata></lido:lido>"""


@pytest.fixture
def museum(tmp_path: Path) -> Path:
    for file in HERE.rglob("*"):
        if file.is_file():
            copied = tmp_path / file.relative_to(HERE)
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.write_bytes(file.read_bytes())
    for name, text in (
        ("sources.toml", SOURCES), ("map.toml", MAPPING), ("objects.csv", ROWS), ("lent.xml", LIDO),
    ):  # fmt: skip
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def run(folder: Path) -> Intake:
    settings = Settings(data_dir=folder / "data", embedder="hash:")
    return build(load_sources(folder / "sources.toml"), settings, quiet)


def held(folder: Path, record_id: str) -> Record:
    record = open_current(folder / "data").catalogue.record(record_id)
    assert record is not None
    return record


def texts(record: Record, name: str) -> list[str]:
    return [field.text for _, field in record.named(name)]


def taken(path: Path, folder: Path, *languages: str) -> Vocabulary:
    """The vocabulary at `path`, taken in as one called like its file."""
    (folder / "list.toml").write_text(
        f'[[source]]\nname = "own"\nspec = "concepts:{path}"\nlanguages = {list(languages)}\n'
    )
    (vocabulary,) = apart(load_sources(folder / "list.toml"), folder / "data", quiet)[1]
    return vocabulary


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


# --- what is read ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["materials.ttl", "materials.rdf", "materials.jsonld"])
def test_skos_is_read_however_it_is_written(name: str, tmp_path: Path) -> None:
    pytest.importorskip("rdflib")
    known = taken(HERE / name, tmp_path).coded("M17")
    assert known is not None
    assert known.uri == "https://museum.example/materials/17"
    assert known.labels == {"nl": "eikenhout", "fr": "chêne", "en": "oak"}


def test_a_context_that_lies_elsewhere_is_never_fetched(tmp_path: Path) -> None:
    pytest.importorskip("rdflib")
    with pytest.raises(WrongUse, match="not fetched"):
        taken(HERE / "elsewhere.jsonld", tmp_path)


@pytest.mark.parametrize(
    ("name", "body"),
    [("a.ttl", "@prefix broken"), ("a.rdf", "<rdf"), ("a.json", "[1,"), ("a.nt", "garbage")],
)
def test_what_is_no_skos_is_refused_and_nothing_is_kept(
    name: str, body: str, tmp_path: Path
) -> None:
    pytest.importorskip("rdflib")
    (tmp_path / name).write_text(body)
    with pytest.raises(ExplorerError):
        taken(tmp_path / name, tmp_path)
    assert not list(tmp_path.glob("data/concepts/*"))


def test_a_vocabulary_without_concepts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "read.txt").write_text("71H71|words that lie nowhere")
    with pytest.raises(ExplorerError, match="no concepts"):
        taken(tmp_path / "notes", tmp_path)


def test_iconclass_has_its_texts_and_else_its_keywords_for_labels(tmp_path: Path) -> None:
    iconclass = taken(HERE / "iconclass", tmp_path)
    known = iconclass.coded("71H71")
    assert known is not None
    assert known.uri == "https://iconclass.org/71H71"
    assert known.labels == ROOF
    assert iconclass.concepts == 4
    assert iconclass.coded("11k0") is None


def test_what_iconclass_left_in_english_is_no_label_and_cz_is_czech(tmp_path: Path) -> None:
    iconclass = taken(HERE / "iconclass", tmp_path)
    insects, bee = iconclass.coded("25F711"), iconclass.coded("25F711(BEE)")
    assert insects is not None
    assert bee is not None
    assert insects.labels == {"en": "insects", "fr": "insectes", "cs": "hmyz"}
    assert bee.labels == {"en": "insects: bee", "fr": "insectes : abeille", "nl": "bij"}


def test_only_the_languages_named_are_taken(tmp_path: Path) -> None:
    known = taken(HERE / "iconclass", tmp_path, "nl", "fr").coded("71H71")
    assert known is not None
    assert known.labels == {"fr": ROOF["fr"], "nl": ROOF["nl"]}


def test_iconclass_is_read_as_it_is_downloaded(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "data-main.tar.gz", "w:gz") as archive:
        archive.add(HERE / "iconclass", "data-main")
    known = taken(tmp_path / "data-main.tar.gz", tmp_path).coded("71H71")
    assert known is not None
    assert known.labels == ROOF


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("25F711(BEE)", "25F711(BEE)"), ("25F711(BEE)(+1)", "25F711(BEE)"),
        ("25F711(BEE)5", "25F711(BEE)"), ("25F711(WASP)", "25F711"), ("71H71 (+3)", "71H71"),
        ("71H719", ""), ("9(", ""), ("(+3)", ""), ("roof (tiled)", ""),
    ],
)  # fmt: skip
def test_what_is_added_to_a_code_leads_to_the_longest_known(
    code: str, found: str, tmp_path: Path
) -> None:
    known = taken(HERE / "iconclass", tmp_path).coded(code)
    assert (known.uri if known else "") == (found and f"https://iconclass.org/{found}")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://museum.example/materials/17", True),
        ("http://www.museum.example/materials/17/", True),
        ("https://museum.example/page/materials/17", True),
        ("https://museum.example/periods/17", False),
        ("https://other.example/materials/17", False),
    ],
)
def test_a_concept_is_known_by_its_address_and_not_by_that_of_another(
    address: str, found: bool, tmp_path: Path
) -> None:
    pytest.importorskip("rdflib")
    assert bool(taken(HERE / "materials.ttl", tmp_path).at(address)) is found


@pytest.mark.parametrize(
    ("words", "lang", "codes"),
    [
        ("Eikenhout", "nl", "17"), ("eiken", "nl", "17"), ("chêne", "nl", "17"),
        ("hout", "nl", "19"), ("goud", "nl", "20 21"), ("klei", "nl", ""),
    ],
)  # fmt: skip
def test_a_concept_is_known_by_its_names_the_preferred_before_others(
    words: str, lang: str, codes: str, tmp_path: Path
) -> None:
    pytest.importorskip("rdflib")
    found = taken(HERE / "materials.ttl", tmp_path).called(words, lang)
    assert " ".join(known.uri[-2:] for known in found) == codes


# --- what becomes of records ----------------------------------------------------------------


def test_codes_become_concepts_in_all_languages_and_are_not_shown(museum: Path) -> None:
    pytest.importorskip("rdflib")
    run(museum)
    king = held(museum, "objects:1")
    assert king.concepts[0] == Concept("subject", "https://iconclass.org/71H71", ROOF)
    assert king.concepts[1].uri == "https://iconclass.org/25F711(BEE)"
    assert texts(king, "subject") == []
    chest = held(museum, "objects:3")
    assert [c.uri for c in chest.concepts] == ["https://iconclass.org/25F711"]


def test_terms_become_concepts_too_and_stay_words(museum: Path) -> None:
    pytest.importorskip("rdflib")
    run(museum)
    king, vase = held(museum, "objects:1"), held(museum, "objects:2")
    assert texts(king, "material") == ["eikenhout"]
    assert king.concepts[2].uri == "https://museum.example/materials/17"
    assert king.concepts[2].labels["fr"] == "chêne"
    assert texts(vase, "material") == []
    assert vase.concepts[0].labels == {"nl": "beukenhout", "fr": "hêtre"}


def test_what_a_vocabulary_does_not_know_is_noticed_and_kept(museum: Path) -> None:
    pytest.importorskip("rdflib")
    intake = run(museum)
    plate = held(museum, "objects:4")
    assert (texts(plate, "subject"), texts(plate, "material")) == (["9Z9"], ["klei"])
    assert plate.concepts == ()
    assert intake.warnings["not in the vocabulary iconclass"] == 1
    assert intake.examples["not in the vocabulary materials"].endswith(": klei")
    assert intake.warnings["several concepts of materials are called so"] == 1


def test_a_record_of_another_format_gets_labels_and_keeps_its_own(museum: Path) -> None:
    pytest.importorskip("rdflib")
    run(museum)
    (concept,) = held(museum, "lent:L1").concepts
    assert concept.uri == "http://www.iconclass.org/rkd/71H71/"
    assert concept.labels == {**ROOF, "fr": "le bain"}


def test_a_term_whose_address_stands_beside_it_gets_its_labels(museum: Path) -> None:
    pytest.importorskip("rdflib")
    (museum / "map.toml").write_text(
        '[fields]\nnr = "id"\ntitel = "title"\n'
        'stof = { field = "material", lang = "nl", vocabulary = "materials" }\n'
        'adres = "material.uri"\n'
    )
    address = "https://museum.example/materials/17"
    (museum / "objects.csv").write_text(f"nr;titel;stof;adres\n1;Kist;eiken;{address}\n")
    run(museum)
    chest = held(museum, "objects:1")
    assert {c.uri for c in chest.concepts} == {address}
    assert all(c.labels["fr"] == "chêne" for c in chest.concepts)
    assert texts(chest, "material") == ["eiken"]


def test_the_intake_lists_a_vocabulary_with_its_concepts(museum: Path) -> None:
    pytest.importorskip("rdflib")
    intake = run(museum)
    assert (intake.read, intake.new) == (5, 5)
    listed = {source["name"]: source for source in intake.sources}
    assert listed["iconclass"] == {"name": "iconclass", "format": "concepts", "concepts": 4}
    assert "Concepts of materials: 5." in told(intake)
    assert set(open_current(museum / "data").manifest.sources) == {"objects", "lent"}


# --- what comes again -----------------------------------------------------------------------


def test_an_unchanged_vocabulary_costs_nothing(museum: Path) -> None:
    pytest.importorskip("rdflib")
    first = run(museum)
    made = {file: file.stat().st_mtime_ns for file in museum.glob("data/concepts/*")}
    again = run(museum)
    assert again.generation == first.generation
    assert again.unchanged == 5
    assert {file: file.stat().st_mtime_ns for file in museum.glob("data/concepts/*")} == made


def test_a_changed_label_changes_the_records_that_bear_it_and_no_others(museum: Path) -> None:
    pytest.importorskip("rdflib")
    run(museum)
    changed(museum / "iconclass" / "txt" / "fr" / "txt_fr_7.txt", "abeille", "bourdon")
    again = run(museum)
    assert (again.changed, again.unchanged) == (1, 4)
    assert held(museum, "objects:1").concepts[1].labels["fr"] == "insectes : bourdon"
    assert len(list(museum.glob("data/concepts/iconclass.*"))) == 1


def test_a_vocabulary_that_is_not_listed_any_more_gives_no_labels(museum: Path) -> None:
    pytest.importorskip("rdflib")
    run(museum)
    changed(museum / "map.toml", ', vocabulary = "iconclass"', "")
    changed(museum / "sources.toml", SOURCES[: SOURCES.index("\n\n") + 2], "")
    run(museum)
    assert held(museum, "lent:L1").concepts[0].labels == {"fr": "le bain"}
    assert texts(held(museum, "objects:1"), "subject") == ["71H71", "25F711(BEE)"]


def test_a_damaged_copy_of_a_vocabulary_is_made_anew(museum: Path) -> None:
    pytest.importorskip("rdflib")
    run(museum)
    (made,) = museum.glob("data/concepts/iconclass.*")
    damaged = museum / "other" / "concepts" / made.name
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"not a database, and long enough to be taken for one" * 100)
    with pytest.raises(ExplorerError, match="cannot be read"):
        Vocabulary("iconclass", damaged, "").coded("71H71")
    _, again = apart(load_sources(museum / "sources.toml"), museum / "other", quiet)
    assert again[0].file == damaged
    assert again[0].coded("71H71") is not None


def test_a_vocabulary_alone_is_no_collection_and_takes_nothing_from_one(museum: Path) -> None:
    pytest.importorskip("rdflib")
    settings = Settings(data_dir=museum / "data", embedder="hash:")
    alone = [source_spec(f"concepts:{museum / 'iconclass'}")]
    with pytest.raises(ExplorerError, match="Nothing could be taken in"):
        build(alone, settings, quiet)
    first = run(museum)
    assert build(alone, settings, quiet).generation == first.generation
    assert held(museum, "objects:1").concepts[0].labels == ROOF


# --- what staff can get wrong ---------------------------------------------------------------


def test_a_vocabulary_that_no_source_is_called_is_refused(museum: Path) -> None:
    pytest.importorskip("rdflib")
    changed(museum / "sources.toml", '"iconclass"\n', '"images"\n')
    with pytest.raises(WrongUse, match="vocabulary 'iconclass'"):
        run(museum)


def test_a_column_without_terms_has_no_vocabulary(museum: Path) -> None:
    changed(museum / "map.toml", '"title"', '{ field = "title", vocabulary = "iconclass" }')
    with pytest.raises(WrongUse, match="of which there is no vocabulary"):
        run(museum)


def test_a_preview_looks_codes_up_and_shows_the_vocabularies(museum: Path) -> None:
    pytest.importorskip("rdflib")
    found = {one.source: one for one in previews(load_sources(museum / "sources.toml"), 2)}
    concept = found["iconclass"].records[0]
    assert (concept.id, concept.kind) == ("https://iconclass.org/25F711", "concept")
    assert ("fr", "insectes") in [(line.stood_in, line.words) for line in concept.lines]
    understood = [line.understood for line in found["objects"].records[0].lines]
    assert any(ROOF["fr"] in line for line in understood)
    assert not (museum / "data").exists()


# --- a real collection ----------------------------------------------------------------------


@pytest.mark.deliveries
def test_a_french_word_finds_dutch_records_by_their_codes(tmp_path: Path) -> None:
    table = DELIVERIES / "rijks_suriname_nl" / "data" / "Suriname_objecten_export.csv"
    (tmp_path / "map.toml").write_text(
        '[table]\nmultiple = "$"\nlang = "nl"\n[fields]\nrecordnummer = "id"\ntitel = "title"\n'
        '"inhoud.classificatie.code" = { field = "subject", vocabulary = "iconclass" }\n'
    )
    (tmp_path / "sources.toml").write_text(
        '[[source]]\nname = "iconclass"\nlanguages = ["fr"]\n'
        f'spec = "concepts:{DELIVERIES / "iconclass" / "iconclass.tar.gz"}"\n'
        f'[[source]]\nname = "dutch"\nspec = "csv:{table}#{tmp_path / "map.toml"}"\n'
    )
    intake = run(tmp_path)
    assert intake.new == 3_668
    assert intake.warnings.get("not in the vocabulary iconclass", 0) < 20
    caterpillar = "https://iconclass.org/25F711(CATERPILLAR)"
    hits = _asked(tmp_path, "Où voit-on une chenille ?")
    assert len(hits) == 10
    for hit in hits:
        assert hit.words == ("chenille",)
        assert caterpillar in {concept.uri for concept in hit.record.concepts}


def _asked(folder: Path, text: str) -> list[Hit]:
    explorer = open_explorer(Settings(data_dir=folder / "data", embedder="hash:"))
    serving = explorer.serving()
    planned = plan(Question(text), serving.generation.catalogue, default_lang="en")
    return retrieve(planned, serving.generation, explorer.embedder, serving.index)
