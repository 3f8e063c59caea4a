"""Puts the model where the service reads it: from MODEL_SOURCE (a file path or a URL), unless a good one is there.

Usage: fetch_model.py [--force]
"""
import os
import shutil
import sys
import urllib.request


def fetch(source: str, target: str) -> None:
    os.makedirs(os.path.dirname(target), exist_ok=True)
    part = target + ".part"
    if source.startswith(("http://", "https://")):
        with urllib.request.urlopen(source, timeout=60) as answer, open(part, "wb") as out:
            shutil.copyfileobj(answer, out)
    else:
        shutil.copyfile(source, part)
    os.replace(part, target)


def ensure(target: str, force: bool = False) -> str:
    """Fetches the model unless it is there; says what was done."""
    here = os.path.dirname(os.path.abspath(__file__))
    source = os.environ.get("MODEL_SOURCE", os.path.join(here, "..", "opt", "models", "isolation-forest.joblib"))
    if os.path.exists(target) and not force:
        return f"model is there: {target}"
    fetch(source, target)
    return f"model fetched from {source} to {target} ({os.path.getsize(target)} bytes)"


if __name__ == "__main__":
    print(ensure(os.environ.get("AETHERIUS_MODEL_PATH", "/app/models/isolation-forest.joblib"), "--force" in sys.argv))
