"""The embedder that ships: its pieces, its vectors, its files, and what it forgets."""

import functools
import gc
import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import orjson
import pytest
from tokenizers import Regex, Tokenizer, models, pre_tokenizers

from explorer.backends import embedded
from explorer.backends.embedded import StaticEmbedder, open_static
from explorer.errors import ExplorerError
from explorer.text import fold_to_latin

DIMS = 16
SHIPPED = Path(embedded.__file__).parents[1] / "models" / embedded.SHIPPED
WORDS = [
    "the", "great", "wave", "vase", "of", "clay", "who", "made", "it", "den", "stora", "vågen",
    "vem", "målade", "η", "μεγάλο", "κύμα", "большая", "волна", "suuri", "aalto", "ja",
]  # fmt: skip
TEXTS = [
    "The great WAVE, off the coast",
    "Vem målade «den stora vågen»?",
    "NM 1234/56-b (1831–33), 20×30 cm ½",
    "Η ΜΕΓΑΛΗ κύμα; Большая волна...",
    "葛飾北斎の作品、富嶽三十六景",
    "ﬁne Å e\u0301 \u0301x $5+5=10€ a_b c\u00a0d",
    "unknown ✂✂✂ signs ✂ x✂y",
    "",
    "  \n\t ",
]


def tiny_tokenizer() -> Tokenizer:
    """A Unigram of whole words and of letters, inside a word and at its start."""
    words = [word for text in WORDS for word in embedded.split_words(text)]
    letters = sorted(set("".join(words) + "abcdefghijklmnopqrstuvwxyz0123456789"))
    pieces = [*words, *letters, "ast", "wa", "ve", "sig"]
    random = np.random.default_rng(3)
    scores = [-float(len(pieces)) / len(piece) - random.random() for piece in pieces]
    vocab = [("[UNK]", 0.0), *dict(zip(pieces, scores, strict=True)).items()]
    tokenizer = Tokenizer(models.Unigram(vocab, unk_id=0, byte_fallback=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[^\p{L}\p{M}\p{N}]+"), "removed"),
            pre_tokenizers.Digits(individual_digits=False),
        ]
    )
    return tokenizer


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The folder of a tiny model with random vectors."""
    folder = tmp_path / "model"
    folder.mkdir()
    tokenizer = tiny_tokenizer()
    random = np.random.default_rng(5)
    shape = [("scale", "<f2"), ("vector", "i1", (DIMS,))]
    pieces = np.zeros(tokenizer.get_vocab_size(), shape)
    pieces["scale"] = random.uniform(0.001, 0.02, len(pieces))
    pieces["vector"] = random.integers(-127, 128, (len(pieces), DIMS))
    np.save(folder / embedded.PIECES, pieces)
    (folder / embedded.TOKENIZER).write_bytes(gzip.compress(tokenizer.to_str().encode()))
    fingerprint = f"tiny-16-{embedded.fingerprint_digits(folder)}"
    told = {"name": "tiny-16", "fingerprint": fingerprint, "dims": DIMS, "pieces": len(pieces)}
    (folder / embedded.MODEL).write_bytes(orjson.dumps(told))
    return folder


@pytest.fixture
def tiny(model: Path) -> StaticEmbedder:
    return open_static(str(model))


def pieces_of(text: str, folder: Path) -> list[int]:
    """The pieces as the embedder cuts them."""
    content = gzip.decompress((folder / embedded.TOKENIZER).read_bytes())
    unigram = embedded.read_unigram(content)
    words = [unigram.cut(word) for word in embedded.split_words(text)]
    # `tokenizers` writes characters unknown side by side as one unknown piece.
    return [
        max(piece, 0)
        for pieces in words
        for before, piece in zip((0, *pieces), pieces, strict=False)
        if piece >= 0 or before >= 0
    ]


@pytest.mark.parametrize("text", TEXTS)
def test_pieces_are_those_of_the_tokenizers_package(model: Path, text: str) -> None:
    assert pieces_of(text, model) == tiny_tokenizer().encode(fold_to_latin(text)).ids


def test_a_vector_is_the_sum_of_its_pieces_at_unit_length(
    model: Path, tiny: StaticEmbedder
) -> None:
    table = np.load(model / embedded.PIECES)
    for text in TEXTS[:4]:
        rows = table[tiny_tokenizer().encode(fold_to_latin(text)).ids]
        total = (rows["vector"].astype(float) * rows["scale"].astype(float)[:, None]).sum(axis=0)
        expected = total / np.linalg.norm(total)
        assert np.allclose(tiny.embed_query(text), expected, atol=1e-6)
        assert np.allclose(tiny.embed_passages([text]), expected, atol=1e-6)


def test_letters_the_model_does_not_know_are_at_least_like_themselves(
    tiny: StaticEmbedder,
) -> None:
    wave, temple, vase = tiny.embed_passages(["葛飾北斎の浮世絵", "金閣寺", "a vase of clay"])
    asked = tiny.embed_query("北斎の絵")
    assert asked @ wave > 0.5
    assert abs(asked @ temple) < 0.5
    assert abs(asked @ vase) < 0.5


def test_a_text_without_pieces_is_the_zero_vector(tiny: StaticEmbedder) -> None:
    assert not tiny.embed_passages(["", " \n"]).any()
    assert not tiny.embed_query("").any()
    assert tiny.embed_passages([]).shape == (0, DIMS)


@pytest.mark.parametrize(
    "text", ["a\ud800 wave \udfff", "\x00", "wave\x00\x07", "wave " * 20_000, "x" * 100_000]
)
def test_no_text_is_too_odd_or_too_long(tiny: StaticEmbedder, text: str) -> None:
    vector = tiny.embed_query(text)
    assert np.linalg.norm(vector) == pytest.approx(
        float(bool(embedded.split_words(text))), abs=1e-5
    )
    assert np.array_equal(tiny.embed_passages([text])[0], vector)


def _remembered() -> int:
    """Entries in all caches of this process that are made with functools."""
    caches = [o for o in gc.get_objects() if isinstance(o, functools._lru_cache_wrapper)]
    return sum(cache.cache_info().currsize for cache in caches)


def test_nothing_a_visitor_types_is_remembered(tiny: StaticEmbedder) -> None:
    tiny.embed_query("who")
    before = _remembered()
    tiny.embed_query("is my neighbour Xanthippe's stolen vase here?")
    assert _remembered() == before
    tiny.embed_passages(["a vase", "letters" * 20])
    assert _remembered() == before + 2  # the words of passages, but no endless one


def test_opening_reads_the_fingerprint_and_nothing_else(model: Path) -> None:
    (model / embedded.PIECES).unlink()
    (model / embedded.TOKENIZER).unlink()
    opened = open_static(str(model))
    assert opened.fingerprint.startswith("tiny-16-")
    assert opened.dims == DIMS
    with pytest.raises(ExplorerError):
        opened.embed_query("wave")


def test_the_fingerprint_changes_with_any_vector_and_any_score(model: Path) -> None:
    first = embedded.fingerprint_digits(model)
    pieces = np.load(model / embedded.PIECES)
    pieces["vector"][7, 3] ^= 1
    np.save(model / embedded.PIECES, pieces)
    second = embedded.fingerprint_digits(model)
    content = gzip.decompress((model / embedded.TOKENIZER).read_bytes())
    (model / embedded.TOKENIZER).write_bytes(gzip.compress(content, 1))
    assert embedded.fingerprint_digits(model) == second
    (model / embedded.TOKENIZER).write_bytes(gzip.compress(content + b" "))
    assert len({first, second, embedded.fingerprint_digits(model)}) == 3


def _cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _garbled(file: Path) -> None:
    file.write_bytes(b"not what it was" * 100)


@pytest.mark.parametrize("harm", [Path.unlink, _cut_short, _garbled])
@pytest.mark.parametrize("file", [embedded.PIECES, embedded.TOKENIZER, embedded.MODEL])
def test_a_missing_or_damaged_file_is_named_with_a_remedy(
    model: Path, file: str, harm: Callable[[Path], None]
) -> None:
    harm(model / file)
    with pytest.raises(ExplorerError) as refused:
        open_static(str(model)).embed_passages(["wave"])
    assert file in refused.value.problem
    assert "Install" in refused.value.remedy


def test_vectors_of_another_model_are_refused(model: Path) -> None:
    np.save(model / embedded.PIECES, np.load(model / embedded.PIECES)[:-1])
    with pytest.raises(ExplorerError, match=embedded.PIECES):
        open_static(str(model)).embed_query("wave")


def test_check_notices_one_changed_byte(model: Path, tiny: StaticEmbedder) -> None:
    assert f"{DIMS} dimensions" in tiny.check()
    content = bytearray((model / embedded.PIECES).read_bytes())
    content[-1] ^= 1
    (model / embedded.PIECES).write_bytes(content)
    with pytest.raises(ExplorerError, match="damaged"):
        tiny.check()


def test_threads_that_come_at_once_load_one_model(tiny: StaticEmbedder) -> None:
    together = Barrier(8)

    def ask(number: int) -> tuple[int, bytes]:
        together.wait()
        return id(tiny._parts()), tiny.embed_query("the great wave").tobytes()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1


shipped = pytest.mark.skipif(
    not SHIPPED.is_dir(), reason=f"the model {embedded.SHIPPED} is not in the package"
)


@shipped
def test_the_shipped_model_is_whole_and_small() -> None:
    assert "works" in open_static("").check()
    assert (SHIPPED / embedded.PIECES).stat().st_size < 32_000_000
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) <= 34_000_000
    told = embedded.read_model(SHIPPED)
    assert told["licence"] == "CC-BY-SA-4.0"
    assert told["pieces"] == len(np.load(SHIPPED / embedded.PIECES, mmap_mode="r"))


@shipped
def test_the_shipped_models_pieces_are_those_of_the_tokenizers_package() -> None:
    content = gzip.decompress((SHIPPED / embedded.TOKENIZER).read_bytes())
    tokenizer = Tokenizer.from_buffer(content)
    for text in TEXTS:
        expected = tokenizer.encode(fold_to_latin(text), add_special_tokens=False).ids
        assert pieces_of(text, SHIPPED) == expected


@shipped
def test_the_shipped_model_finds_a_text_by_a_question_in_another_language() -> None:
    model = open_static("")
    texts = ["A vase made of clay", "A great wave at sea", "A portrait of the queen"]
    vectors = model.embed_passages(texts)
    questions = ["un vaso de barro", "die große Welle im Meer", "porträtt av drottningen"]
    found = [int((vectors @ model.embed_query(question)).argmax()) for question in questions]
    assert found == [0, 1, 2]


@shipped
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_the_shipped_model_loads_fast_and_stays_small_in_memory() -> None:
    code = (
        "import time, pathlib, numpy, orjson, explorer.backends.specs\n"
        "kb = lambda: int(pathlib.Path('/proc/self/status').read_text()"
        ".split('VmRSS:')[1].split()[0])\n"
        "before = kb()\n"
        "from explorer.backends.embedded import open_static\n"
        "model = open_static('')\n"
        "start = time.process_time()\n"
        "model.embed_query('wave')\n"
        "print(time.process_time() - start)\n"
        "model.embed_passages([f'text {i} of many words' for i in range(20_000)])\n"
        "model._parts().vectors.sum()\n"
        "print((kb() - before) / 1024)"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONPATH": str(SHIPPED.parents[2])},
        ).stdout.split()
        for _ in range(3)
    ]  # fmt: skip
    assert min(float(seconds) for seconds, _ in runs) < 0.4
    assert max(float(megabytes) for _, megabytes in runs) <= 100
