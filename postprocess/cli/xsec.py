"""`semivis xsec`: the cross-section of dark bremsstrahlung, natively or from MadGraph; rates of an experiment."""

from __future__ import annotations

import logging
from typing import Any

import click

from postprocess.cli.options import (
    beam_option,
    echo_json,
    epsilon_option,
    json_option,
    m_aprime_option,
    refuse_given,
)
from postprocess.experiment import load_experiment
from semivis_gen.constants import ID_ELECTRON
from semivis_gen.errors import ParameterError
from semivis_gen.model import DarkMasses, DarkSector, check_couplings
from semivis_gen.numerics import Estimate
from semivis_gen.production import Method, complete_above, material_cross_section, process_rates
from semivis_gen.target import ThinTarget, material

log = logging.getLogger(__name__)
ENGINES = ("native", "madgraph")
DEFAULT_ALPHA_D = 0.1


def _from_madgraph(
    m_aprime: float, target: ThinTarget, epsilon: float, *, method: str, e_min: float, program: str | None
) -> Estimate:
    if method != Method.ETL or e_min:
        msg = "--engine madgraph gives the exact cross-section without cuts: leave out --method and --e-min"
        raise ParameterError(msg)
    from semivis_gen.engines.madgraph import madgraph_cross_section

    point = DarkSector.at(m_aprime, epsilon=epsilon)
    return madgraph_cross_section(point, target, mg5_dir=program)


def _show_rates(experiment: str, m_aprime: float, e_min: float, epsilon: float, *, as_json: bool) -> None:
    """Print what each process of an experiment makes."""
    card = load_experiment(experiment)
    source = card.source(next(iter(card.modes)))
    lowest = complete_above(source, e_min)
    rates = process_rates(m_aprime, source, card.processes, e_min=lowest)
    found = {process.name: epsilon**2 * rate for process, rate in zip(card.processes, rates, strict=True)}
    if as_json:
        each = {name: {"rate": rate.value, "rate_error": rate.error} for name, rate in found.items()}
        echo_json({"experiment": card.name, "rate_unit": source.per, "e_min_GeV": lowest, "processes": each})
        return
    for name, rate in found.items():
        click.echo(
            f"{name}: {rate.value:.6g} +- {rate.error:.2g} {source.per} above {lowest:g} GeV, epsilon = {epsilon:g}"
        )


@click.command(name="xsec")
@m_aprime_option
@click.option("--energy", type=float, help="Energy of the beam [GeV].")
@click.option("--experiment", help="Card name or file instead: rates of its processes, in its own beam or collisions.")
@beam_option
@click.option("--material", "name", default="Pb", show_default=True, help="Element or compound; per atom on average.")
@click.option(
    "--method",
    type=click.Choice([m.value for m in Method]),
    default="etl",
    show_default=True,
    help="Exact tree level or an approximation.",
)
@click.option("--e-min", type=float, default=0.0, show_default=True, help="Smallest A' energy [GeV].")
@epsilon_option
@click.option("--engine", type=click.Choice(ENGINES), default="native", show_default=True, help="Who computes.")
@click.option("--program", type=click.Path(), help="MadGraph's folder; else MG5_DIR.")
@json_option
def command(
    m_aprime: float,
    energy: float | None,
    experiment: str | None,
    beam: int | None,
    name: str,
    method: str,
    e_min: float,
    epsilon: float,
    engine: str,
    program: str | None,
    as_json: bool,
) -> None:
    """Cross-section of l N -> l N A' [pb], l the beam particle, MadGraph's beside the native one; rates of a card."""
    check_couplings(DarkMasses(m_aprime), DEFAULT_ALPHA_D, epsilon)  # alpha_D does not enter
    if (experiment is None) == (energy is None):
        msg = "say either --energy GEV, of a beam on thin --material, or --experiment NAME"
        raise ParameterError(msg)
    if experiment is not None:
        reason = "goes with --energy: the card of an experiment says what is made how"
        refuse_given(reason, "beam", "name", "method", "engine", "program")
        _show_rates(experiment, m_aprime, e_min, epsilon, as_json=as_json)
        return
    assert energy is not None  # noqa: S101  (for the type checker)
    target = ThinTarget(energy, material(name), beam or ID_ELECTRON)
    if e_min >= energy:
        msg = f"--e-min {e_min:g} GeV: no A' has the energy of the beam, {energy:g} GeV, or more; lower it"
        raise ParameterError(msg)
    log.info("%s on atoms of %s: native integral, %s", target.lepton.name, target.material.name, method)
    sigma = epsilon**2 * material_cross_section(
        m_aprime, energy, target.material, method=Method(method), e_min=e_min, lepton_mass=target.lepton.mass
    )
    record: dict[str, Any] = {
        "sigma_pb": sigma.value,
        "sigma_error_pb": sigma.error,
        "beam": target.lepton.symbol,
        "method": method,
        "material": name,
        "engine": engine,
    }
    if engine != "native":
        other = _from_madgraph(m_aprime, target, epsilon, method=method, e_min=e_min, program=program)
        record["native"] = {k: record[k] for k in ("sigma_pb", "sigma_error_pb")}
        record |= {"sigma_pb": other.value, "sigma_error_pb": other.error, "ratio_to_native": other.value / sigma.value}
    if as_json:
        echo_json(record)
        return
    click.echo(
        f"{record['sigma_pb']:.6g} +- {record['sigma_error_pb']:.2g} pb"
        f"  ({method}, {target.lepton.symbol} {name}, {energy:g} GeV, epsilon = {epsilon:g})"
    )
    if engine != "native":
        click.echo(f"native {sigma.value:.6g} +- {sigma.error:.2g} pb   ratio {record['ratio_to_native']:.5f}")
