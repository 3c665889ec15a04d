"""The learned weights, read from a file that a person can read too, and what they make of features.

Rule of the house: weights are made by `deployments/bench/fit.py` and by nothing else; here they are
only applied.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from core.matching.alike import Matrix
from core.matching.features import Features

WEIGHTS_FILE = "weights.toml"


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic curve over what speaks for trusting a proposal.

    Attributes:
        middle: Feature -> its mean where the curve was fitted.
        spread: Feature -> its spread there.
        weights: Feature -> how much one spread counts.
    """

    middle: Mapping[str, float]
    spread: Mapping[str, float]
    weights: Mapping[str, float]
    constant: float

    def chance(self, features: Features) -> Matrix:
        """How likely the proposal is right. (n, features) -> (n,)."""
        middle, spread, weights = (
            np.array([kept[name] for name in features.names])
            for kept in (self.middle, self.spread, self.weights)
        )
        score = ((features.values - middle) / spread) @ weights + self.constant
        found: Matrix = (1 / (1 + np.exp(-np.clip(score, -30, 30)))).astype(np.float32)
        return found


@dataclass(frozen=True, slots=True)
class Model:
    """Everything learned.

    Attributes:
        tables: What counts for an entity of a table.
        columns: What counts for a field of a column, where the table is only guessed.
        confirmed: The same, where a person has said what the table holds.
        sure: How sure a proposal is, where the table is only guessed.
        sure_confirmed: The same, where a person has said it.
    """

    tables: Mapping[str, float]
    columns: Mapping[str, float]
    confirmed: Mapping[str, float]
    sure: Calibration
    sure_confirmed: Calibration


def chances(features: Features, nothing: Features, weights: Mapping[str, float]) -> Matrix:
    """How likely each choice is, and last that it is none of them.

    Args:
        features: Of each choice. (n, choices, features).
        nothing: Of choosing none. (n, features).
        weights: Feature -> weight.

    Shape:
        (n, choices + 1), each row sums to 1.
    """
    scores = np.concatenate(
        [_scored(features, weights), _scored(nothing, weights)[:, None]], axis=1
    )
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: Matrix = grown / grown.sum(axis=1, keepdims=True)
    return found


def _scored(features: Features, weights: Mapping[str, float]) -> Matrix:
    counted = np.array([weights[name] for name in features.names], dtype=np.float32)
    found: Matrix = features.values @ counted
    return found


@cache
def shipped_model() -> Model:
    """The model that comes with the program."""
    text = files(__package__).joinpath(WEIGHTS_FILE).read_text(encoding="utf-8")
    return model_from(tomllib.loads(text))


def model_from(kept: Mapping[str, Any]) -> Model:
    """A model from what was kept of it."""
    return Model(
        kept["tables"],
        kept["columns"],
        kept["confirmed"],
        Calibration(**kept["sure"]),
        Calibration(**kept["sure_confirmed"]),
    )
