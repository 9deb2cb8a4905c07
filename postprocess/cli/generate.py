"""`semivis generate`: events into a file, from the native generator or from MadGraph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from postprocess.cli.options import (
    beam_option,
    coupling_options,
    echo_json,
    event_number,
    id_option,
    json_option,
    mass_options,
    parse_ids,
    refuse_given,
)
from postprocess.cli.progress import progress
from postprocess.experiment import load_experiment
from semivis_gen.constants import ID_ELECTRON
from semivis_gen.decay import sample_lifetimes
from semivis_gen.errors import ParameterError
from semivis_gen.events import Events, RunInfo
from semivis_gen.generator import generate
from semivis_gen.io import open_writer
from semivis_gen.model import DarkMasses, DarkSector, check_couplings
from semivis_gen.production import Bremsstrahlung, Process
from semivis_gen.target import Source, ThickTarget, ThinTarget, material

CHUNK = 50_000
Point = Callable[[Events, np.random.Generator], Events]
"""Gives events of some masses what depends on couplings."""


def choose_target(
    experiment: str | None, energy: float | None, name: str, beam: int | None = None
) -> tuple[Source, Sequence[Process], float]:
    """Target, processes and smallest useful A' energy [GeV]: an experiment's dump, or single leptons on thin material.

    Raises
    ------
    ParameterError
        Where both or neither are given.
    """
    if (experiment is None) == (energy is None):
        msg = "say either --experiment NAME (thick target, its beam) or --energy GEV with --material (thin target)"
        raise ParameterError(msg)
    if experiment is not None:
        refuse_given("goes with --energy: beam and target of an experiment are those of its card", "beam", "name")
        card = load_experiment(experiment)
        return card.source(), card.processes, card.e_min()
    assert energy is not None  # noqa: S101  (for the type checker)
    return ThinTarget(energy, material(name), beam or ID_ELECTRON), (Bremsstrahlung(),), 0.0


def write_events(
    chunks: Iterable[Events], output: Path, point: Point, *, seed: int, total: int, pdg: tuple[str, ...]
) -> RunInfo:
    """Sample lifetimes chunk by chunk and write the file; it appears whole or not at all."""
    rng = np.random.default_rng([seed, 1])  # the first stream of the seed belongs to the kinematics
    info = RunInfo()
    with progress("events", total) as advance, ExitStack() as stack:
        writer = None
        for chunk in chunks:
            events = point(chunk, rng)
            if writer is None:
                info = events.info
                writer = stack.enter_context(open_writer(output, info, ids=parse_ids(pdg)))
            writer.write(events)
            advance(len(events))
    return info


def lifetimes_of(masses: DarkMasses, alpha_d: float, epsilon: float, *, decay: bool) -> Point:
    """What couplings do to events: lifetimes of the point; the rate alone where nothing decays and chi2 is stable."""
    if decay or masses.chi2_decays:
        point = DarkSector(masses, alpha_d, epsilon)
        return lambda events, rng: sample_lifetimes(events, point, rng)
    check_couplings(masses, alpha_d, epsilon)
    return lambda events, _: replace(events, info=events.info.at_epsilon(epsilon))


@click.command(name="generate")
@mass_options
@coupling_options
@click.option("--experiment", help="Card name or file: its beam and thick target.")
@click.option("--energy", type=float, help="Energy of single leptons on a thin target [GeV].")
@beam_option
@click.option("--material", "name", default="Pb", show_default=True, help="Thin target, with --energy.")
@click.option("--events", type=event_number(), default=10_000, show_default=True, help="How many.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Same seed, same events.")
@click.option("--e-min", type=float, help="Smallest A' energy [GeV]; what the experiment can see where not given.")
@click.option(
    "--channel",
    "channels",
    multiple=True,
    help="Decay of chi2, such as 'mu+ mu-' (repeat); all by default.",
)
@click.option("--no-decay", is_flag=True, help="Leave A' undecayed, for Pythia or your own decays.")
@click.option("--engine", type=click.Choice(["native", "madgraph"]), default="native", show_default=True)
@click.option("--program", type=click.Path(), help="MadGraph's folder; else MG5_DIR.")
@click.option("--output", type=click.Path(path_type=Path), required=True, help=".lhe, .hepmc3 (.gz) or .parquet.")
@id_option
@json_option
def command(
    experiment: str | None,
    energy: float | None,
    beam: int | None,
    name: str,
    events: int,
    seed: int,
    e_min: float | None,
    channels: tuple[str, ...],
    no_decay: bool,
    engine: str,
    program: str | None,
    output: Path,
    pdg: tuple[str, ...],
    as_json: bool,
    m_aprime: float,
    ratio: float,
    splitting: float,
    alpha_d: float,
    epsilon: float,
) -> None:
    """Generate A' as an experiment makes them, or l N -> l N A' on a thin target; A' -> chi1 chi2, chi2 at its vertex.

    Names of decays: 'e+ e-', 'mu+ mu-', 'tau+ tau-', 'pi+ pi-', 'pi0 gamma', 'pi+ pi- pi0', 'K+ K-', 'KS0 KL0', more
    hadrons such as '2pi+ 2pi-' (docs/lifetimes.md), and leptons or hadrons for all of a group.
    """
    masses = DarkMasses(m_aprime, ratio, splitting)
    point = lifetimes_of(masses, alpha_d, epsilon, decay=not no_decay)
    target, processes, useful = choose_target(experiment, energy, name, beam)
    lowest = useful if e_min is None else e_min
    if isinstance(target, ThickTarget) and lowest < target.energy_cut:  # what flies below makes the softer A'
        target = replace(target, energy_cut=max(lowest, m_aprime))
    if engine == "madgraph":
        from semivis_gen.engines.madgraph import madgraph_generate

        refuse_given(
            "is not for MadGraph, which makes whole chains with its own ids", "e_min", "channels", "no_decay", "pdg"
        )
        if not isinstance(target, ThinTarget):
            msg = "--engine madgraph generates single electrons on a thin target: give --energy and --material"
            raise ParameterError(msg)
        ids = parse_ids(pdg)
        madgraph_generate(
            DarkSector(masses, alpha_d, epsilon),
            target,
            events=events,
            seed=seed,
            output=output,
            ids=ids,
            mg5_dir=program,
        )
        click.echo(f"{output}: {events} events from MadGraph")
        return
    if no_decay:
        refuse_given("names decays, which --no-decay leaves out", "channels")
    chunks = generate(
        masses,
        target,
        processes=processes,
        n_events=events,
        seed=seed,
        chunk=CHUNK,
        e_min_aprime=lowest,
        chain=not no_decay,
        channels=channels or None,
    )
    info = write_events(chunks, output, point, seed=seed, total=events, pdg=pdg)
    rate = {
        "rate": info.rate,
        "rate_error": info.rate_error,
        "rate_unit": info.rate_unit,
        "rate_epsilon": info.rate_epsilon,
    }
    if as_json:
        known: dict[str, Any] = {k: v for k, v in info.extra.items() if k in ("chi2_channels", "chi2_branching")}
        echo_json({"file": str(output), "events": events, "seed": seed, **rate, **known})
    else:
        click.echo(
            f"{output}: {events} events, {info.rate:.5g} +- {info.rate_error:.1g} {info.rate_unit}"
            f" at epsilon = {info.rate_epsilon:g}"
        )
        if channels and "chi2_branching" in info.extra:
            click.echo(f"{float(info.extra['chi2_branching']):.4g} of the decays of chi2 are among those generated")
