"""Logistic regression on linear splines: a feature is a spline over its knots, the unknown value a column of its own.

A position between two knots belongs to both, by nearness. macros/ranking/spline_term.sql is the same in SQL.
"""

import numpy as np
from scipy.sparse import csr_matrix

# feature → its number of steps between knots, in the order of the columns
Knots = dict[str, int]


def places(knots: Knots) -> list[tuple[str, int]]:
    """(feature, knot) of each coefficient: the intercept, then per feature knot -1 (unknown), 0, 1, …"""
    return [("intercept", 0)] + [
        (name, knot) for name, count in knots.items() for knot in range(-1, count + 1)
    ]


def column_count(knots: Knots) -> int:
    return len(places(knots)) - 1


def design_matrix(positions: dict[str, np.ndarray], knots: Knots, rows=slice(None)) -> csr_matrix:
    """One line per row, two values per feature; positions are NaN where the feature is unknown."""
    row_count = next(iter(positions.values()))[rows].size
    columns = np.empty((row_count, 2 * len(knots)), dtype=np.int32)
    values = np.empty((row_count, 2 * len(knots)), dtype=np.float64)
    first = 0
    for number, (feature, count) in enumerate(knots.items()):
        position = np.asarray(positions[feature][rows], dtype=np.float64)
        unknown = np.isnan(position)
        below = np.floor(np.where(unknown, 0, position)).astype(np.int32)
        nearness = np.where(unknown, 0, position - below)
        columns[:, 2 * number] = first + np.where(unknown, 0, below + 1)
        columns[:, 2 * number + 1] = first + np.where(unknown, 0, np.minimum(below + 2, count + 1))
        values[:, 2 * number] = 1 - nearness
        values[:, 2 * number + 1] = nearness
        first += count + 2
    row_ends = np.arange(0, columns.size + 1, columns.shape[1])
    return csr_matrix((values.ravel(), columns.ravel(), row_ends), shape=(row_count, first))


def fit_logistic(
    design: csr_matrix, labels: np.ndarray, regularisation: float, weights: np.ndarray | None = None
) -> np.ndarray:
    """Intercept and a coefficient per column; `regularisation` is the weight of the squared coefficients.

    Where all labels are alike there is nothing to tell apart: the intercept alone, their share by Laplace's rule.
    """
    from sklearn.linear_model import LogisticRegression

    if np.unique(labels).size < 2:
        share = (labels.sum() + 1) / (labels.size + 2)
        return np.concatenate([[np.log(share / (1 - share))], np.zeros(design.shape[1])])
    model = LogisticRegression(C=1 / regularisation, max_iter=1000, tol=1e-6)
    model.fit(design, labels, sample_weight=weights)
    return np.concatenate([model.intercept_, model.coef_[0]])
