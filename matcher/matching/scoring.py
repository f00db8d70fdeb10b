"""Rank the candidates of a tier: contributions of each feature, the best profile, the sum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .features import BY_NAME, Pairs
from .ranker import Block, Doubles, Ranker


@dataclass(frozen=True, slots=True)
class Scored:
    """A tier's candidates with their scores; n organisations, f features in the ranker's order."""

    pairs: Pairs
    holding: NDArray[np.int64]
    """(n,) the holding whose profile fits best."""
    values: Doubles
    """(n, f), NaN missing."""
    contributions: Doubles
    """(n, f)"""
    fit: Doubles
    track_record: Doubles
    score: Doubles

    @property
    def organisations(self) -> NDArray[np.int64]:
        return self.pairs.candidates.organisations

    @property
    def texts(self) -> NDArray[np.int64]:
        """(n,) the text of the best profile."""
        return self.pairs.candidates.texts[self.holding]


def score(pairs: Pairs, ranker: Ranker) -> Scored:
    """Take each organisation's best profile and add up prior, fit and track record.

    The best profile is the one with the greatest fit; of equal ones the one whose text has the
    smaller hash, so that files' order never shows.
    """
    candidates = pairs.candidates
    fit_curves, track_curves = ranker.of(Block.FIT), ranker.of(Block.TRACK_RECORD)
    fit_values = {c.feature: BY_NAME[c.feature].compute(pairs) for c in fit_curves}
    fit_added = {c.feature: c.contribution(fit_values[c.feature]) for c in fit_curves}
    holding_fit = sum(fit_added.values(), np.zeros(len(candidates.profiles)))
    best = best_holdings(holding_fit, candidates.offsets)
    track_values = {c.feature: BY_NAME[c.feature].compute(pairs) for c in track_curves}
    track_added = {c.feature: c.contribution(track_values[c.feature]) for c in track_curves}
    fit = holding_fit[best]
    track = sum(track_added.values(), np.zeros(len(candidates)))
    columns = [
        (fit_values[c.feature][best], fit_added[c.feature][best])
        if c.block is Block.FIT
        else (track_values[c.feature], track_added[c.feature])
        for c in ranker.curves
    ]
    return Scored(
        pairs=pairs,
        holding=best,
        values=np.stack([np.asarray(v, np.float64) for v, _ in columns], axis=1),
        contributions=np.stack([added for _, added in columns], axis=1),
        fit=fit,
        track_record=track,
        score=ranker.prior + fit + track,
    )


def best_holdings(fit: Doubles, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) For each organisation the first of its holdings with the greatest fit."""
    greatest = np.maximum.reduceat(fit, offsets[:-1])
    reaches = np.flatnonzero(fit == np.repeat(greatest, np.diff(offsets)))
    return reaches[np.searchsorted(reaches, offsets[:-1])]
