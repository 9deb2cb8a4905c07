"""What file headers say of a beam on a block of material."""

from __future__ import annotations

from typing import Protocol

from semivis_gen.events import RunInfo
from semivis_gen.target.materials import Material

__all__ = ["run_info_of"]


class _Block(Protocol):
    @property
    def beam_id(self) -> int: ...
    @property
    def beam_energy(self) -> float: ...
    @property
    def material(self) -> Material: ...
    @property
    def per(self) -> str: ...


def run_info_of(block: _Block) -> RunInfo:
    """Run information: beam, unit of rates, material, and the nucleus where there is one kind alone."""
    elements = block.material.elements
    single = elements[0][0] if len(elements) == 1 else None
    return RunInfo(
        beam_id=block.beam_id,
        beam_energy=block.beam_energy,
        target_id=single.pdg_id if single else 0,
        target_mass=single.mass if single else 0.0,
        rate_unit=block.per,
        extra={"material": block.material.name},
    )
