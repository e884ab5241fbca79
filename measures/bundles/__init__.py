"""Shared measurement's part of a bundle, and the whole: reading one, loading it, writing it back.

`load` and `dump` are what commands call. The format is described in docs/bundle.md.
"""

from measures.bundles.dumping import dump
from measures.bundles.loading import Summary, load

__all__ = ["Summary", "dump", "load"]
