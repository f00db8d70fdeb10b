"""What training lowers: a contrastive loss over one table of token rows.

A text's vector is the sum of its tokens' rows, and must be nearer to its partner's than to any
other of the batch. A second loss for late interaction (the best cosine of each question token) was
tried and dropped: docs/decisions/0002-encoder.md.
"""

from __future__ import annotations

import torch
import torch.nn.functional as nn
from torch import Tensor

from models.encoder.bags import Bags

MATRYOSHKA = (1.0, 0.5, 0.25)
"""Weights of the whole vector, of its first half, and of its first quarter."""
SCALE = 20.0


def pooled(table: Tensor, bags: Bags) -> Tensor:
    """The sums (n, d) of the rows of each bag."""
    return nn.embedding_bag(
        torch.from_numpy(bags.ids), table, torch.from_numpy(bags.starts), mode="sum"
    )


def pooled_loss(table: Tensor, one: Bags, other: Bags) -> Tensor:
    """Symmetric InfoNCE at three lengths of the vectors (Matryoshka), scale 20."""
    left, right = pooled(table, one), pooled(table, other)
    own = torch.arange(len(left))
    loss = torch.zeros(())
    for part, weight in enumerate(MATRYOSHKA):
        size = left.shape[1] >> part
        scores = SCALE * (nn.normalize(left[:, :size]) @ nn.normalize(right[:, :size]).T)
        both = nn.cross_entropy(scores, own) + nn.cross_entropy(scores.T, own)
        loss = loss + weight * both / 2
    return loss
