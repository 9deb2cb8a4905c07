"""`semivis xsec`: the cross-section of dark bremsstrahlung, with its numerical error."""

from __future__ import annotations

import click

from postprocess.cli.options import echo_json, json_option, m_aprime_option
from semivis_gen.production.bremsstrahlung import Method, material_cross_section
from semivis_gen.production.materials import material


@click.command(name="xsec")
@m_aprime_option
@click.option("--energy", type=float, required=True, help="Energy of the electron [GeV].")
@click.option("--material", "name", default="Pb", show_default=True, help="Element or compound; per atom on average.")
@click.option(
    "--method",
    type=click.Choice([m.value for m in Method]),
    default="etl",
    show_default=True,
    help="Exact tree level or an approximation.",
)
@click.option("--e-min", type=float, default=0.0, show_default=True, help="Smallest A' energy [GeV].")
@click.option("--epsilon", type=float, default=1e-4, show_default=True, help="Kinetic mixing.")
@json_option
def command(
    m_aprime: float, energy: float, name: str, method: str, e_min: float, epsilon: float, as_json: bool
) -> None:
    """Cross-section of e- N -> e- N A' [pb]."""
    sigma = material_cross_section(m_aprime, energy, material(name), method=Method(method), e_min=e_min) * epsilon**2
    if as_json:
        echo_json({"sigma_pb": sigma.value, "sigma_error_pb": sigma.error, "method": method, "material": name})
    else:
        click.echo(
            f"{sigma.value:.6g} +- {sigma.error:.2g} pb  ({method}, {name}, {energy:g} GeV, epsilon = {epsilon:g})"
        )
