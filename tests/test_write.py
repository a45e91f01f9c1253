"""A model's words become raw statements: cut, cleared, with the markers that are theirs."""

import csv
import time
from collections.abc import Iterator
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.backends.protocols import Done
from explorer.compose.write import Raw, raw_statements

STOP = Done("stop")


def _said(text: str, lang: str = "en", *, done: Done = STOP, longest: int = 600) -> list[Raw]:
    stream = raw_statements(iter([text, done]), lang, 5, longest)
    return [raw for raw in stream if isinstance(raw, Raw)]


def _texts(text: str, lang: str = "en") -> list[str]:
    return [raw.text for raw in _said(text, lang)]


@pytest.mark.parametrize(
    ("written", "markers"),
    [
        ("[1]", (1,)), ("[1, 2]", (1, 2)), ("[1][2]", (1, 2)), ("[1] [2]", (1, 2)),
        ("[1-3]", (1, 2, 3)), ("[1–3]", (1, 2, 3)), ("[2 and 4]", (2, 4)), ("【1】", (1,)),
        ("【1†source】", (1,)), ("【3:0†source】", (3,)), ("(1)", (1,)), ("(1, 3)", (1, 3)),
        ("^1", (1,)), ("^1,2", (1, 2)), ("¹ ²", (1, 2)), ("¹²", (1, 2)), ("[^1]", (1,)),
        ("[Source 1]", (1,)), ("[source: 2]", (2,)), ("[Quelle 1]", (1,)), ("[Nr. 1]", (1,)),
        ("[doc1]", (1,)), ("[doc_2]", (2,)), ("[S1]", (1,)), ("[#3]", (3,)), ("[[1]]", (1,)),
        ("\\[1\\]", (1,)), ("[1:2]", (1,)), ("(see [2])", (2,)), ("(see [2] and [3])", (2, 3)),
        ("(Source 1)", (1,)), ("(siehe Quelle 1)", (1,)), ("(ks. lähde 2)", (2,)),
        ("**[1]**", (1,)), ("<sup>1</sup>", (1,)), ("<sup>[1]</sup>", (1,)), ("{1}", (1,)),
        ("［1］", (1,)), ("[1](https://example.org/x)", (1,)), ("[[1]](#cite-1)", (1,)),
        ("[1] [1]", (1,)), ("[0]", ()), ("[9]", ()), ("[9, 2]", (2,)), ("[1-900]", (1, 2, 3, 4, 5)),
        ("[źródło 2]", (2,)), ("[πηγή 1]", (1,)), ("[Source 1, Source 2]", (1, 2)), ("<2>", (2,)),
    ],
)  # fmt: skip
def test_a_marker_is_repaired_in_every_form_before_and_after_the_full_stop(
    written: str, markers: tuple[int, ...]
) -> None:
    pearl = Raw("It dates from 1665.", markers)
    if not written.startswith("^"):
        assert _said(f"It dates from 1665 {written}.")[0] == pearl
    assert _said(f"It dates from about then{written}.")[0].markers == markers
    assert _said(f"It dates from 1665. {written}")[0] == pearl
    if "(" not in written[0] or len(written) > len("(1, 3)"):
        assert _said(f"It dates from 1665. {written} Then it left.")[:2] == [
            pearl, Raw("Then it left.", ()),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "text", "markers"),
    [
        ("It is old. Source: [1]", "It is old.", (1,)),
        ("It is old. Sources: [1], [2].", "It is old.", (1, 2)),
        ("It is old (Source: [1]).", "It is old.", (1,)),
        ("According to [1], it is old.", "It is old.", (1,)),
        ("According to source 2, it is old.", "It is old.", (2,)),
        ("It is old, according to [1].", "It is old.", (1,)),
        ("Old [1], worn [2], and loved [3].", "Old, worn, and loved.", (1, 2, 3)),
        ("It is old [1", "It is old", (1,)),
        ("It is old. [1", "It is old.", (1,)),
        ("It is old. [", "It is old.", ()),
        ("It is old.\n[1]", "It is old.", (1,)),
        ("It is old [1] and [2].", "It is old.", (1, 2)),
        ("[The Girl][1] is old.", "The Girl is old.", (1,)),
        ("It measures 4 m² and 2 cm².¹", "It measures 4 m² and 2 cm².", (1,)),
        ("It is dated [1665] by hand.", "It is dated [1665] by hand.", ()),
        ("Room (2) is upstairs.", "Room (2) is upstairs.", ()),
        ("Its number is (12).", "Its number is (12).", ()),
        ("Vermeer's[1] pearl.", "Vermeer's pearl.", (1,)),
        ("It is described there (S. 2).", "It is described there (S. 2).", ()),
        ("It is 44*39 cm, *quite* small*.", "It is 44*39 cm, quite small.", ()),
        ("**Maker:** Johannes Vermeer [1]", "Maker: Johannes Vermeer", (1,)),
        ("It is old, [1], [2].", "It is old.", (1, 2)),
        ("It is old [1]; it is worn [2].", "It is old; it is worn.", (1, 2)),
        ("It is called NM_12_5 or _Girl_.", "It is called NM_12_5 or Girl.", ()),
        ("See [2].\nIt is old.", "It is old.", ()),
    ],
)
def test_what_surrounds_a_marker_goes_with_it(
    written: str, text: str, markers: tuple[int, ...]
) -> None:
    assert _said(written) == [Raw(text, markers)]


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("de", "Im 15. Jahrhundert entstand es. Dann v. Chr. nicht. Ludwig XIV. Sohn.", 3),
        ("hu", "A 16. században készült. II. Rákóczi Ferenc kapta 1703. május 5. napján.", 2),
        (
            "en",
            "By J. M. W. Turner, c. 1650. St. Paul is No. 5, 3.5 cm. There are 12. Two left.",
            4,
        ),
        ("pl", "Powstał w 1665 r. Obraz jest z XVII w. w Delft, ok. 1665 r.", 2),
        ("cs", "Vznikl 5. 7. 1889 v 16. století. Je z bronzu.", 2),
        ("el", "Ποιος το έκανε; Ο Βερμέερ τον 17ο αι. στην πόλη. Τέλος.", 3),
        ("fr", "Qui est-ce ? « C'est elle. C'est lui. » Puis M. Dupont partit.", 3),
        ("en", "Is it real? yes! it is. Well... not all. He said “Go. Now.” They went.", 6),
        ("en", 'Its title is "Who goes there?" in the book. (It was lost. It was found.) Now.', 3),
        ("fi", "Maalaus on 1600-luvulta, n. 1665. Se on esim. Hollannista. Loppu.", 3),
        ("da", "Født 4. maj 1665 f. Kr. var det. Maleriet er af J. Juel.", 2),
        ("lv", "Tas ir no 17. gadsimta. Gleznots ap. 1665. gadu.", 2),
        ("de", "Sie trägt die Inv.-Nr. 670. Mehr nicht.", 2),
        ("en", "The answer is no. The next is no. 5 or No. 6. A yes.", 3),
        ("en", "He has an (unclosed bracket. It ends here. And here.", 3),
    ],
)
def test_a_sentence_ends_by_the_rules_of_its_language(lang: str, text: str, expected: int) -> None:
    assert len(_texts(text, lang)) == expected, _texts(text, lang)
    assert " ".join(_texts(text, lang)).replace("\xa0", " ") == text


MARKDOWN = """# The **Girl**

Painted by *Johannes Vermeer* in `1665` [1].
It hangs in [The Hague](https://example.org/a_(b)). ![x](http://evil.example/x.png)

- about 44.5 × 39 cm [2]
- oil on **canvas**
* [ ] a third
1. First
2. Second

```json
inside
```
| Maker | Vermeer [1] |
|-------|:-----------:|
---
**Read on**
See https://example.org/x?y=1 &amp; <b>more</b>&nbsp;<a href="http://x">here</a><br>Last line."""


def test_markdown_is_taken_off_and_lines_of_lists_are_statements() -> None:
    assert _said(MARKDOWN) == [
        Raw("The Girl", (), heading=True),
        Raw("Painted by Johannes Vermeer in 1665.", (1,)),
        Raw("It hangs in The Hague.", ()),
        Raw("about 44.5 × 39 cm", (2,)),
        Raw("oil on canvas", ()),
        Raw("a third", ()),
        Raw("First", ()),
        Raw("Second", ()),
        Raw("inside", ()),
        Raw("Maker, Vermeer", (1,)),
        Raw("Read on", (), heading=True),
        Raw("See & more here", ()),
        Raw("Last line.", ()),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<think>It is. It was.\n\nHm.</think>It is old.",
        "[THINK]It is. It was.[/THINK]It is old.",
        "It is old.<think>But wait. Is it?",
        "It is old.<|im_end|>\n<|im_start|>user\nWas it? It was.<|im_end|>",
        "<|start_header_id|>assistant<|end_header_id|>\n\nIt is old.<|eot_id|>",
        "<|channel|>analysis<|message|>It was.<|end|><|start|>assistant"
        "<|channel|>final<|message|>It is old.",
        "assistant: It is old.</s>",
        "It \u202eis\u200b o\u2066ld.\u0007",
        "It is&#8203; old.&#x202e;",
        "It is old.\n\nSources:\n[1] Girl with a Pearl Earring\n- [2] View of Delft\n",
        "It is old.\n\n[1]: https://example.org\n[^2]: A note. Two notes.\n",
        "It is old.\n\nSources: [1], [2]",
        "It is old.<!-- It was. --><script>alert('x. Y.')</script>",
        "It is &lt;b&gt;old&lt;/b&gt;.",
        "It is old. <|im_e",
    ],
)
def test_what_is_no_answer_gives_nothing(text: str) -> None:
    assert _texts(text) == ["It is old."]


def test_a_statement_leaves_as_soon_as_its_end_is_certain() -> None:
    read: list[str] = []

    def pieces() -> Iterator[str | Done]:
        for piece in ("It is", " old. ", "[1]", "[2] ", "Th", "en", "\n\n", "- a", "\n", "b"):
            read.append(piece)
            yield piece
        yield STOP

    stream = raw_statements(pieces(), "en", 2)
    assert next(stream) == Raw("It is old.", (1, 2))
    assert read[-1] == "Th"
    assert next(stream) == Raw("Then", ())
    assert read[-1] == "\n\n" or read[-1] == "- a"
    assert next(stream) == Raw("a", ())
    assert read[-1] == "\n"
    assert list(stream) == [Raw("b", ()), STOP]


def test_an_open_sentence_falls_where_the_model_was_cut_off() -> None:
    done = Done("length", 7, 8, "digest")
    assert _said("It is old. It was", done=done) == [Raw("It is old.", ())]
    assert _said("It is old. It was new. [1]", done=done)[1] == Raw("It was new.", (1,))
    assert _said("It is old, c.", done=done) == []
    assert list(raw_statements(iter(["It was", done]), "en", 1)) == [done]
    assert list(raw_statements(iter(["It was. And is"]), "en", 1)) == [Raw("It was.", ())]


def test_a_sentence_that_is_too_long_is_left_out() -> None:
    long = "It goes on and on " * 40
    assert _said(f"It is. {long}. It ends.") == [Raw("It is.", ()), Raw("It ends.", ())]
    assert _said(f"It is. {long * 10}. It ends.") == [Raw("It is.", ()), Raw("It ends.", ())]


def test_a_model_that_never_ends_is_left() -> None:
    closed = []

    def endless() -> Iterator[str | Done]:
        try:
            while True:
                yield "It goes on. "
        finally:
            closed.append(True)

    left = raw_statements(endless(), "en", 1)
    next(left)
    del left
    assert closed.pop()
    said = list(raw_statements(endless(), "en", 1, most=1000))
    assert said[-1] == Done("length")
    assert sum(len(raw.text) for raw in said if isinstance(raw, Raw)) <= 1000
    assert closed


_PIECES = st.lists(
    st.sampled_from(
        ["It is old. ", "c. 1650", "[1]", "[1, 2]", "【1†source】", " ", "\n", "\n\n", "- ", "1. ",
         "(see [2])", "“", "”", '"', "(", ")", "**", "# ", "<think>", "</think>", "<|im_end|>",
         "&amp;", "&", "<", ">", "[", "]", "¹", "^", "Source: ", "According to ", "15. ", "J. ",
         "?", "...", "a", "B", "|", "```\n", "https://x.y/z", "[x](http://y.z)", "\\", "_", ";",
         "Quelle", "é", "\u200b", "word ", "<br>", "<sup>", "[^1]: x", "assistant: ", "—", "5"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(_PIECES | st.text(max_size=80), st.integers(1, 9), st.sampled_from(["en", "de", "el", "xx"]))
def test_the_pieces_of_a_stream_change_nothing(text: str, size: int, lang: str) -> None:
    for done in (STOP, Done("length")):
        whole = list(raw_statements(iter([text, done]), lang, 3))
        cut = [text[i : i + size] for i in range(0, len(text), size)]
        assert list(raw_statements(iter([*cut, done]), lang, 3)) == whole
        assert whole[-1] == done
        for raw in whole[:-1]:
            assert isinstance(raw, Raw)
            assert raw.text == raw.text.strip()
            assert all(char.isprintable() for char in raw.text)
            assert set(raw.markers) <= {1, 2, 3}


@settings(max_examples=150, deadline=None)
@given(_PIECES)
def test_what_has_left_stands_whatever_follows(text: str) -> None:
    beginning = list(raw_statements(iter([text]), "en", 3))
    longer = list(raw_statements(iter([text, "x. Y [2]. Z"]), "en", 3))
    assert longer[: len(beginning)] == beginning


@pytest.mark.parametrize(
    "hostile",
    ["[" * 12_000, "(" * 12_000, "<a " * 4_000, "a. (" * 3_000, "“a. " * 3_000, "&" * 12_000,
     "*" * 12_000, "J. " * 4_000, "[1" * 6_000, "[[a](" * 2_400, "\n- " * 4_000, "a " * 6_000,
     "¹ " * 6_000, "see " * 3_000, "a. see " * 1_700, "<!--" * 3_000, "a. [b " * 2_000,
     "_a" * 6_000, "`" * 12_000, "1. " * 4_000, "|" * 12_000, "([1] " * 2_400, "a.b/" * 3_000],
    ids=lambda text: repr(text[:8]),
)  # fmt: skip
def test_hostile_text_takes_no_longer_than_other_text(hostile: str) -> None:
    begun = time.process_time()
    list(raw_statements(iter([*hostile, STOP]), "en", 5))
    assert time.process_time() - begun < 2


def test_the_tables_have_every_language_that_is_answered_in() -> None:
    def rows(name: str) -> list[dict[str, str]]:
        table = files("explorer").joinpath("vocabulary", name).read_text("utf-8")
        return list(csv.DictReader(table.splitlines(), delimiter="\t"))

    answered = {row["code"] for row in rows("languages.tsv") if row["answered"] == "yes"}
    assert answered <= {row["lang"] for row in rows("full_stops.tsv")}
    assert answered <= {row["lang"] for row in rows("citing.tsv") if all(row.values())}
