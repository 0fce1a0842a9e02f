"""How good ranked lists and probabilities are, by DEFINITIONS' formulas."""

import numpy as np

CALIBRATION_BINS = 10


def top_ranks(
    users: np.ndarray, scores: np.ndarray, ties: np.ndarray, length: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of each user's best `length` candidates and their places from 0, users one after the other, best first.

    Equal scores go by `ties`.
    """
    order = np.lexsort((ties, -scores, users))
    _, first, place = np.unique(users[order], return_index=True, return_inverse=True)
    places = np.arange(order.size) - first[place]
    return order[places < length], places[places < length]


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
    rows, places = top_ranks(users, scores, ties, length)
    hits: dict[int, float] = {}
    gains: dict[int, float] = {}
    for row, place in zip(rows[labels[rows] > 0], places[labels[rows] > 0], strict=True):
        user = users[row]
        hits[user] = hits.get(user, 0) + 1
        gains[user] = gains.get(user, 0) + discounts[place]
    recall = [hits.get(user, 0) / min(length, count) for user, count in relevant.items()]
    ndcg = [gains.get(user, 0) / ideal[min(length, count)] for user, count in relevant.items()]
    return (float(np.mean(recall)), float(np.mean(ndcg))) if relevant else (0.0, 0.0)


def probability_metrics(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """AUC (only where both labels occur), log loss, and the expected calibration error.

    The last: rows in ten equally large bins by probability; the mean over all rows of the distance between the mean
    probability and the share of positive labels of their bin (Naeini et al. 2015).
    """
    from sklearn.metrics import log_loss, roc_auc_score

    if not labels.size:
        return {}
    order = np.argsort(probabilities, kind="stable")
    bins = np.array_split(order, min(CALIBRATION_BINS, order.size))
    distances = [abs(probabilities[rows].mean() - labels[rows].mean()) * rows.size for rows in bins]
    found = {
        "log_loss": float(log_loss(labels, probabilities, labels=[0, 1])),
        "calibration_error": float(sum(distances) / order.size),
    }
    if 0 < labels.sum() < labels.size:
        found["auc"] = float(roc_auc_score(labels, probabilities))
    return found
