"""From a question to explained pairings: read `pipeline.py` first, top to bottom."""
