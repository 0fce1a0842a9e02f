"""How good ranked lists are, per user and averaged: recall, NDCG and the like of DEFINITIONS' formulas."""

import numpy as np


def top_ranks(users: np.ndarray, scores: np.ndarray, ties: np.ndarray, length: int) -> np.ndarray:
    """Rows of each user's best `length` candidates, users one after the other, best first; equal scores by `ties`."""
    order = np.lexsort((ties, -scores, users))
    _, first, place = np.unique(users[order], return_index=True, return_inverse=True)
    return order[np.arange(order.size) - first[place] < length]


def recall_and_ndcg(
    users: np.ndarray,
    scores: np.ndarray,
    ties: np.ndarray,
    labels: np.ndarray,
    relevant: dict[int, int],
    length=10,
) -> tuple[float, float]:
    """Means over the users of `relevant` (user → relevant items, in or out of the candidates).

    recall = hits / min(length, relevant); NDCG with 1 / log2(1 + place).
    """
    discounts = 1 / np.log2(np.arange(length) + 2)
    ideal = np.concatenate([[0], np.cumsum(discounts)])
    rows = top_ranks(users, scores, ties, length)
    _, first, place = np.unique(users[rows], return_index=True, return_inverse=True)
    places = np.arange(rows.size) - first[place]
    hits: dict[int, float] = {}
    gains: dict[int, float] = {}
    for row, position in zip(rows[labels[rows] > 0], places[labels[rows] > 0], strict=True):
        user = users[row]
        hits[user] = hits.get(user, 0) + 1
        gains[user] = gains.get(user, 0) + discounts[position]
    recall = [hits.get(user, 0) / min(length, count) for user, count in relevant.items()]
    ndcg = [gains.get(user, 0) / ideal[min(length, count)] for user, count in relevant.items()]
    return (float(np.mean(recall)), float(np.mean(ndcg))) if relevant else (0.0, 0.0)
