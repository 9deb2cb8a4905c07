from .annihilation.process import Annihilation as Annihilation
from .bremsstrahlung.cross_sections import (
    Method as Method,
    cross_section as cross_section,
    material_cross_section as material_cross_section,
)
from .bremsstrahlung.invariants import LabInvariants as LabInvariants, LabVector as LabVector
from .bremsstrahlung.mapping import screening_gev2 as screening_gev2, unit_cube as unit_cube
from .bremsstrahlung.phase_space import Reaction as Reaction
from .bremsstrahlung.polarisation import polarised_amplitude as polarised_amplitude
from .bremsstrahlung.process import Bremsstrahlung as Bremsstrahlung, Particles as Particles, Shape as Shape
from .bremsstrahlung.sampling import Production as Production, ProductionSampler as ProductionSampler
from .collider.process import ColliderProduction as ColliderProduction
from .folding import dump_energies as dump_energies, fold as fold
from .mesons.files import mesons_from_file as mesons_from_file, write_mesons as write_mesons
from .mesons.meson_list import MesonList as MesonList
from .mesons.mixing import VectorMixing as VectorMixing
from .mesons.process import MesonDecay as MesonDecay, MesonListDecay as MesonListDecay
from .mesons.species import PHOTON_BRANCHING as PHOTON_BRANCHING, Meson as Meson, meson as meson
from .process import (
    PROCESSES as PROCESSES,
    Process as Process,
    Sampler as Sampler,
    complete_above as complete_above,
    is_colliding as is_colliding,
    process_rates as process_rates,
    production_rate as production_rate,
)
from .proton_bremsstrahlung.process import ProtonBremsstrahlung as ProtonBremsstrahlung
