"""Language models of two megabytes without trained weights, for the real llama.cpp to serve."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WINDOW = 16_384  # tokens; of a prompt nearly every byte is one
_LAYERS, _HEADS, _DIMS, _WIDE = 2, 4, 128, 256
_TAGS = ("<unk>", "<s>", "</s>", "<|system|>", "<|user|>", "<|assistant|>")
_END, _TURN = _TAGS.index("</s>"), _TAGS.index("<|assistant|>")
_TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}</s>"
    "{% endfor %}<|assistant|>"
)
_SHAPES = {
    "attn_q": (_DIMS, _DIMS), "attn_k": (_DIMS, _DIMS), "attn_v": (_DIMS, _DIMS),
    "attn_output": (_DIMS, _DIMS), "ffn_gate": (_WIDE, _DIMS), "ffn_up": (_WIDE, _DIMS),
    "ffn_down": (_DIMS, _WIDE),
}  # fmt: skip


def pieces(text: str) -> list[str]:
    """The text in words with the space before them; one that was there before takes the next along.

    So every piece stands once, and what follows it is always the same.
    """
    found: list[str] = []
    held = ""
    for word in re.findall(r"\s*\S+", text):
        held += word
        if held not in found:
            found.append(held)
            held = ""
    found[-1] += held
    assert len(set(found)) == len(found)
    return found


def write_scripted(path: Path, text: str) -> None:
    """Nothing; the model in `path` answers every prompt with `text`, a piece at a time.

    Its layers add nothing, and its last matrix has each token call the one that follows it.
    """
    words = pieces(text)
    seen = np.random.default_rng(7).choice([-1.0, 1.0], (_size(words), _DIMS))
    says = np.zeros_like(seen)
    first = _size(())
    chain = [_TURN, *range(first, first + len(words)), _END]
    for one, following in pairwise(chain):
        says[following] = seen[one]
    _write(path, words, seen, says, {name: np.zeros(shape) for name, shape in _SHAPES.items()})


def write_babbling(path: Path) -> None:
    """Nothing; the model in `path` says words and letters at random, always the same, for ever."""
    random = np.random.default_rng(7)
    syllables = [a + b for a in "bdfklmnprst" for b in "aeiou"]
    words = [f" {one}{other}" for one, other in random.choice(syllables, (20, 2))]
    words = list(dict.fromkeys(words))
    seen = random.normal(size=(_size(words), _DIMS))
    says = random.normal(size=(_size(words), _DIMS))
    silent = [*range(len(_TAGS) + ord(" ")), *range(len(_TAGS) + ord("\x7f"), _size(()))]
    says[silent] = 0.0
    layers = {name: random.normal(size=s) / np.sqrt(s[1]) for name, s in _SHAPES.items()}
    _write(path, words, seen, says, layers)


def write_embedder(path: Path) -> None:
    """Nothing; the model in `path` gives a text the mean of its bytes' vectors."""
    seen = np.random.default_rng(7).normal(size=(_size(()), _DIMS))
    layers = {name: np.zeros(shape) for name, shape in _SHAPES.items()}
    _write(path, (), seen, seen, layers, embeds=True)


def _size(words: Sequence[str]) -> int:
    return len(_TAGS) + 256 + len(words)


def _write(
    path: Path,
    words: Sequence[str],
    seen: NDArray[Any],
    says: NDArray[Any],
    layers: Mapping[str, NDArray[Any]],
    *,
    embeds: bool = False,
) -> None:
    """Nothing; a GGUF file of Llama's architecture, every layer with the same weights."""
    import gguf

    kind = gguf.TokenType
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(WINDOW)
    writer.add_embedding_length(_DIMS)
    writer.add_block_count(_LAYERS)
    writer.add_feed_forward_length(_WIDE)
    writer.add_head_count(_HEADS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_dimension_count(_DIMS // _HEADS)
    if embeds:
        writer.add_pooling_type(gguf.PoolingType.MEAN)

    letters = [f"<0x{byte:02X}>" for byte in range(256)]
    writer.add_tokenizer_model("llama")
    writer.add_token_list([*_TAGS, *letters, *(word.replace(" ", "▁") for word in words)])
    writer.add_token_scores([0.0] * _size(words))
    writer.add_token_types(
        [kind.UNKNOWN, *[kind.CONTROL] * (len(_TAGS) - 1), *[kind.BYTE] * 256,
         *[kind.NORMAL] * len(words)]
    )  # fmt: skip
    writer.add_bos_token_id(_TAGS.index("<s>"))
    writer.add_eos_token_id(_END)
    writer.add_unk_token_id(_TAGS.index("<unk>"))
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(_TEMPLATE)

    ones = np.ones(_DIMS)
    weights = {"token_embd": seen, "output": says, "output_norm": ones}
    for layer in range(_LAYERS):
        weights |= {f"blk.{layer}.{name}": matrix for name, matrix in layers.items()}
        weights |= {f"blk.{layer}.attn_norm": ones, f"blk.{layer}.ffn_norm": ones}
    for name, matrix in weights.items():
        writer.add_tensor(f"{name}.weight", matrix.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
