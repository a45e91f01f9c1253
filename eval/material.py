"""The texts that embedders are measured on, read from a folder beside the project."""

import csv
import gzip
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SHARED = Path(__file__).parents[2] / "shared"

# Folders of iconclass.tar.gz that hold real translations, by language. The Dutch texts are
# English filler and the Dutch keywords are not, so Dutch labels are made of those.
LABELS = {
    "nl": "kw/nl", "en": "txt/en", "de": "txt/de", "fr": "txt/fr", "it": "txt/it", "pt": "txt/pt",
    "es": "txt/es", "fi": "txt/fi", "cs": "txt/cz",
}  # fmt: skip
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_LIDO = {"lido": "http://www.lido-schema.org"}


class Missing(Exception):
    """Material that is not here; the message says what."""


@dataclass(frozen=True, slots=True)
class Bilingual:
    """One object's title and curatorial text, by language."""

    id: str
    titles: Mapping[str, str]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Coded:
    """One record's own words, and the codes that say what it shows."""

    text: str
    codes: Sequence[str] = field(default_factory=list)


def _there(path: Path) -> Path:
    if not path.exists():
        raise Missing(f"{path.parent.name}/{path.name} is not here")
    return path


def parallel_languages(shared: Path) -> list[str]:
    """The languages in which there are NTREX sentences beside the English ones."""
    folder = _there(shared / "data" / "parallel" / "dev")
    return sorted(f.name.split(".")[1].removeprefix("en-") for f in folder.glob("ntrex.en-*"))


def parallel(shared: Path, lang: str) -> list[tuple[str, str]]:
    """(English, other) of every sentence of one language."""
    path = _there(shared / "data" / "parallel" / "dev" / f"ntrex.en-{lang}.tsv.gz")
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        pairs = (line.rstrip("\n").split("\t") for line in lines)
        return [(english, other) for english, other in pairs]


def swedish(shared: Path) -> list[Bilingual]:
    """The objects of the Swedish deliveries, as last delivered.

    Read with XPath alone, from the elements that bear a language themselves.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    number = etree.XPath("string(//lido:recordWrap/lido:recordID)", namespaces=_LIDO)
    titles = etree.XPath("//lido:titleWrap//lido:appellationValue", namespaces=_LIDO)
    notes = etree.XPath("//lido:objectDescriptionSet//lido:descriptiveNoteValue", namespaces=_LIDO)
    objects = {}
    for content in _lido_files(_there(shared / "data" / "nationalmuseum_se_lido")):
        root = etree.fromstring(content, parser)
        local = str(number(root))
        objects[local] = Bilingual(local, _by_language(titles(root)), _by_language(notes(root)))
    return list(objects.values())


def _lido_files(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.glob("*.tgz")):
        with tarfile.open(path) as archive:
            for member in archive:
                if content := archive.extractfile(member):
                    yield content.read()


def _by_language(elements: Sequence[Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in elements:
        if text := (element.text or "").strip():
            found.setdefault(element.get(_XML_LANG, ""), text)
    return found


def dutch(shared: Path) -> list[Coded]:
    """The Dutch records that bear Iconclass codes: title and description, and the codes."""
    path = _there(shared / "data" / "rijks_suriname_nl" / "data" / "Suriname_objecten_export.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    coded = (
        Coded(
            "\n".join(filter(None, (row["titel"].strip(), row["beschrijving"].strip()))),
            [c for code in row["inhoud.classificatie.code"].split("$") if (c := code.strip(' "'))],
        )
        for row in rows
    )
    return [record for record in coded if record.codes]


def labels(shared: Path) -> dict[str, dict[str, str]]:
    """Iconclass codes with their label, by language; labels left in English are no labels."""
    path = _there(shared / "data" / "iconclass" / "iconclass.tar.gz")
    texts: dict[str, dict[str, list[str]]] = {}
    with tarfile.open(path) as archive:
        for member in archive:
            folder = member.name.rpartition("/")[0]
            if folder in (*LABELS.values(), "kw/en") and (content := archive.extractfile(member)):
                _add_labels(texts.setdefault(folder, {}), content.read().decode("utf-8-sig"))
    english = texts.get("txt/en", {}), texts.get("kw/en", {})
    return {
        lang: {
            code: ", ".join(own)
            for code, said in texts.get(folder, {}).items()
            if (own := _not_english(code, said, english if lang != "en" else ()))
        }
        for lang, folder in LABELS.items()
    }


def _add_labels(found: dict[str, list[str]], content: str) -> None:
    for line in content.splitlines():
        code, bar, text = line.partition("|")
        if bar and text.strip() and not line.startswith("#"):
            found.setdefault(code.lstrip("\ufeff"), []).append(text.strip())


def _not_english(
    code: str, said: Sequence[str], english: Sequence[Mapping[str, Sequence[str]]]
) -> list[str]:
    known = {text.casefold() for texts in english for text in texts.get(code, ())}
    return [text for text in dict.fromkeys(said) if text.casefold() not in known]
