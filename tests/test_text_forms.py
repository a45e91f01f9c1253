"""Texts in every form museums have them: their words whole, and what their files say of them."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from explorer.types import Record
from ingest.deliveries import Member
from ingest.formats import files_of, read_file
from ingest.sourcelist import source_spec
from ingest.sourcespec import Item, Rejection, Remark, SourceSpec
from tests.deliveries.texts import paper

GREEK = "Το λιμάνι ήταν γεμάτο πλοία. Οι ναύτες τραγουδούσαν."
POLISH = "Łódź rybacka stała na brzegu. Żagle schły na słońcu."
FRENCH = "Le phare éclaire la rade. L’œuvre date de l’été 1874."


def items(path: Path, *languages: str) -> list[Item]:
    spec = SourceSpec("s", "texts", path, languages=languages)
    files = (file for file in files_of(spec) if isinstance(file, Member))
    return [item for file in files for item in read_file(file, spec)]


def record(path: Path, *languages: str) -> Record:
    (found,) = [i for i in items(path, *languages) if not isinstance(i, Remark)]
    assert isinstance(found, Record), found
    return found


def body(found: Record) -> str:
    return "\n\n".join(f.text for _, f in found.named("text"))


def titles(found: Record) -> list[str]:
    return [f.text for _, f in found.named("title")]


def written(folder: Path, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return file


# --- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "number", "lang"),
    [
        ("MOS 1001.md", "MOS 1001", ""),
        ("MOS-1001_en.md", "MOS-1001", "en"),
        ("MOS_1001.de.html", "MOS_1001", "de"),
        ("1001 (en).txt", "1001", "en"),
        ("12_MOS 1001_fr.srt", "MOS 1001", "fr"),
        ("03-1001.md", "1001", ""),
        ("2001_45.md", "2001_45", ""),
        ("MOS 1001_PL.md", "MOS 1001", "pl"),
        ("MOS 1001-DE.md", "MOS 1001-DE", ""),
        ("MOS 1001_pt-BR.md", "MOS 1001", "pt-BR"),
        ("12_harbour_el.md", "", "el"),
        ("tour of the harbour.md", "", ""),
        ("sub/MOS 7_sv.md", "MOS 7", "sv"),
    ],
)
def test_a_file_name_says_the_object_number_and_the_language(
    tmp_path: Path, name: str, number: str, lang: str
) -> None:
    cue = "1\n00:00:01,000 --> 00:00:02,000\n"
    written(tmp_path, name, (cue if name.endswith(".srt") else "") + "A wave.")
    found = record(tmp_path)
    assert found.about_numbers == ((number,) if number else ())
    assert found.named("text")[0][1].lang == lang


def test_front_matter_is_stronger_than_the_name_and_may_say_about_nothing(tmp_path: Path) -> None:
    written(tmp_path, "MOS 1_de.md", "---\nlang: en\nabout: [MOS 2, MOS 3]\n---\nA wave.")
    found = record(tmp_path)
    assert (found.about_numbers, found.fields[0].lang) == (("MOS 2", "MOS 3"), "en")
    written(tmp_path, "MOS 1_de.md", "---\nabout:\n---\nA wave.")
    assert record(tmp_path).about_numbers == ()


def test_texts_of_one_name_in_several_forms_and_folders_stay_apart(tmp_path: Path) -> None:
    for name in ("a.md", "a.html", "a.txt", "sub/a.md", "a_de.md"):
        written(tmp_path, name, "A wave.")
    assert [i.id for i in items(tmp_path) if isinstance(i, Record)] == [
        "s:a.html", "s:a", "s:a.txt", "s:a_de", "s:sub%2Fa",
    ]  # fmt: skip


# --- the file beside -------------------------------------------------------------------------

SIDECAR = (
    "title: Το λιμάνι\nlang: el\nabout: [MOS 1, MOS 2]\nauthor: E. Nikolaou\nlevel: easy\n"
    "licence: http://creativecommons.org/licenses/by/4.0/\nvalid_until: 2027-01-31\n"
)


def packed(path: Path, files: dict[str, str]) -> None:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        return
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))


@pytest.mark.parametrize("name", ["folder", "folder/a.zip", "folder/a.tgz", "all.zip", "all.tgz"])
def test_a_yaml_file_of_the_same_name_says_what_front_matter_says(
    tmp_path: Path, name: str
) -> None:
    files = {"labels/wave.txt": GREEK, "labels/wave.yaml": SIDECAR, "labels/stray.yaml": "title: x"}
    delivery = tmp_path / name.partition("/")[0]
    if "." in name:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        packed(tmp_path / name, files)
    else:
        for place, text in files.items():
            written(delivery, place, text)
    found = record(delivery)
    assert found.named("title")[0][1].text == "Το λιμάνι"
    assert (found.about_numbers, found.author) == (("MOS 1", "MOS 2"), "E. Nikolaou")
    assert (found.level, found.valid_until) == ("easy", "2027-01-31")
    assert found.rights.text == "http://creativecommons.org/licenses/by/4.0/"
    assert body(found) == GREEK
    (remark,) = [i for i in items(delivery) if isinstance(i, Remark)]
    assert remark.text.startswith("file passed over: ")
    assert remark.text.endswith("labels/stray.yaml")


def test_an_archive_that_is_packed_anew_is_looked_into_anew(tmp_path: Path) -> None:
    for author in ("E. Nikolaou", "Leah Sandoval"):
        packed(tmp_path / "a.zip", {"wave.txt": GREEK, "wave.yaml": f"author: {author}"})
        assert record(tmp_path).author == author


def test_a_text_named_by_itself_has_its_yaml_file_too(tmp_path: Path) -> None:
    written(tmp_path, "wave.yaml", SIDECAR)
    assert record(written(tmp_path, "wave.txt", GREEK)).author == "E. Nikolaou"


def test_the_front_matter_of_a_text_is_stronger_than_the_file_beside_it(tmp_path: Path) -> None:
    written(tmp_path, "wave.yaml", SIDECAR)
    written(tmp_path, "wave.md", "---\nlevel: expert\n---\nA wave.")
    found = record(tmp_path)
    assert (found.level, found.author) == ("expert", "E. Nikolaou")


def test_a_yaml_file_nobody_understands_turns_its_text_away(tmp_path: Path) -> None:
    written(tmp_path, "wave.txt", GREEK)
    written(tmp_path, "wave.yaml", "store: A3")
    (found,) = items(tmp_path)
    assert isinstance(found, Rejection)
    assert found.reason.startswith("In wave.yaml: The key 'store' is not understood.")


def test_a_link_beside_a_text_is_not_followed(tmp_path: Path) -> None:
    secret = written(tmp_path, "elsewhere/secret.yaml", "author: secret")
    written(tmp_path, "d/wave.txt", GREEK)
    (tmp_path / "d" / "wave.yaml").symlink_to(secret)
    assert [i.author for i in items(tmp_path / "d") if isinstance(i, Record)] == [""]


def test_what_word_leaves_beside_an_open_document_is_passed_over(tmp_path: Path) -> None:
    written(tmp_path, "~$wave.docx", b"\x05staff")
    written(tmp_path, "wave.txt", GREEK)
    assert [type(i) for i in items(tmp_path)] == [Record, Remark]


# --- letters ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["wave.txt", "wave.md", "wave.html"])
@pytest.mark.parametrize("text", [GREEK, POLISH, FRENCH])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_unicode_encoding_is_read_with_and_without_its_mark(
    tmp_path: Path, name: str, text: str, encoding: str
) -> None:
    written(tmp_path, name, text, encoding)
    assert body(record(tmp_path)) == text
    guessed = [i.text for i in items(tmp_path) if isinstance(i, Remark)]
    assert guessed == ([f"encoding guessed: {encoding}"] if encoding.endswith("e") else [])


def test_older_encodings_are_told_by_the_language_and_a_guess_is_said(tmp_path: Path) -> None:
    written(tmp_path, "wave_pl.txt", POLISH, "cp1250")
    written(tmp_path, "wave_el.txt", GREEK, "cp1253")
    assert [(body(i)) for i in items(tmp_path) if isinstance(i, Record)] == [GREEK, POLISH]
    assert not [i for i in items(tmp_path) if isinstance(i, Remark)]
    written(tmp_path, "wave_pl.txt", "")
    written(tmp_path, "wave_el.txt", "")
    written(tmp_path, "phare.txt", FRENCH * 3, "cp1252")
    found = items(tmp_path)
    assert FRENCH * 3 in [body(i) for i in found if isinstance(i, Record)]
    assert [i.text.partition(":")[0] for i in found if isinstance(i, Remark)] == [
        "encoding guessed"
    ]


def test_line_ends_of_every_kind_are_one(tmp_path: Path) -> None:
    written(tmp_path, "a.txt", "One.\r\nTwo.\rThree.\n\r\n\r\nFour.\fFive.")
    assert body(record(tmp_path)) == "One.\nTwo.\nThree.\n\nFour.\n\nFive."


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.vtt"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (POLISH.encode().partition(b"\x82")[0], "middle of a character"),
        (b"abc\x00def", "holds no text"),
    ],
)
def test_a_file_cut_in_a_character_or_without_letters_is_refused(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    head = b"WEBVTT\n\n00:01.000 --> 00:02.000\n" if name == "a.vtt" else b""
    (found,) = items(written(tmp_path, name, head + content))
    assert isinstance(found, Rejection)
    assert words in found.reason


def test_an_empty_text_of_any_form_is_refused(tmp_path: Path) -> None:
    for name in ("a.txt", "a.md", "a.html", "a.vtt", "a.srt", "a.pdf", "a.docx"):
        written(tmp_path, name, "")
    assert [type(i) for i in items(tmp_path)] == [Rejection] * 7


# --- HTML ------------------------------------------------------------------------------------

PAGE = """<!DOCTYPE html><html lang="fr"><head><meta charset="iso-8859-1">
<title>Le phare &amp; la rade</title><meta name="author" content="L. Sand&oacute;val">
<meta name="description" content="Un phare
de 1874."><style>p{color:red}</style><script>track()</script></head>
<body><nav><a href="/">Accueil</a></nav><!-- internal: insured for 3 million -->
<h1>Le <em>grand</em> phare</h1><p>Il éclaire la&nbsp;rade
depuis <b>1874</b>.<script>x</script> L’œuvre est d’un <i>maî</i>tre.</p>
<p hidden>Dépôt 4</p><p style="display: none">Dépôt 5</p><form><button>OK</button></form>
<ul><li>Bois</li><li><p>Huile</p></li></ul>
<table><tr><th>Lundi</th><td>fermé</td></tr>
<tr><td>Mardi</td><td><p>10 h – 18 h</p></td></tr></table>
<p>Rue du Port<br>Salle 3 &lt; Salle 4</p>Fin.<img src="http://elsewhere.example/x.png" alt="x">
</body></html>"""


def test_a_page_gives_its_words_in_paragraphs_and_what_its_head_says(tmp_path: Path) -> None:
    written(tmp_path, "MOS 1.html", PAGE, "cp1252")
    found = record(tmp_path)
    assert body(found).split("\n\n") == [
        "Le grand phare", "Il éclaire la rade depuis 1874. L’œuvre est d’un maître.", "Bois",
        "Huile", "Lundi · fermé", "Mardi · 10 h – 18 h", "Rue du Port\nSalle 3 < Salle 4", "Fin.",
    ]  # fmt: skip
    assert [(f.name, f.text, f.lang) for f in found.fields if f.name != "text"] == [
        ("title", "Le phare & la rade", "fr"), ("description", "Un phare de 1874.", "fr"),
    ]  # fmt: skip
    assert sorted(found.warnings) == [
        "parts of a page left out: 1 form", "parts of a page left out: 1 nav",
        "parts of a page left out: 2 hidden",
    ]  # fmt: skip
    for internal in ("insured", "Sandóval"):
        assert internal not in repr(found)


def test_a_piece_of_a_page_is_a_text_and_its_first_heading_the_title(tmp_path: Path) -> None:
    written(
        tmp_path, "a.htm", "Some <b>words</b> first.<h2>The wave</h2><div>It <span>rises</span>."
    )
    found = record(tmp_path)
    assert found.named("title")[0][1].text == "The wave"
    assert body(found) == "Some words first.\n\nThe wave\n\nIt rises."


def test_a_page_set_in_tables_keeps_its_paragraphs(tmp_path: Path) -> None:
    written(tmp_path, "a.html", "<table><tr><td><h1>A</h1><p>One.</p><p>Two.</p></td></tr></table>")
    assert body(record(tmp_path)) == "A\n\nOne.\n\nTwo."


def test_a_page_in_xhtml_with_its_own_declaration_is_read(tmp_path: Path) -> None:
    head = '<?xml version="1.0" encoding="iso-8859-7"?><!DOCTYPE html SYSTEM "http://x.example/d">'
    start = '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="el"><body><p>'
    page = f"{start}{GREEK}</p></body></html>"
    written(tmp_path, "a.html", head + page, "utf-16")
    found = record(tmp_path)
    assert [(f.text, f.lang) for f in found.fields] == [(GREEK, "el")]


def test_the_letters_of_a_page_are_stronger_than_what_it_declares(tmp_path: Path) -> None:
    written(tmp_path, "a.html", PAGE.replace("iso-8859-1", "iso-8859-2"), "utf-8")
    assert "L’œuvre est d’un maître" in body(record(tmp_path))


# --- Word ------------------------------------------------------------------------------------

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CHANGED = f"""<?xml version="1.0"?><w:document xmlns:w="{W}" xmlns:mc=
"http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:r=
"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>
<w:p><w:r><w:t xml:space="preserve">The wave </w:t></w:r><w:del w:author="a"><w:r><w:delText>cost
3 million and </w:delText></w:r></w:del><w:ins w:author="a"><w:r><w:t>rises</w:t></w:r></w:ins>
<w:commentRangeStart w:id="0"/><w:r><w:t>.</w:t></w:r><w:r><w:commentReference w:id="0"/></w:r>
<w:r><w:rPr><w:vanish/></w:rPr><w:t>Store A3</w:t></w:r>
<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>HYPERLINK "file:///secret"</w:instrText></w:r></w:p>
<w:p><w:hyperlink r:id="x"><w:r><w:t>A link</w:t><w:br/><w:t>on.</w:t></w:r></w:hyperlink></w:p>
<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:txbxContent><w:p><w:r><w:t>In a box.
</w:t></w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>In a box.
</w:t></w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>
<w:sdt><w:sdtPr><w:alias w:val="internal"/></w:sdtPr><w:sdtContent>
<w:p><w:r><w:t>In a field.</w:t></w:r>
</w:p></w:sdtContent></w:sdt></w:body></w:document>"""


def test_a_word_document_gives_its_paragraphs_tables_and_properties(tmp_path: Path) -> None:
    document = paper.docx(
        tmp_path / "MOS 1_pl.docx", title="Łódź", author="H. Morska", language="pl-PL"
    )
    document.add_heading("Rozdział", 1)
    document.add_paragraph(POLISH)
    table = document.add_table(2, 2)
    for cell, words in zip(table._cells, ("pon.", "nieczynne", "wt.", "10–18"), strict=True):
        cell.text = words
    document.sections[0].header.paragraphs[0].text = "Muzeum"
    document.save(str(tmp_path / "MOS 1_pl.docx"))
    found = record(tmp_path)
    assert body(found).split("\n\n") == ["Rozdział", POLISH, "pon. · nieczynne", "wt. · 10–18"]
    assert [(f.name, f.text, f.lang) for f in found.fields if f.name != "text"] == [
        ("title", "Łódź", "pl"),
    ]  # fmt: skip
    assert found.id == "s:MOS%201_pl.docx"
    assert found.warnings == ("headers and footers left out: 1",)


def test_who_typed_a_document_is_its_author_only_where_staff_say_so(tmp_path: Path) -> None:
    paper.docx(tmp_path / "a.docx", "A wave.", author="jsmit01")
    assert "jsmit01" not in repr(record(tmp_path))
    written(tmp_path, "a.yaml", "author: E. Nikolaou")
    assert record(tmp_path).author == "E. Nikolaou"


NO_TITLES = [
    "Microsoft Word - label7.doc", "Microsoft Word - label7", "untitled", "Untitled-2", "Document1",
    "Sans titre 3", "Unbenannt", "about:blank", "https://museum.example/x y", "www.museum.example",
    "file:///C:/Users/jsmit01/label", "wall 7", "wall 7.docx", " ",
]  # fmt: skip


@pytest.mark.parametrize("noted", NO_TITLES)
def test_the_heading_is_the_title_where_the_program_noted_none(tmp_path: Path, noted: str) -> None:
    document = paper.docx(tmp_path / "wall 7.docx", title=noted)
    document.add_heading("The wave", 0)
    document.save(str(tmp_path / "wall 7.docx"))
    assert titles(record(tmp_path / "wall 7.docx")) == ["The wave"]
    page = f"<title>{noted}</title><h1 hidden>Store A3</h1><h1>The <i>wave</i></h1><p>It rises."
    assert titles(record(written(tmp_path, "wall 7.html", page))) == ["The wave"]
    pdf = paper.pdf([["It rises."]], info=f"/Title ({noted}) /Author (jsmit01)")
    found = record(written(tmp_path, "wall 7.pdf", pdf))
    assert (titles(found), found.author) == ([], "")


def test_a_title_that_only_holds_such_a_word_is_one(tmp_path: Path) -> None:
    for title in ("Untitled (Blue)", "Document of a voyage", "About: the wave", "1642"):
        page = f"<title>{title}</title><p>It rises."
        assert titles(record(written(tmp_path, "wall 7.html", page))) == [title]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Before.\n\n# The *wave*\n\nIt rises.", ["The wave"]),
        ("---\ntitle: Foam\n---\n# The wave", ["Foam"]),
        ("It rises.\n\n## Technique\n\nWood.", []),
    ],
)
def test_the_first_great_heading_of_a_markdown_text_is_its_title(
    tmp_path: Path, text: str, title: list[str]
) -> None:
    assert titles(record(written(tmp_path, "wall 7.md", text))) == title


def test_what_was_struck_out_hidden_or_remarked_is_never_read(tmp_path: Path) -> None:
    paper.docx(tmp_path / "a.docx", "x")
    paper.repacked(tmp_path / "a.docx", {"word/document.xml": CHANGED})
    found = record(tmp_path)
    assert body(found) == "The wave rises.\n\nA link\non.\n\nIn a box.\n\nIn a field."
    assert found.warnings == ("tracked changes read as accepted: 2",)
    for internal in ("million", "Store", "secret", "internal"):
        assert internal not in repr(found)


def test_footnotes_stand_by_themselves_after_the_text(tmp_path: Path) -> None:
    paper.docx(tmp_path / "a.docx", "The wave.")
    with zipfile.ZipFile(tmp_path / "a.docx") as archive:
        relations = archive.read("word/_rels/document.xml.rels").decode()
        types = archive.read("[Content_Types].xml").decode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    outside = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    more = (
        f'<Relationship Id="r90" Type="{kind}" Target="footnotes.xml"/><Relationship Id="r91" '
        f'Type="{outside}" Target="http://elsewhere.example/x.png" TargetMode="External"/>'
    )
    note = (
        "<w:footnote {}><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>{}</w:t></w:r></w:p></w:footnote>"
    )
    notes = note.format('w:type="separator" w:id="0"', "---") + note.format(
        'w:id="1"', "See Sandoval."
    )
    paper.repacked(tmp_path / "a.docx", {
        "word/_rels/document.xml.rels": relations.replace("</Rel", more + "</Rel"),
        "[Content_Types].xml": types.replace(
            "</Types>", '<Override PartName="/word/footnotes.xml" ContentType="application/vnd.'
            'openxmlformats-officedocument.wordprocessingml.footnotes+xml"/></Types>'),
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{W}">{notes}</w:footnotes>',
    })  # fmt: skip
    assert [(f.text, f.source) for _, f in record(tmp_path).named("text")] == [
        ("The wave.", "body"), ("See Sandoval.", "footnote 1"),
    ]  # fmt: skip


def test_a_document_with_a_password_or_of_old_form_is_refused_in_these_words(
    tmp_path: Path,
) -> None:
    (found,) = items(written(tmp_path, "a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)))
    assert isinstance(found, Rejection)
    assert "locked by a password, or an old Word document. Save it" in found.reason


# --- recognising -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("wave.txt", "The wave, it is said,\nrises.", "texts"),
        ("export.txt", "number;title\n1;Wave\n", "csv"),
        ("export.txt", "number\ttitle\n1\tWave\n", "csv"),
        ("wave.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nA wave.", "texts"),
        ("wave.html", PAGE, "texts"),
    ],
)
def test_a_text_without_a_format_is_recognised(
    tmp_path: Path, name: str, content: str, form: str
) -> None:
    assert source_spec(str(written(tmp_path, name, content))).format == form
