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


def main() -> int:
    here = os.path.dirname(os.path.abspath(__file__))
    source = os.environ.get("MODEL_SOURCE", os.path.join(here, "..", "opt", "models", "isolation-forest.joblib"))
    target = os.environ.get("AETHERIUS_MODEL_PATH", "/app/models/isolation-forest.joblib")
    if os.path.exists(target) and "--force" not in sys.argv:
        print(f"model is there: {target}")
        return 0
    fetch(source, target)
    print(f"model fetched from {source} to {target} ({os.path.getsize(target)} bytes)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
