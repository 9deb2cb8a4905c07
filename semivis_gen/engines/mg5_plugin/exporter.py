"""The output mode `fixed_target`: MadEvent's grouped Fortran output with the plugin's two changes."""

from pathlib import Path

import madgraph.iolibs.export_v4 as export_v4
from madgraph import InvalidCmd

from .phase_space import PhaseSpaceError, add_mass_grid
from .run_card import remove_cuts, set_values

APRIME = 55
BEAM_ENERGY = 100.0  # GeV; the default in the card
RUN_CARD = {
    "lpp1": 0,
    "lpp2": 0,
    "ebeam1": BEAM_ENERGY,
    "fixed_ren_scale": True,
    "fixed_fac_scale1": True,
    "fixed_fac_scale2": True,
    "use_syst": False,
    "time_of_flight": 0.0,
    # survey of 9 x 5000 points and more: the usual 5 x 1000 leaves 3 % and events with large weights
    "hard_survey": 3,
}


class FixedTargetExporter(export_v4.ProcessExporterFortranMEGroup):
    """MadEvent folder for a beam on a nucleus at rest."""

    check, exporter, output, sa_symmetry = True, "v4", "Template", False

    def __init__(self, dir_path="", opt=None):
        opt = dict(opt or {}, export_format="madevent")
        super().__init__(dir_path, opt)

    def pass_information_from_cmd(self, cmd):
        """Check the process; from here on the output is a MadEvent one for MadGraph's interface as well.

        Without that the interface writes no run configuration and does not group the processes.
        """
        for amplitude in cmd._curr_amps:
            # with decays attached, the production stands inside
            for production in amplitude.get("amplitudes") if "amplitudes" in amplitude else [amplitude]:
                self.check_process(production.get("process"))
        cmd._export_format = "madevent"
        super().pass_information_from_cmd(cmd)

    @staticmethod
    def check_process(process):
        """Refuse what the changed phase space is not for."""
        legs = process.get("legs")
        initial = [leg.get("id") for leg in legs if not leg.get("state")]
        final = [leg.get("id") for leg in legs if leg.get("state")]
        if len(initial) != 2 or initial[1] < 1000000000 or not final or final[-1] != APRIME:
            msg = (
                "output fixed_target is for a beam on the nucleus with A' as the last particle, in this order: "
                f"generate e- nuc > e- nuc ap. Take `output madevent` for {process.nice_string().strip()}"
            )
            raise InvalidCmd(msg)

    def copy_template(self, model):
        """Copy MadEvent's sources and change the phase space."""
        super().copy_template(model)
        path = Path(self.dir_path) / "SubProcesses/myamp.f"
        try:
            path.write_text(add_mass_grid(path.read_text()))
        except PhaseSpaceError as error:
            msg = f"output fixed_target: {error}"
            raise InvalidCmd(msg) from error

    def create_run_card(self, matrix_elements, history):
        """Write run cards for the beam on the nucleus at rest, without any cut."""
        super().create_run_card(matrix_elements, history)
        for name in ("run_card_default.dat", "run_card.dat"):
            path = Path(self.dir_path) / "Cards" / name
            path.write_text(set_values(remove_cuts(path.read_text()), dict(RUN_CARD, ebeam2=self.nuclear_mass())))

    def nuclear_mass(self):
        """Return the mass of the nucleus in the model's card, which holds 7 digits in MadEvent."""
        for particle in self.model.get("particles"):
            if particle.get("pdg_code") >= 1000000000:
                return float(f"{self.model.get('parameter_dict')[particle.get('mass')].real:.6e}")
        msg = "output fixed_target: the model has no nucleus; import model semivis"
        raise InvalidCmd(msg)
