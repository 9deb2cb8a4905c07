from .collider import Collider as Collider
from .form_factors import Nucleus as Nucleus, g2 as g2
from .interaction_length import nuclear_interaction_length as nuclear_interaction_length
from .materials import (
    Material as Material,
    layered as layered,
    material as material,
    material_names as material_names,
    mixture as mixture,
    radiation_length as radiation_length,
)
from .proton_dump import ProtonDump as ProtonDump
from .shower import (
    BINS_PER_E_FOLD as BINS_PER_E_FOLD,
    Shower as Shower,
    electromagnetic_shower as electromagnetic_shower,
)
from .sources import (
    LEPTONS as LEPTONS,
    Lepton as Lepton,
    Source as Source,
    ThickTarget as ThickTarget,
    ThinTarget as ThinTarget,
)
from .tracks import (
    Track as Track,
    primary_depths as primary_depths,
    primary_spectrum as primary_spectrum,
)
