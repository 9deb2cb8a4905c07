"""Events as a ROOT tree, through uproot (`pip install 'semivis[root]'`): one entry an event."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from semivis_gen.errors import EngineError, EventFileError, ParameterError
from semivis_gen.events import Events
from semivis_gen.io import atomic_path, dump_info, production_points

__all__ = ["BRANCHES", "TREE", "write_tree"]

TREE = "events"
INFO = "semivis"
"""Name of the text beside the tree: run information as JSON, as in event files."""
BRANCHES = {
    "weight": "float64", "vertex_x": "float64", "vertex_y": "float64", "vertex_z": "float64", "vertex_ct": "float64",
    "pdg": "int32", "status": "int32", "mother1": "int32", "mother2": "int32",
    "px": "float64", "py": "float64", "pz": "float64", "energy": "float64", "mass": "float64", "ctau": "float64",
    "x": "float64", "y": "float64", "z": "float64", "ct": "float64",
}  # fmt: skip
"""Branches and their types, those of particles with the prefix `particle_` and the counter `nparticle`; GeV, mm. Status
is ISTUP; mothers are counted from 0 within the event, -1 for none; x, y, z, ct is where a particle is made."""
OF_EVENT = 5  # of these


def write_tree(chunks: Iterable[Events], path: str | Path) -> int:
    """Write a tree, chunk by chunk; it appears whole or not at all.

    Parameters
    ----------
    chunks : iterable of Events
        From any source.
    path : str or Path
        A name that ends in .root.

    Returns
    -------
    int
        Events written.

    Raises
    ------
    EngineError
        Where uproot is not there.
    ParameterError, EventFileError, OutputError
        Where the name is none of a ROOT file, there are no events, or it cannot be written.
    """
    if Path(path).suffix != ".root":
        msg = f"{path}: ROOT files have names that end in .root"
        raise ParameterError(msg)
    try:
        import awkward as ak
        import uproot
    except ImportError as error:
        msg = f"{path}: ROOT files are written by uproot, which is not there: pip install 'semivis[root]'"
        raise EngineError(msg) from error
    kinds = list(BRANCHES.items())
    record = "var * {" + ", ".join(f'"{name}": {kind}' for name, kind in kinds[OF_EVENT:]) + "}"
    branches: dict[str, Any] = {name: np.dtype(kind) for name, kind in kinds[:OF_EVENT]}
    branches["particle"] = ak.types.from_datashape(record, highlevel=False)
    written = 0
    with atomic_path(path) as temporary, uproot.recreate(temporary) as file:
        tree: Any = None
        for events in chunks:
            if tree is None:
                file[INFO] = dump_info(events.info)
                tree = file.mktree(TREE, branches)
            tree.extend(_columns(events, ak))
            written += len(events)
        if not written:
            msg = f"{path}: no events: the source is empty"
            raise EventFileError(msg)
    return written


def _columns(events: Events, ak: Any) -> dict[str, Any]:
    point, counts = production_points(events), np.diff(events.offsets)
    flat = {
        "pdg": events.pdg, "status": events.status, "mother1": events.mothers[:, 0], "mother2": events.mothers[:, 1],
        **dict(zip(("px", "py", "pz"), events.momentum.T, strict=True)), "energy": events.energy, "mass": events.mass,
        "ctau": events.ctau, **dict(zip(("x", "y", "z", "ct"), point.T, strict=True)),
    }  # fmt: skip
    particle = {name: ak.unflatten(np.ascontiguousarray(v, BRANCHES[name]), counts) for name, v in flat.items()}
    vertex = dict(zip(("vertex_x", "vertex_y", "vertex_z", "vertex_ct"), events.vertex.T, strict=True))
    return {"weight": events.weight, **vertex, "particle": ak.zip(particle)}
