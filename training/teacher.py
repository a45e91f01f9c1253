"""The teacher: all-MiniLM-L6-v2 (Apache-2.0), read from a pinned wheel, used in training only.

BERT as in Devlin et al., 2019: mean of the last layer, normalised.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.bags import Rows
from training.pairs import Pairs

Matrix = NDArray[np.float32]

_LAYERS, _HEADS, _LONGEST = 6, 12, 96


def _encode(weights: dict[str, Any], ids: Any, mask: Any) -> Any:
    """Unit vectors of one batch of token numbers: shape (texts, 384)."""
    import torch.nn.functional as f

    def linear(x: Any, name: str) -> Any:
        return f.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def norm(x: Any, name: str) -> Any:
        return f.layer_norm(
            x, x.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"], 1e-12
        )

    n, length = ids.shape
    x = weights["embeddings.word_embeddings.weight"][ids]
    x = x + weights["embeddings.position_embeddings.weight"][:length]
    x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(_LAYERS):
        at = f"encoder.layer.{layer}."
        q, k, v = (
            linear(x, f"{at}attention.self.{name}").view(n, length, _HEADS, -1).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        seen = f.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
        seen = linear(seen.transpose(1, 2).reshape(n, length, -1), f"{at}attention.output.dense")
        x = norm(x + seen, f"{at}attention.output.LayerNorm")
        wide = linear(f.gelu(linear(x, f"{at}intermediate.dense")), f"{at}output.dense")
        x = norm(x + wide, f"{at}output.LayerNorm")
    held = mask[:, :, None].to(x.dtype)
    return f.normalize(((x * held).sum(1) / held.sum(1)).float(), dim=1)


def most_translated(pairs: Pairs, limit: int) -> Rows:
    """At most `limit` English texts, those in most pairs first, sentences before terms."""
    translations = np.bincount(pairs.english, minlength=len(pairs.texts))
    sentences = np.bincount(pairs.english[pairs.sentence], minlength=len(pairs.texts)) > 0
    order = np.argsort(-translations * (1 + 2 * sentences), kind="stable")[:limit]
    return order[translations[order] > 0].astype(np.int32)


def teach(folder: Path, texts: Sequence[str]) -> NDArray[np.float16]:
    """The teacher's unit vectors of `texts`, float16: shape (len(texts), 384). `folder` holds
    model.safetensors and tokenizer.json.
    """
    import torch
    from safetensors.torch import load_file
    from tokenizers import Tokenizer

    weights = {
        name: w.bfloat16()
        for name, w in load_file(folder / "model.safetensors").items()
        if w.is_floating_point()
    }
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_LONGEST)
    ids = [e.ids for e in tokenizer.encode_batch_fast(list(texts))]
    order = np.argsort([len(i) for i in ids], kind="stable")
    vectors = np.zeros((len(texts), 384), np.float16)
    at = 0
    with torch.inference_mode():
        while at < len(order):
            batch = order[at : at + max(16, 4096 // len(ids[order[at]]))]
            length = max(len(ids[i]) for i in batch)
            padded = torch.tensor([ids[i] + [0] * (length - len(ids[i])) for i in batch])
            vectors[batch] = _encode(weights, padded, padded != 0).numpy()
            at += len(batch)
    return vectors


def principal(vectors: NDArray[np.float16], dims: int) -> Matrix:
    """`vectors` on their `dims` principal axes, unit length again (nothing is centred, so that
    cosines stay).
    """
    sample = vectors[:: max(1, len(vectors) // 50_000)].astype(np.float32)
    _, axes = np.linalg.eigh(sample.T @ sample)
    turned = vectors.astype(np.float32) @ axes[:, ::-1][:, :dims]
    return np.asarray(
        turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-6), np.float32
    )
