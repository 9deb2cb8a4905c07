"""`semivis width`: widths, lifetimes and K, natively or from MadGraph or CalcHEP."""

from __future__ import annotations

import logging
from typing import Any

import click

from postprocess.cli.options import coupling_options, echo_json, json_option, mass_options, point_from
from semivis_gen.model import DarkSector, compute_widths, ctau_mm, gamma_chi2_massless
from semivis_gen.numerics import Estimate

log = logging.getLogger(__name__)
ENGINES = ("native", "madgraph", "calchep")


def _from_engine(engine: str, point: DarkSector, program: str | None) -> Estimate:
    if engine == "madgraph":
        from semivis_gen.engines.madgraph import madgraph_width

        return madgraph_width(point, mg5_dir=program)
    from semivis_gen.engines.calchep import calchep_width

    return calchep_width(point, calchep_dir=program)


def width_record(point: DarkSector, *, engine: str = "native", program: str | None = None) -> dict[str, Any]:
    """Widths of a point as a dictionary; other engines stand beside the native result.

    Parameters
    ----------
    point : DarkSector
        The physics point.
    engine : str
        `native`, `madgraph` or `calchep`.
    program : str, optional
        Folder of the user's installation, where the environment does not tell.

    Returns
    -------
    dict
        Keys as in `semivis width --json`; with an engine, what it does not give stands under `native` alone.
    """
    log.info("widths of %s, alpha_D = %g, epsilon = %g: %s", point.masses, point.alpha_d, point.epsilon, engine)
    native = compute_widths(point)
    record: dict[str, Any] = {
        "gamma_chi2_GeV": native.gamma_chi2,
        "ctau_chi2_mm": native.ctau_chi2,
        "gamma_chi2_hadrons_error_GeV": native.gamma_chi2_error,
        "K": native.k_factor,
        "gamma_aprime_GeV": native.gamma_aprime,
        "branching": {"aprime": native.branching_aprime, "chi2": native.branching_chi2},
    }
    if engine == "native":
        return {"engine": engine, **record}
    gamma = _from_engine(engine, point, program)
    electron_share = native.branching_chi2["chi1 e+ e-"]
    scale = float(gamma_chi2_massless(point.masses, point.alpha_d, point.epsilon))
    # the engines give chi2 -> chi1 e+ e-; what else is open is added in the native proportion
    return {
        "engine": engine,
        "gamma_chi2_GeV": gamma.value / electron_share,
        "gamma_chi2_error_GeV": gamma.error / electron_share,
        "ctau_chi2_mm": float(ctau_mm(gamma.value / electron_share)),
        "K": gamma.value / scale,
        "K_error": gamma.error / scale,
        "ratio_to_native": gamma.value / scale / native.k_factor,
        "native": record,
    }


@click.command(name="width")
@mass_options
@coupling_options
@click.option("--engine", type=click.Choice(ENGINES), default="native", show_default=True, help="Who computes.")
@click.option("--program", type=click.Path(), help="Folder of MadGraph or CalcHEP; else MG5_DIR or CALCHEP_DIR.")
@json_option
def command(engine: str, program: str | None, as_json: bool, **parameters: float) -> None:
    """Widths, lifetimes, branchings and K = Gamma(chi2)/Gamma_0 of a physics point."""
    record = width_record(point_from(**parameters), engine=engine, program=program)
    if as_json:
        echo_json(record)
        return
    native = record.get("native", record)
    uncertain = native["gamma_chi2_hadrons_error_GeV"]
    data = f" +- {uncertain:.1e} from R(s)" if uncertain else ""
    click.echo(f"Gamma(chi2)     {record['gamma_chi2_GeV']:.6e} GeV{data}   ({engine})")
    click.echo(f"c tau(chi2)     {record['ctau_chi2_mm']:.6g} mm")
    error = f" +- {record['K_error']:.2g}" if "K_error" in record else ""
    click.echo(f"K               {record['K']:.6f}{error}")
    if engine != "native":
        click.echo(f"K native        {native['K']:.6f}   ratio {record['ratio_to_native']:.5f}")
        click.echo("native are:")
    click.echo(f"Gamma(A')       {native['gamma_aprime_GeV']:.6e} GeV")
    for parent, channels in native["branching"].items():
        for channel, share in channels.items():
            if share > 0:
                click.echo(f"BR({parent} -> {channel})".ljust(33) + f"{share:.6g}")
