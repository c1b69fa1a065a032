"""The pieces worth keeping, and the tokenizer over them as one committed JSON file.

Kept: Han, digits, short Latin runs, punctuation. A Latin word outside them falls apart into letters, a letter
of another script becomes <unk>: acceptable for Chinese plans, and it takes nine tenths off the embedding.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
from tokenizers import Regex, Tokenizer
from tokenizers.decoders import Metaspace as MetaspaceDecoder
from tokenizers.models import Unigram
from tokenizers.normalizers import NFKC, Replace, Sequence
from tokenizers.pre_tokenizers import Metaspace

from index.training.weights import METASPACE, SPECIALS, Backbone

HAN = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
PUNCTUATION = set("，。、；：？！“”‘’（）《》〈〉【】〔〕「」『』—–-·…～〜•●○◆■□→×÷±≤≥≈≠∶％‰℃￥①②③④⑤⑥⑦⑧⑨⑩ⅠⅡⅢⅣⅤ〇─")
LATIN_LENGTH = 2
DIGIT_LENGTH = 4
PREFIX_WORDS = frozenset({"query", "▁query", "▁passage"})


def is_han(character: str) -> bool:
    """Whether it is a Chinese character."""
    return any(low <= ord(character) <= high for low, high in HAN)


def worth_keeping(piece: str) -> bool:
    """Whether a piece can occur in a Chinese question or plan often enough to have its own row."""
    bare = piece.replace(METASPACE, "")
    if piece in SPECIALS or piece in PREFIX_WORDS:
        return True
    if not bare:
        return piece == METASPACE
    if any(is_han(c) for c in bare):
        return all(is_han(c) or c.isascii() or c in PUNCTUATION for c in bare)
    if bare.isascii():
        return len(bare) <= (DIGIT_LENGTH if bare.isdigit() else LATIN_LENGTH)
    return len(bare) <= LATIN_LENGTH and all(c in PUNCTUATION or c.isascii() for c in bare)


def kept_ids(backbone: Backbone) -> np.ndarray:
    """Ids of the pieces kept, ascending: the specials stay 0 to 3."""
    return np.array([i for i, piece in enumerate(backbone.pieces) if worth_keeping(piece)], np.int64)


def build_tokenizer(backbone: Backbone, kept: np.ndarray) -> Tokenizer:
    """A Unigram tokenizer whose id i is row i of the pruned embedding.

    NFKC stands in for the original normalisation map: on Chinese text they agree, and it needs no data.
    Special pieces get the lowest score so that no input text can spell them.
    """
    lowest = float(backbone.scores.min()) - 10.0
    pairs = [(backbone.pieces[i], lowest if i < len(SPECIALS) else float(backbone.scores[i])) for i in kept]
    tokenizer = Tokenizer(Unigram(pairs, unk_id=SPECIALS.index("<unk>"), byte_fallback=False))
    controls = "".join(chr(c) for c in range(0x20) if not unicodedata.normalize("NFKC", chr(c)).isspace())
    tokenizer.normalizer = Sequence(
        [NFKC(), Replace(Regex(f"[{controls}\x7f\u200b-\u200f\ufeff]"), ""), Replace(Regex(r"\s+"), " ")]
    )
    tokenizer.pre_tokenizer = Metaspace(replacement=METASPACE, prepend_scheme="always", split=False)
    tokenizer.decoder = MetaspaceDecoder(replacement=METASPACE, prepend_scheme="always")
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, path: Path) -> None:
    """Write the tokenizer file that the runtime loads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(path), pretty=False)
