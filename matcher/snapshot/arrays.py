"""Arrays of a snapshot: .npy files mapped into memory, shared by all processes that serve it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def read_array(path: Path) -> NDArray[Any]:
    """The array in a .npy file, read-only, its pages read when they are first touched.

    As a plain array: NumPy's memmap class costs 5 microseconds at every slice, and a question
    takes hundreds of slices.
    """
    return np.asarray(np.load(path, mmap_mode="r"))
