"""Words that only share their stem with a label: found in dictionaries, taken for nothing."""

import gzip
from pathlib import Path

import pytest

from explorer.backends.embedded import open_static
from explorer.concepts import concepts, is_lookalike
from explorer.text import fold
from training.lookalikes import lookalikes, written_down

FRENCH = [("door", "porte"), ("harbours", "ports"), ("seaport", "ports"), ("to carry", "porter")]


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    lines = "".join(f"{english}\t{word}\n" for english, word in FRENCH)
    (tmp_path / "terms.en-fr.tsv.gz").write_bytes(gzip.compress(lines.encode()))
    return tmp_path


def test_what_a_dictionary_glosses_otherwise_is_no_form_of_the_label(pairs: Path) -> None:
    assert lookalikes("fr", [pairs], open_static("")) == {"porte", "porter"}


def test_no_label_of_one_word_is_called_a_lookalike_of_its_language() -> None:
    for lang, words in written_down().items():
        labels = {fold(label) for concept in concepts().values() for label in concept.labels[lang]}
        assert sorted(words & labels) == [], lang


def test_a_lookalike_is_one_in_its_own_language_only() -> None:
    assert is_lookalike("porte", "fr")
    assert not is_lookalike("porte", "en")
