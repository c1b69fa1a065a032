"""The cross-encoder in torch: e5's lower layers over question and candidate together, one logit.

Each token's type says which side it stands on and how far the other side repeats it (see
index.rerank.encoding): a few thousand examples are too few for so small a model to learn copying unaided.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from index.rerank.encoding import TOKEN_TYPES
from index.training.weights import Backbone

HEAD_WIDTH = 384


def bert_from(backbone: Backbone, kept: np.ndarray, layers: int, token_types: int) -> BertModel:
    """A transformers BertModel holding the backbone's first layers and the kept rows of its vocabulary."""
    shape = backbone.shape
    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=shape.hidden,
        num_hidden_layers=layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.feed_forward,
        max_position_embeddings=shape.positions,
        type_vocab_size=token_types,
        layer_norm_eps=shape.epsilon,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        attn_implementation="eager",
    )
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict({k: torch.from_numpy(v) for k, v in _state(backbone, kept, layers, token_types).items()})
    return model


def _state(backbone: Backbone, kept: np.ndarray, layers: int, token_types: int) -> dict[str, np.ndarray]:
    source, hidden = backbone.tensors, backbone.shape.hidden
    first_type = source["emb.type"].reshape(-1, hidden)[:1]
    state = {
        "embeddings.word_embeddings.weight": source["emb.word"][kept],
        "embeddings.position_embeddings.weight": source["emb.pos"].reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": np.repeat(first_type, token_types, axis=0),
        "embeddings.LayerNorm.weight": source["emb.ln.w"],
        "embeddings.LayerNorm.bias": source["emb.ln.b"],
    }
    names = {
        "q": "attention.self.query",
        "k": "attention.self.key",
        "v": "attention.self.value",
        "ao": "attention.output.dense",
        "aln": "attention.output.LayerNorm",
        "fi": "intermediate.dense",
        "fo": "output.dense",
        "oln": "output.LayerNorm",
    }
    for layer in range(layers):
        for short, long in names.items():
            state[f"encoder.layer.{layer}.{long}.weight"] = source[f"l{layer}.{short}.w"]
            state[f"encoder.layer.{layer}.{long}.bias"] = source[f"l{layer}.{short}.b"]
    return state


class CrossEncoder(nn.Module):
    """Token ids and types → one logit a pair; > 0 means the candidate answers the question."""

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        self.bert = bert
        hidden = bert.config.hidden_size
        self.dense = nn.Linear(2 * hidden, HEAD_WIDTH)
        self.drop = nn.Dropout(0.1)
        self.out = nn.Linear(HEAD_WIDTH, 1)

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """Logits of a padded batch; mask is 1 for tokens, 0 for padding."""
        hidden = self.bert(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
        weight = mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weight).sum(1) / weight.sum(1)
        pooled = torch.cat([hidden[:, 0], mean], dim=-1)
        return self.out(self.drop(torch.tanh(self.dense(self.drop(pooled))))).squeeze(-1)


def build(backbone: Backbone, kept: np.ndarray, layers: int) -> CrossEncoder:
    """A cross-encoder fresh from the backbone."""
    return CrossEncoder(bert_from(backbone, kept, layers, TOKEN_TYPES))
