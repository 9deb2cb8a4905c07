from .gminus2 import FERMILAB_2021 as FERMILAB_2021, LATTICE_2025 as LATTICE_2025, PRE_FERMILAB as PRE_FERMILAB
from .landau import landau_bound as landau_bound
from .relic import (
    relic_alpha_d as relic_alpha_d,
    relic_epsilon as relic_epsilon,
    relic_line as relic_line,
    relic_splitting as relic_splitting,
    y_parameter as y_parameter,
)
from .relic_grid import first_grid as first_grid, refine_line as refine_line
