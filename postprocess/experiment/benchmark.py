"""Benchmark cards: a physics point of a publication and the results to compare with."""

from __future__ import annotations

from pathlib import Path

from postprocess.experiment.cards import Card, Number
from postprocess.experiment.files import list_cards, load_card
from semivis_gen.model import DarkMasses, DarkSector

__all__ = ["Benchmark", "list_benchmarks", "load_benchmark"]

FOLDER = "benchmarks"


class Benchmark(Card):
    """A physics point, written once for all generators."""

    experiment: str
    """Name of the experiment card it belongs to."""
    m_aprime_GeV: Number  # noqa: N815
    """Mass of A' [GeV]."""
    ratio: Number
    """R = m_A' / m_chi1."""
    splitting: Number
    """f = (m_chi2 - m_chi1) / m_chi1."""
    alpha_d: Number
    """alpha_D = g_D^2 / 4 pi."""
    epsilon: Number
    """Kinetic mixing."""
    results: dict[str, Number]
    """What the publication found, by the keys of `summary.json`."""

    @property
    def masses(self) -> DarkMasses:
        """The masses."""
        return DarkMasses(self.m_aprime_GeV.value, self.ratio.value, self.splitting.value)

    @property
    def point(self) -> DarkSector:
        """The physics point."""
        return DarkSector(self.masses, self.alpha_d.value, self.epsilon.value)


def list_benchmarks() -> list[str]:
    """Names of the benchmark cards that come with the project."""
    return list_cards(FOLDER)


def load_benchmark(name_or_path: str | Path) -> Benchmark:
    """Read and validate a benchmark card.

    Parameters
    ----------
    name_or_path : str or Path
        A name of `list_benchmarks`, or the path of a user's own YAML file.

    Returns
    -------
    Benchmark
        Validated and frozen.

    Raises
    ------
    CardError
        One line: file, key path, value, rule, way out.
    ParameterError, KinematicsError
        Where the point itself is not allowed.
    """
    card = load_card(Benchmark, name_or_path, FOLDER)
    _ = card.point
    return card
