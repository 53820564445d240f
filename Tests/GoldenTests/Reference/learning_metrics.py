#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Metrics by scikit-learn and scipy, and losses written out with numpy in double precision.

usage: learning_metrics.py > ../Golden/learning-metrics.json      (needs numpy, scipy, scikit-learn)

Inputs are made here and kept in the file, so that the test needs no generator.
"""
import json
import sys

import numpy as np
from scipy import stats
from scipy.special import log_softmax, softmax
from sklearn import metrics

rng = np.random.default_rng(5)


def expected_calibration_error(p, y, bins=15):
    confidence, right = p.max(1), p.argmax(1) == y
    index = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    total = 0.0
    for b in range(bins):
        mask = index == b
        if mask.any():
            total += mask.sum() / len(y) * abs(right[mask].mean() - confidence[mask].mean())
    return total


def classes(n, k, present):
    scores = rng.normal(size=(n, k)) * 1.5
    y = rng.choice(present, size=n)
    scores[np.arange(n), y] += 1
    p = softmax(scores, axis=1)
    answer = scores.argmax(1)
    f = metrics.precision_recall_fscore_support(y, answer, average="macro", zero_division=0)
    out = {
        "classCount": k, "scores": scores.ravel().tolist(), "labels": y.tolist(),
        "accuracy": metrics.accuracy_score(y, answer),
        "top-5 accuracy": metrics.top_k_accuracy_score(y, scores, k=5, labels=range(k)) if k > 5 else None,
        "precision": f[0], "recall": f[1], "F1": f[2],
        "log loss": metrics.log_loss(y, p, labels=range(k)),
        "Brier score": float(((p - np.eye(k)[y]) ** 2).sum(1).mean()),
        "calibration error": expected_calibration_error(p, y),
        "confusion": metrics.confusion_matrix(y, answer, labels=range(k)).ravel().tolist(),
    }
    out["perplexity"] = float(np.exp(out["log loss"]))
    out["bits per symbol"] = out["log loss"] / float(np.log(2))
    if k == 2:
        out["ROC AUC"] = metrics.roc_auc_score(y, scores[:, 1] - scores[:, 0])
    return out


def regression(n, outputs):
    t = rng.normal(size=(n, outputs)) * [3.0, 200.0][:outputs] + 50
    p = t + rng.normal(size=(n, outputs)) * [1.0, 90.0][:outputs]
    return {
        "outputs": outputs, "targets": t.ravel().tolist(), "predictions": p.ravel().tolist(),
        "RMSE": float(np.sqrt(metrics.mean_squared_error(t, p))), "MAE": metrics.mean_absolute_error(t, p),
        "R²": metrics.r2_score(t, p),
        "Spearman": float(np.mean([stats.spearmanr(p[:, j], t[:, j]).statistic for j in range(outputs)])),
    }


def ranks(n, levels):
    x = rng.integers(0, levels, size=n).astype(float) if levels else rng.normal(size=n)
    y = x + rng.normal(size=n) * (levels or 2) / 2
    if levels:
        y = np.round(y)
    yes = rng.random(n) < 1 / (1 + np.exp(-(x - x.mean())))
    return {
        "x": x.tolist(), "y": y.tolist(), "yes": yes.tolist(),
        "spearman": stats.spearmanr(x, y).statistic, "kendall": stats.kendalltau(x, y).statistic,
        "auc": metrics.roc_auc_score(yes, x),
    }


def losses():
    n, k = 7, 4
    s = rng.normal(size=(n, k)) * 3
    y = rng.integers(0, k, size=n)
    q = rng.dirichlet(np.ones(k), size=n)
    q[0] = [0, 1, 0, 0]
    w = np.array([0.5, 2.0, 1.0, 0.25])
    t = rng.normal(size=(n, k)) * 2
    logs, own = log_softmax(s, axis=1), log_softmax(s, axis=1)[np.arange(n), y]
    p = np.exp(logs)
    r = np.abs(s - t)
    yes = (q > 0.3).astype(float)
    levels = np.array([0.1, 0.5, 0.9, 0.95])
    e = t[:, :1] - s
    unit = s / np.sqrt((s * s).sum(1, keepdims=True))
    a, b = s[:, :2], s[:, 2:]
    a, b = a / np.linalg.norm(a, axis=1, keepdims=True), b / np.linalg.norm(b, axis=1, keepdims=True)
    m = a @ b.T / 0.5
    label = np.array([0, 1, 0, 2, 1, 0, 3])
    z = unit @ unit.T / 0.5
    contrast = []
    for i in range(n):
        mates = [j for j in range(n) if j != i and label[j] == label[i]]
        if mates:
            rest = np.log(sum(np.exp(z[i, j]) for j in range(n) if j != i))
            contrast.append(-np.mean([z[i, j] - rest for j in mates]))
    d = np.sqrt(((s[:, None] - s[None]) ** 2).sum(2))
    triplet = []
    for i in range(n):
        mates = [d[i, j] for j in range(n) if j != i and label[j] == label[i]]
        if mates:
            triplet.append(max(0.0, 1 + max(mates) - min(d[i, j] for j in range(n) if label[j] != label[i])))
    kl = np.where(q > 0, q * (np.log(np.where(q > 0, q, 1)) - logs), 0).sum(1)
    return {
        "rows": n, "columns": k, "scores": s.ravel().tolist(), "labels": y.tolist(), "groups": label.tolist(),
        "distributions": q.ravel().tolist(), "weights": w.tolist(), "numbers": t.ravel().tolist(),
        "answers": yes.ravel().tolist(), "levels": levels.tolist(),
        "cross entropy": -own.mean(),
        "smoothed": (-0.9 * own - 0.1 * logs.mean(1)).mean(),
        "weighted": (-w[y] * own).mean(),
        "soft": -(q * logs).sum(1).mean(),
        "entropy": -(p * logs).sum(1).mean(),
        "KL": kl.mean(),
        "focal": (-((1 - p[np.arange(n), y]) ** 2.5) * own).mean(),
        "binary": (3 * yes * np.log1p(np.exp(-s)) + (1 - yes) * np.log1p(np.exp(s))).mean(),
        "squared": ((s - t) ** 2).mean(), "absolute": r.mean(),
        "huber": np.where(r <= 1.5, r * r / 2, 1.5 * (r - 0.75)).mean(),
        "quantile": np.maximum(levels * e, (levels - 1) * e).mean(),
        "InfoNCE": -(np.diag(log_softmax(m, axis=1)) + np.diag(log_softmax(m.T, axis=1))).mean() / 2,
        "contrastive": float(np.mean(contrast)), "triplet": float(np.mean(triplet)),
    }


if __name__ == "__main__":
    out = {
        "source": "Tests/GoldenTests/Reference/learning_metrics.py",
        "classes": [classes(60, 3, [0, 1, 2]), classes(80, 8, [0, 1, 2, 4, 5, 7]), classes(50, 2, [0, 1])],
        "regression": [regression(40, 1), regression(40, 2)],
        "ranks": [ranks(50, 0), ranks(60, 4), ranks(37, 2), ranks(200, 9)],
        "losses": losses(),
    }
    json.dump(out, sys.stdout, default=float)
    print()
