"""Trains the model of root-cause analysis: an IsolationForest over event features, with a sample of what it learned from."""
import sys

import joblib
import numpy as np
from sklearn.ensemble import IsolationForest

FEATURES = 32


def train(path: str, seed: int = 7) -> None:
    rng = np.random.default_rng(seed)
    usual = rng.normal(0.3, 0.1, size=(2000, FEATURES)).clip(0, 1)
    model = IsolationForest(n_estimators=60, contamination=0.02, random_state=seed).fit(usual)
    joblib.dump({"model": model, "sample": usual[:500].astype(np.float64), "features": FEATURES, "version": "2025.09"}, path, compress=3)


if __name__ == "__main__":
    train(sys.argv[1])
