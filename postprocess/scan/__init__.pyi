from .event_files import accept_files as accept_files, require_different_samples as require_different_samples
from .exclusion import (
    exclude_epsilon as exclude_epsilon,
    exclude_splitting as exclude_splitting,
    with_exposure as with_exposure,
)
from .jobs import (
    Advance as Advance,
    Backend as Backend,
    Job as Job,
    default_workers as default_workers,
    run_jobs as run_jobs,
)
from .mass_reach import (
    half_difference as half_difference,
    mass_of_unit_strength as mass_of_unit_strength,
    reach as reach,
    signals_on_line as signals_on_line,
)
from .mass_samples import OwnSample as OwnSample, own_samples as own_samples, rate_unit as rate_unit
from .own_events import own_settings as own_settings, scan_samples as scan_samples
from .plane_scan import PlaneScan as PlaneScan, question as question, scan_plane as scan_plane
from .planes import (
    PlaneName as PlaneName,
    ScanSettings as ScanSettings,
    contour_of as contour_of,
    held_fixed as held_fixed,
    plane_points as plane_points,
)
from .rates import GivenRates as GivenRates, given_rates as given_rates
from .samples import MassPoint as MassPoint, SampleRequest as SampleRequest, by_shape as by_shape
from .signals import LARGEST_SHIFT as LARGEST_SHIFT, signal as signal
from .store import PointStore as PointStore
from .work import Done as Done, Work as Work
