from .annihilation import resonance_energy as resonance_energy, sample_depth as sample_depth
from .bremsstrahlung.collinear import CollinearSampler as CollinearSampler
from .bremsstrahlung.cross_sections import (
    Method as Method,
    cross_section as cross_section,
    material_cross_section as material_cross_section,
)
from .bremsstrahlung.invariants import LabInvariants as LabInvariants, LabVector as LabVector
from .bremsstrahlung.mapping import screening_gev2 as screening_gev2, unit_cube as unit_cube
from .bremsstrahlung.phase_space import Reaction as Reaction
from .bremsstrahlung.polarisation import (
    linear_polarisation as linear_polarisation,
    polarised_amplitude as polarised_amplitude,
)
from .bremsstrahlung.rate import process_rates as process_rates, production_rate as production_rate
from .bremsstrahlung.sampling import Production as Production, ProductionSampler as ProductionSampler
