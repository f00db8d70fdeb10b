"""Technology-transfer matchmaking: who should meet whom, and why.

In Python:

    from matcher import load_encoder, open_matcher
    load_encoder().encode(["钙钛矿封装"])          # float32 (n, d), rows of unit length
    open_matcher("./var").match("钙钛矿封装")      # explained pairings; .to_frame() for pandas
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matcher.service import open_matcher
    from matcher.text.encoder import load_encoder

__all__ = ["load_encoder", "open_matcher"]


def __getattr__(name: str) -> Any:
    """Import what is asked for only then: `matcher.errors` alone must not load an index."""
    if name == "open_matcher":
        from matcher.service import open_matcher

        return open_matcher
    if name == "load_encoder":
        from matcher.text.encoder import load_encoder

        return load_encoder
    raise AttributeError(name)
