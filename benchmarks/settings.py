"""What a run of the benchmarks is told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Options of one run."""

    work: Path
    """Folder for files, removed afterwards."""
    quick: bool = False
    """Small sizes and few repeats."""
    large: bool = False
    """Memory with 10^7 events as well."""
    repeats: int | None = None
    """Rounds of each comparison; a default of its own for each subject where None."""
    petite: Path | None = None
    """Folder of PETITE."""

    def size(self, full: int, quick: int) -> int:
        """One of two sizes."""
        return quick if self.quick else full

    def rounds(self, full: int = 7, quick: int = 2) -> int:
        """How many rounds."""
        return self.repeats or self.size(full, quick)
