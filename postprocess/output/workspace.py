"""The counting experiment as a pyhf workspace, and the signal points as patches of it.

One channel a signature. Backgrounds have their own normsys; signal uncertainties are normsys modifiers of the
same name in every channel, hence correlated. The workspace profiles what `postprocess.limits.exact` marginalises.
Asymptotic formulas, pyhf's default, fail for counts around zero: they give limits a third too low. The files say so
themselves, in the only texts that the schema has: the name of the measurement and the description of the patches.
"""

from __future__ import annotations

import json
import math
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from postprocess.limits import LimitModel
from semivis_gen.errors import ParameterError

__all__ = [
    "MEASUREMENT",
    "WARNING",
    "asymptotic_limit",
    "build_patchset",
    "build_workspace",
    "validate_patchset",
    "validate_workspace",
    "write_json",
]

POI = "mu_signal"
MEASUREMENT = "semivis: few counts, use toys, asymptotic limits are a third too low"
"""Name of the measurement, which `pyhf inspect` prints: the schema has no other place for a remark."""
WARNING = (
    "Few counts: pyhf's default, asymptotic formulas, gives limits that are up to a third too low. "
    "Take toys (calctype toybased) or the exact CLs of semivis."
)
"""Remark in every patch set."""
CLOSE = 1e-3  # of ln(strength) where a limit is found
MAX_STRENGTH = 100.0
NOT_YET_PUBLISHED = "ins0000000"  # the schema asks for an INSPIRE id of seven digits


def build_workspace(model: LimitModel, signal: Sequence[float]) -> dict[str, Any]:
    """Build the workspace of a counting experiment and one signal point.

    Parameters
    ----------
    model : LimitModel
        Counts and uncertainties.
    signal : sequence of float
        Expected signal events of each signature at strength one.

    Returns
    -------
    dict
        JSON-able workspace of version 1.0.0, checked against pyhf's schema.

    Raises
    ------
    ParameterError
        Where the signal does not have one entry a signature.
    """
    if len(signal) != model.bins:
        msg = f"the signal has {len(signal)} entries for {model.bins} signatures: give one each"
        raise ParameterError(msg)
    channels = [
        {
            "name": name,
            "samples": [
                {"name": "signal", "data": [float(signal[i])], "modifiers": _signal_modifiers(model, i)},
                {"name": "background", "data": [model.background[i]], "modifiers": _background_modifiers(model, i)},
            ],
        }
        for i, name in enumerate(model.names)
    ]
    workspace = {
        "channels": channels,
        "observations": [{"name": n, "data": [float(x)]} for n, x in zip(model.names, model.observed, strict=True)],
        "measurements": [
            {
                "name": MEASUREMENT,
                "config": {
                    "poi": POI,
                    "parameters": [{"name": POI, "inits": [1.0], "bounds": [[0.0, MAX_STRENGTH]]}],
                },
            }
        ],
        "version": "1.0.0",
    }
    validate_workspace(workspace)
    return workspace


def build_patchset(
    model: LimitModel,
    workspace: Mapping[str, Any],
    points: Mapping[tuple[float, ...], Sequence[float]],
    *,
    labels: Sequence[str],
    description: str,
    hepdata: str = NOT_YET_PUBLISHED,
) -> dict[str, Any]:
    """One patch for each signal point: it replaces the signal in every channel.

    Parameters
    ----------
    model : LimitModel
        The one the workspace was built from.
    workspace : mapping
        From `build_workspace`.
    points : mapping
        From label values, such as (m_A', epsilon), to the expected signal of each signature.
    labels : sequence of str
        Names of the label values.
    description : str
        What the points are; `WARNING` is added.
    hepdata : str
        INSPIRE id of the record that the workspace belongs to.

    Returns
    -------
    dict
        JSON-able patch set, checked against pyhf's schema and applied once.

    Raises
    ------
    ParameterError
        Where there is no point, or a point has the wrong number of labels or signals.
    """
    if not points:
        msg = "a patch set needs at least one signal point"
        raise ParameterError(msg)
    patches = []
    for values, signal in points.items():
        if len(values) != len(labels) or len(signal) != model.bins:
            msg = f"point {values} with signal {tuple(signal)}: give {len(labels)} labels and {model.bins} signals"
            raise ParameterError(msg)
        replacements = [
            {"op": "replace", "path": f"/channels/{i}/samples/0/data", "value": [float(s)]}
            for i, s in enumerate(signal)
        ]
        name = _identifier("_".join(f"{label}_{value:.6g}" for label, value in zip(labels, values, strict=True)))
        patches.append({"metadata": {"name": name, "values": [float(v) for v in values]}, "patch": replacements})
    with _pyhf() as pyhf:
        digest = pyhf.utils.digest(workspace, algorithm="sha256")
    patchset = {
        "metadata": {
            "references": {"hepdata": hepdata},
            "digests": {"sha256": digest},
            "labels": [_identifier(label) for label in labels],
            "description": f"{description}. {WARNING}",
        },
        "patches": patches,
        "version": "1.0.0",
    }
    validate_patchset(patchset, workspace)
    return patchset


def asymptotic_limit(workspace: Mapping[str, Any], *, level: float = 0.1) -> float:
    """Upper limit on the strength of the signal as pyhf gives it by default: CLs from asymptotic formulas.

    For comparison only: `postprocess.limits.upper_limit` is right for few counts. The `upper_limit` of pyhf 0.7.6
    ignores its level where no scan is given: it finds the limit at 95 % CL.

    Parameters
    ----------
    workspace : mapping
        From `build_workspace`, with a signal of at least about 0.05 events.
    level : float
        1 - CL.

    Returns
    -------
    float
        Strength at which CLs of q~_mu (Cowan et al., Eur. Phys. J. C 71 (2011) 1554) is the level, to 1e-3.

    Raises
    ------
    ParameterError
        Where it lies beyond the bound of the workspace's strength.
    """
    from scipy.optimize import brentq

    total = sum(sum(sample["data"]) for c in workspace["channels"] for sample in c["samples"][:1])
    with _pyhf() as pyhf:
        source = pyhf.Workspace(workspace)
        model = source.model()
        data = source.data(model)

        def excess(log_strength: float) -> float:
            found = pyhf.infer.hypotest(math.exp(log_strength), data, model, test_stat="qtilde")
            return math.log(max(float(found), 1e-300) / level)

        low = high = math.log(-math.log(level) / total) if total > 0 else math.inf
        while high <= math.log(MAX_STRENGTH) and excess(high) > 0:
            low, high = high, high + 0.5
        if high > math.log(MAX_STRENGTH):
            msg = f"no limit on the strength below {MAX_STRENGTH:g} for {total:g} signal events: take a larger signal"
            raise ParameterError(msg)
        while excess(low) <= 0:
            low, high = low - 0.5, low
        return math.exp(brentq(excess, low, high, xtol=CLOSE))


def validate_workspace(workspace: Mapping[str, Any]) -> None:
    """Check a workspace against pyhf's bundled schema and build its model.

    Raises
    ------
    ParameterError
        With the schema's message.
    """
    with _pyhf() as pyhf:
        try:
            pyhf.Workspace(workspace).model()
        except (pyhf.exceptions.InvalidSpecification, pyhf.exceptions.InvalidModel) as error:
            msg = f"not a pyhf workspace: {str(error).splitlines()[0]}"
            raise ParameterError(msg) from error


def validate_patchset(patchset: Mapping[str, Any], workspace: Mapping[str, Any]) -> None:
    """Check a patch set against pyhf's bundled schema, its digest against the workspace, and apply a patch.

    Raises
    ------
    ParameterError
        With pyhf's message.
    """
    with _pyhf() as pyhf:
        wrong = (
            pyhf.exceptions.InvalidSpecification,
            pyhf.exceptions.InvalidPatchSet,
            pyhf.exceptions.PatchSetVerificationError,
        )
        try:
            patches = pyhf.PatchSet(patchset)
            patches.apply(workspace, patches.patches[0].name)
        except wrong as error:
            msg = f"not a pyhf patch set of this workspace: {str(error).splitlines()[0]}"
            raise ParameterError(msg) from error


def write_json(content: Mapping[str, Any], path: str | Path) -> None:
    """Write JSON; the file appears whole or not at all.

    Raises
    ------
    OutputError
        Where it cannot be written.
    """
    from semivis_gen.io import atomic_path

    with atomic_path(Path(path)) as temporary:
        text = json.dumps(content, indent=2, allow_nan=False)
        Path(temporary).write_text(text + "\n", encoding="utf-8")


def _signal_modifiers(model: LimitModel, index: int) -> list[dict[str, Any]]:
    modifiers: list[dict[str, Any]] = [{"name": POI, "type": "normfactor", "data": None}]
    for nuisance in model.nuisances:
        size = nuisance.sizes[index]
        if size:
            modifiers.append(_normsys(f"signal_{_identifier(nuisance.name)}", size))
    return modifiers


def _background_modifiers(model: LimitModel, index: int) -> list[dict[str, Any]]:
    value, error = model.background[index], model.background_error[index]
    return [_normsys(f"background_{_identifier(model.names[index])}", error / value)] if error else []


def _normsys(name: str, size: float) -> dict[str, Any]:
    """Log-normal factor: 1 + size upwards, its inverse downwards."""
    return {"name": name, "type": "normsys", "data": {"hi": 1 + size, "lo": 1 / (1 + size)}}


def _identifier(text: str) -> str:
    """Only what pyhf's schema allows in names: letters, digits, underscores."""
    return re.sub(r"[^a-zA-Z0-9_]+", "_", text.replace("-", "m").replace(".", "p")).strip("_")


@contextmanager
def _pyhf() -> Iterator[Any]:
    """Import pyhf late, it is slow, and without the deprecations it causes in its own dependencies."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import pyhf
        import pyhf.exceptions
        import pyhf.utils

        yield pyhf
