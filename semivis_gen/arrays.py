"""Types of arrays, once for all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["BoolArray", "FloatArray", "IndexArray", "IntArray"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IndexArray = NDArray[np.int64]
"""Rows, counts, offsets."""
IntArray = NDArray[np.int32]
"""Ids and positions in event records."""
