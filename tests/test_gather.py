"""Training pairs come from checked packages, cleaned the same way each time."""

import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from Stemmer import Stemmer

from training import gather
from training.gather import Folders, GatherError, Package, Source
from training.sources import affixes, cldr, django, forms, geonames, libreoffice, mozilla
from training.sources import openstreetmap as osm
from training.sources.text import Row, fold, telling
from training.sources.words import glosses, rows

SOURCES = gather.sources()
NOWHERE = Path("nowhere")


def mo(*messages: tuple[str, str, str]) -> bytes:
    catalog = Catalog(locale="fi")
    for context, english, other in messages:
        catalog.add(english, other, context=context)
    content = io.BytesIO()
    write_mo(content, catalog)
    return content.getvalue()


def tgz(path: Path, files: Mapping[str, object]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, tree in files.items():
            content = json.dumps(tree).encode()
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def whl(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return path


def annotations(language: str, name: str, *keywords: str) -> tuple[str, object]:
    table = {"annotations": {"🏺": {"tts": [name], "default": [*keywords]}}}
    return f"package/annotations/{language}/annotations.json", {"annotations": table}


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    for name in ("to", "downloads", "given"):
        (tmp_path / name).mkdir()
    return Folders(tmp_path / "to", tmp_path / "downloads", tmp_path / "given")


@pytest.fixture
def source(folders: Folders) -> Source:
    file = tgz(
        folders.downloads / "names-1.tgz",
        dict(
            [
                annotations("en", "amphora", "jug", "Greek"),
                annotations("fi", "amfora", "ruukku"),
                annotations("no", "amfora fra Hellas"),
                annotations("tlh", "ghargh"),
            ]
        ),
    )
    package = Package("names", "1", file.name, hashlib.sha256(file.read_bytes()).hexdigest())
    return Source(
        "names",
        "npm",
        "https://example.org",
        "ISC",
        "names",
        "cldr.annotations",
        packages=(package,),
    )


def written(folders: Folders) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folders.to.glob("*.gz"))}


def run(source: Source, folders: Folders, *tests: str, again: bool = False) -> None:
    gather.gather(source, {source.name: source}, folders, frozenset(map(fold, tests)), again=again)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_source_names_its_origin_and_an_allowed_licence(source: Source) -> None:
    assert source.origin.startswith(("https://", "http://morfeusz.sgjp.pl"))
    assert not any(
        word in source.origin
        for word in ("py" + "pi.", "npm" + "js", "registry", "deb." + "debian")
    )
    assert source.taken
    assert gather.allowed(source.licence)
    assert source.kind in {"given", "npm", "pypi", "debian"}
    assert all(name in {other.name for other in SOURCES} for name in source.needs)
    for package in source.packages:
        assert package.version
        assert len(package.sha256) == 64


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-only", "AGPL-3.0", "CC-BY-ND-4.0", "CC-BY-NC-SA-4.0", "research only", ""]
)
def test_a_licence_that_binds_the_weights_is_refused(
    licence: str, source: Source, folders: Folders
) -> None:
    with pytest.raises(GatherError, match="licence"):
        run(replace(source, licence=licence), folders)
    assert not written(folders)


def test_a_source_becomes_one_file_per_language(source: Source, folders: Folders) -> None:
    run(source, folders)
    assert [*written(folders)] == ["names.en-fi.tsv.gz", "names.en-nb.tsv.gz"]
    text = gzip.decompress(written(folders)["names.en-fi.tsv.gz"]).decode()
    assert text == "amphora\tamfora\njug, Greek\truukku\n"


def test_the_same_packages_give_the_same_bytes(source: Source, folders: Folders) -> None:
    run(source, folders)
    first = written(folders)
    run(source, folders, again=True)
    assert written(folders) == first
    assert all(content[4:8] == b"\0\0\0\0" for content in first.values())  # no time of making


def test_what_is_done_is_not_done_again_unless_a_file_is_gone(
    source: Source, folders: Folders, capsys: pytest.CaptureFixture[str]
) -> None:
    run(source, folders)
    run(source, folders)
    assert "already there" in capsys.readouterr().out
    (folders.to / "names.en-fi.tsv.gz").unlink()
    run(source, folders)
    assert "names.en-fi.tsv.gz" in written(folders)


def test_a_package_with_another_content_is_refused(source: Source, folders: Folders) -> None:
    (folders.downloads / "names-1.tgz").write_bytes(b"something else")
    with pytest.raises(GatherError, match=r"not the file.*Delete it"):
        run(source, folders)
    assert not written(folders)


def test_a_newer_debian_package_is_read_with_a_warning(
    folders: Folders, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = folders.downloads / "words_2_all.deb"
    monkeypatch.setattr(gather, "_FETCH", {"debian": lambda *_: newer.write_bytes(b"newer")})
    old = Package("words", "1", "words_1_all.deb", "0" * 64)
    assert gather.fetched("debian", old, folders.downloads) == newer
    assert "WARNING: Debian no longer offers words 1" in capsys.readouterr().out


def test_sentences_of_the_tests_stay_out(
    source: Source, folders: Folders, capsys: pytest.CaptureFixture[str]
) -> None:
    run(source, folders, "AMFORA!")
    assert "1 fell as test sentences" in capsys.readouterr().out
    assert b"amphora" not in gzip.decompress(written(folders)["names.en-fi.tsv.gz"])


def test_a_limit_keeps_the_first_pairs() -> None:
    many = [Row("fi", f"word{n}", f"sana{n}") for n in range(9)]
    pairs, _ = gather.chosen(many, frozenset(), limit=2)
    assert [*pairs["fi"]] == [("word0", "sana0"), ("word1", "sana1")]


@pytest.mark.parametrize(
    ("english", "other"),
    [
        ("Berlin", "BERLIN"),
        ("100 %", "100 %"),
        ("x", "y"),
        ("word", ""),
        ("word " * 100, "sana " * 100),
        ("Click the green button to start now.", "Click the green button to start nyt."),
        ("It goes in front of it. It stays.", "It goes in front of it. Se jää."),
    ],
)
def test_pairs_that_say_nothing_are_dropped(english: str, other: str) -> None:
    assert not telling(english, other)


def test_messages_lose_marks_and_placeholders() -> None:
    content = mo(
        ("menu|open", "_Open %PRODUCTNAME...", "~Avaa %PRODUCTNAME..."),
        ("dialog|label", "Delete “%1”?", "Poistetaanko “%1”?"),
        ("dialog|same", "OK", "OK"),
    )
    assert [*libreoffice.catalogue(content)] == [("Delete?", "Poistetaanko?"), ("Open", "Avaa")]


def test_help_paragraphs_meet_by_their_ids() -> None:
    page = (
        '<h1 id="hd1">Asetukset</h1><p>ilman tunnusta</p>'
        '<p id="par1" class="x"><a href="y">Valitse</a> <span class="MAC">Omena</span>väri.</p>'
        '<p id="par1">Toinen&nbsp;kohta</p><p id="par2">12</p>'
    )
    assert libreoffice.paragraphs(page) == {
        ("hd1", 0): "Asetukset",
        ("par1", 0): "Valitse väri.",
        ("par1", 1): "Toinen kohta",
    }


def test_cldr_names_meet_by_their_path_and_plurals_by_the_english_plural() -> None:
    english = {
        "units": {"long": {"x": {"unitPattern-count-other": "{0} metres"}}, "short": {"y": "m"}}
    }
    polish = {
        "units": {"long": {"x": {"unitPattern-count-few": "{0} metry"}}, "short": {"y": "m."}}
    }
    pairs = cldr.alike(dict(cldr.leaves(english)), dict(cldr.leaves(polish)))
    assert [*pairs] == [("metres", "metry")]


def test_presets_give_names_other_names_terms_and_options(tmp_path: Path) -> None:
    def tree(name: str, terms: str, option: str, **more: str) -> object:
        preset = {"name": name, "terms": terms} | more
        field = {"label": name + "?", "options": {"a": option, "b": {"title": option + "!"}}}
        return {"xx": {"presets": {"presets": {"p": preset}, "fields": {"f": field}}}}

    file = tgz(
        tmp_path / "s.tgz",
        {
            "package/dist/translations/en.json": tree("Castle", "palace", "Ruin"),
            "package/dist/translations/fi.json": tree(
                "Linna", "palatsi", "Raunio", aliases="Linnake"
            ),
            "package/dist/translations/index.json": {"fi": {}},
        },
    )
    pairs = [(english, other) for _, english, other in osm.presets({"s": file}, NOWHERE)]
    assert pairs == [
        ("Castle", "Linna"),
        ("Castle", "Linnake"),
        ("Castle, palace", "Linna, palatsi"),
        ("Castle?", "Linna?"),
        ("Ruin", "Raunio"),
        ("Ruin!", "Raunio!"),
    ]


def test_towns_get_names_in_the_three_scripts_and_no_codes() -> None:
    names = ["VIE", "Wien", "Βιέννη", "Вена", "ウィーン", "Bécs", "Becs", "wiyn", "Vienna"]
    assert geonames.other_names("Vienna", names) == ["Βιέννη", "Вена", "Bécs", "Wien"]
    use = {"wien": 1e-5, "вена": 1e-5}
    assert geonames.other_names("Vienna", names, use) == ["Вена", "Βιέννη", "Wien", "Bécs"]


def test_properties_and_catalogues_are_read(tmp_path: Path) -> None:
    text = "# note\nopen.label = &Avaa %S\nopen.accesskey=A\n"
    assert dict(mozilla.properties(text)) == {"open.label": "&Avaa %S", "open.accesskey": "A"}
    assert mozilla.plain("&Avaa “%S”…") == "Avaa"
    name = "django/conf/locale/fi/LC_MESSAGES/django.mo"
    file = whl(tmp_path / "d.whl", {name: mo(("", "Delete %(name)s", "Poista %(name)s"))})
    assert [*django.messages({"django": file}, NOWHERE)] == [Row("fi", "Delete", "Poista")]


def test_fluent_messages_give_their_default_with_the_product_named() -> None:
    pytest.importorskip("fluent.syntax", reason="fluent.syntax is not installed")
    text = (
        "a = Sulje { -brand-name }\nb =\n    .label = { $n ->\n"
        "        [one] Yksi\n       *[other] { $n } sivua\n    }\n"
    )
    assert dict(mozilla.fluent(text)) == {"a": "Sulje Firefox", "b.label": "  sivua"}


def test_endings_follow_the_rules_of_the_dictionary() -> None:
    rules = affixes.affixes(
        "SET UTF-8\nNEEDAFFIX x\nSFX A Y 3\nSFX A 0 ok/B [^aá-]\nSFX A a ák/B a\nSFX A 0 o/x .\n"
        "SFX B Y 1\nSFX B 0 ban .\n"
    )
    dictionary = "3\nalma/A\nkalap/A\nmás\n"
    found = affixes.forms(dictionary, rules, {"alma", "kalap"}, use={"almák"})
    assert [*found] == [("almák", "alma"), ("almákban", "alma"), ("kalapok", "kalap")]


def test_forms_get_the_commonest_meanings_and_stand_by_use(tmp_path: Path) -> None:
    content = "picture\tobraz\nscene\tobraz\ntableau\tobraz\nscene of a very long play\tscena\n"
    (tmp_path / "omw-terms.en-pl.tsv.gz").write_bytes(gzip.compress(content.encode()))
    meanings = glosses(tmp_path, "pl", {"picture": 0.2, "scene": 0.1})
    assert meanings == {"obraz": ["picture", "scene"]}
    made = [("obrazy", "obraz"), ("obrazami", "obraz"), ("obraz", "obraz"), ("sceny", "scena")]
    assert [*rows("pl", made, meanings, {"obrazami": 0.5})] == [
        Row("pl", "picture", "obrazami"),
        Row("pl", "scene", "obrazami"),
        Row("pl", "picture", "obrazy"),
    ]


def test_finnish_words_meet_their_lemma_by_stem_through_gradation() -> None:
    words = ["kadulla", "maalauksen", "punaisessa", "kissa"]
    lemmas = ["katu", "maalaus", "punainen", "katos"]
    stem = Stemmer("finnish").stemWord
    assert [*forms.same_stem(words, lemmas, stem, forms.finnish_stems)] == [
        ("kadulla", "katu"),
        ("maalauksen", "maalaus"),
        ("punaisessa", "punainen"),
    ]


def test_tables_of_lemmas_are_read_flat_or_by_part_of_speech() -> None:
    flat = forms.forms_of_table({"casas": "casa"})
    deep = forms.forms_of_table({"noun": {"husene": ["hus"]}})
    assert [*flat, *deep] == [("casas", "casa"), ("husene", "hus")]
