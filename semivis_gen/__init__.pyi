from .decay.chain import Spin as Spin, decay_chain as decay_chain
from .decay.lifetimes import sample_lifetimes as sample_lifetimes
from .errors import SemivisError as SemivisError, SemivisWarning as SemivisWarning
from .events import Events as Events, IdMap as IdMap, RunInfo as RunInfo, concatenate as concatenate
from .generator import generate as generate
from .io.files import open_writer as open_writer, read_events as read_events, read_info as read_info
from .model.point import DarkMasses as DarkMasses, DarkSector as DarkSector, MassShape as MassShape
from .model.widths import Widths as Widths, compute_widths as compute_widths
from .numerics.estimate import Estimate as Estimate
from .production.annihilation.process import Annihilation as Annihilation
from .production.bremsstrahlung.process import Bremsstrahlung as Bremsstrahlung
from .production.collider.process import ColliderProduction as ColliderProduction
from .production.mesons.files import mesons_from_file as mesons_from_file
from .production.mesons.meson_list import MesonList as MesonList
from .production.mesons.mixing import VectorMixing as VectorMixing
from .production.mesons.process import MesonDecay as MesonDecay, MesonListDecay as MesonListDecay
from .production.process import PROCESSES as PROCESSES, production_rate as production_rate
from .production.proton_bremsstrahlung.process import ProtonBremsstrahlung as ProtonBremsstrahlung
from .target.collider import Collider as Collider
from .target.materials import Material as Material, material as material
from .target.proton_dump import ProtonDump as ProtonDump
from .target.sources import ThickTarget as ThickTarget, ThinTarget as ThinTarget
from .version import __version__ as __version__
