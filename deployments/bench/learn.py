"""Fits the weights: a choice among what a table or column can be, and a curve of how sure it is.

Rule of the house: numpy alone; the same cases give the same weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.matching.features import Features
from core.matching.model import Calibration

Array = npt.NDArray[np.float64]

_STEPS, _CURVE_STEPS, _LEAST = 12, 30, 1e-9
_COUNTING, _SETTLED = 1e-4, 1e-4


@dataclass(frozen=True, slots=True)
class Choices:
    """What one table or column can be, and what is right.

    Attributes:
        values: (choices, features).
        is_right: (choices,).
        weight: How much it counts.
    """

    values: npt.NDArray[np.float32]
    is_right: npt.NDArray[np.bool_]
    weight: float


@dataclass(frozen=True, slots=True)
class _State:
    """Where a fit stands.

    Attributes:
        chance: Of each choice.
        hit: Of what is right, in each case.
        loss: How bad the weights are.
    """

    chance: npt.NDArray[np.float32]
    hit: npt.NDArray[np.float32]
    loss: float


class _Fit:
    """All choices laid out as arrays, and the state of a fit under given weights.

    Shape:
        n choices of m cases: values (n, features), group (n,), counts and starts (m,).
    """

    def __init__(self, cases: Sequence[Choices], ridge: float) -> None:
        """Lay the cases out one after the other, every feature in units of its own spread."""
        values = np.concatenate([one.values for one in cases])
        lengths = np.array([len(one.values) for one in cases])
        self.spread = values.std(axis=0) + 1e-3
        self.values = (values / self.spread).astype(np.float32)
        self.right = np.concatenate([one.is_right for one in cases]).astype(np.float32)
        self.counts = np.array([one.weight for one in cases], dtype=np.float32)
        self.starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
        self.group = np.repeat(np.arange(len(cases)), lengths)
        self.ridge = ridge

    def state(self, weights: Array) -> _State:
        """Chances under some weights, and how bad they are."""
        score = self.values @ weights.astype(np.float32)
        grown = np.exp(score - np.maximum.reduceat(score, self.starts)[self.group])
        chance = grown / np.add.reduceat(grown, self.starts)[self.group]
        hit = np.add.reduceat(chance * self.right, self.starts)
        missed = -(np.log(np.maximum(hit, _LEAST)) * self.counts).sum()
        return _State(chance, hit, float(missed + 0.5 * self.ridge * weights @ weights))

    def step(self, weights: Array, state: _State) -> Array:
        """Newton's step from there."""
        wanted = state.chance * self.right / np.maximum(state.hit[self.group], _LEAST)
        each = self.counts[self.group]
        slope = ((state.chance - wanted) * each) @ self.values + self.ridge * weights
        middle = np.add.reduceat(self.values * state.chance[:, None], self.starts, axis=0)
        kept = state.chance > _COUNTING
        heavy = (self.values[kept] * (state.chance * each)[kept][:, None]).T @ self.values[kept]
        bent = heavy - (middle * self.counts[:, None]).T @ middle
        ridged = bent + (self.ridge + 1e-3) * np.eye(len(weights))
        step: Array = np.linalg.solve(ridged, slope)
        return step


def fit_choice(cases: Sequence[Choices], names: Sequence[str], ridge: float) -> dict[str, float]:
    """Weights under which what is right is likeliest (softmax, Newton steps, ridge)."""
    fit = _Fit(cases, ridge)
    weights: Array = np.zeros(len(names))
    state = fit.state(weights)
    for _ in range(_STEPS):
        step = fit.step(weights, state)
        length = 1.0
        while (tried := fit.state(weights - length * step)).loss > state.loss + 1e-6:
            length /= 2
            if length <= _LEAST:
                break
        is_done = state.loss - tried.loss < _SETTLED * abs(state.loss)
        weights = weights - length * step
        state = tried
        if is_done:
            break
    return {name: float(value) for name, value in zip(names, weights / fit.spread, strict=True)}


def fit_curve(
    features: Sequence[Features], is_right: Array, counts: Array, ridge: float
) -> Calibration:
    """How sure a proposal is, from what it was out of its own source (Platt's curve)."""
    names = features[0].names
    values = np.concatenate([one.values for one in features]).astype(np.float64)
    middle, spread = values.mean(axis=0), values.std(axis=0) + 1e-6
    scaled = np.c_[(values - middle) / spread, np.ones(len(values))]
    weights = np.zeros(scaled.shape[1])
    ridges = np.r_[np.full(len(names), ridge), _LEAST]
    for _ in range(_CURVE_STEPS):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        bent = (scaled * (chance * (1 - chance) * counts)[:, None]).T @ scaled + np.diag(ridges)
        weights = weights - np.linalg.solve(
            bent, scaled.T @ ((chance - is_right) * counts) + ridges * weights
        )
    return Calibration(
        dict(zip(names, map(float, middle), strict=True)),
        dict(zip(names, map(float, spread), strict=True)),
        dict(zip(names, map(float, weights[:-1]), strict=True)),
        float(weights[-1]),
    )
