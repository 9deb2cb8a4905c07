"""What the numbers were taken on and with."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path

from semivis_gen.version import __version__

__all__ = ["machine", "versions"]

PACKAGES = ("numpy", "scipy", "pylhe", "awkward", "pyhepmc", "pyarrow", "vegas")


def machine() -> dict[str, object]:
    """Processor, cores and system, in general words."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "architecture": platform.machine(),
        "load_at_start": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def versions() -> dict[str, str]:
    """Versions of Python, semivis and the peers that are there."""
    found = {"python": platform.python_version(), "semivis": __version__}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
