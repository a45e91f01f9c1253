"""What records say, met with the vocabularies it is from: codes and terms become concepts."""

from collections.abc import Sequence
from dataclasses import replace

from explorer.types import Concept, Record
from ingest.concepts.store import Known, Vocabulary


def labelled(record: Record, vocabularies: Sequence[Vocabulary]) -> Record:
    """The record with the labels that vocabularies have for the addresses of its concepts.

    What it delivers itself is never replaced.
    """
    if not vocabularies or not any(concept.uri for concept in record.concepts):
        return record
    concepts = tuple(_labelled(concept, vocabularies) for concept in record.concepts)
    return replace(record, concepts=concepts)


def _labelled(concept: Concept, vocabularies: Sequence[Vocabulary]) -> Concept:
    for vocabulary in vocabularies if concept.uri else ():
        if known := vocabulary.at(concept.uri):
            return replace(concept, labels={**known.labels, **concept.labels})
    return concept


def in_vocabulary(
    value: str, lang: str, vocabulary: Vocabulary, warnings: list[str]
) -> tuple[Known | None, bool]:
    """The concept that a value names in a vocabulary, and whether the value is words to be shown.

    It is not where it is a code; what the vocabulary does not know is kept as it stands.
    """
    called = vocabulary.called(value, lang)
    if len(called) == 1:
        return called[0], True
    if called:
        warnings.append(f"several concepts of {vocabulary.name} are called so: {value}")
        return None, True
    if known := vocabulary.coded(value) or vocabulary.at(value):
        return known, False
    warnings.append(f"not in the vocabulary {vocabulary.name}: {value}")
    return None, True
