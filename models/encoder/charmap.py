"""Traditional to simplified, as a character map that lives inside `tokenizer.json`.

The Rust tokeniser's `Precompiled` normaliser reads SentencePiece's format: the size of a
double-array trie, the trie over UTF-8 keys, then the replacements, each ended by NUL. One look-up
a character instead of thousands of `Replace` rules, and the offsets stay those of the original.
"""

from __future__ import annotations

import struct
from functools import cache

_HAN_BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x2FA20), (0x30000, 0x323B0))
_LEAF = 1 << 31
_BLOCK = 256


@cache
def simplified_characters() -> dict[str, str]:
    """Each Han character that OpenCC simplifies, with its simplified form (one to one)."""
    import opencc  # needed where a tokeniser is built, not where a character map is

    convert = opencc.OpenCC("t2s").convert
    characters = [chr(code) for block in _HAN_BLOCKS for code in range(*block)]
    # A line each, so that no phrase of several characters is found; twice, to the end of chains.
    simple = convert(convert("\n".join(characters))).split("\n")
    return {
        before: after
        for before, after in zip(characters, simple, strict=True)
        if after != before and len(after) == 1
    }


def precompiled(table: dict[str, str]) -> bytes:
    """`table` in the format of the `Precompiled` normaliser."""
    replacements = bytearray()
    places: dict[str, int] = {}
    for target in sorted(set(table.values())):
        places[target] = len(replacements)
        replacements += target.encode("utf-8") + b"\0"
    trie = _double_array({key.encode("utf-8"): places[value] for key, value in table.items()})
    blob = struct.pack(f"<{len(trie)}I", *trie)
    return struct.pack("<I", len(blob)) + blob + bytes(replacements)


def _double_array(values: dict[bytes, int]) -> list[int]:
    """A double array (darts-clone's layout) over byte keys without NUL."""
    children: dict[bytes, set[int]] = {b"": set()}
    for key in values:
        for end in range(len(key)):
            children.setdefault(key[:end], set()).add(key[end])
        children.setdefault(key, set())

    units: list[int] = [0] * _BLOCK
    taken = {0}
    bases: set[int] = set()
    queue: list[tuple[bytes, int, int]] = [(b"", 0, 0)]
    for prefix, place, label in queue:
        labels = sorted(children[prefix]) + ([0] if prefix in values else [])
        # Searching the last blocks only leaves a few holes and spares most of the time.
        free = max(1, len(units) - 2 * _BLOCK)
        # A base belongs to one node only: two nodes with one base would share their children.
        while True:
            base = free ^ labels[0]
            if base and base not in bases and not any(base ^ x in taken for x in labels):
                break
            free += 1
        bases.add(base)
        while len(units) <= base | (_BLOCK - 1):
            units.extend([0] * _BLOCK)
        offset = place ^ base
        if offset >= 1 << 21:
            raise ValueError("the character map is too large for one double array")
        units[place] = label | (offset << 10) | (0x100 if prefix in values else 0)
        for child in labels:
            taken.add(base ^ child)
            if child:
                queue.append((prefix + bytes([child]), base ^ child, child))
            else:
                units[base] = _LEAF | values[prefix]
    return units
