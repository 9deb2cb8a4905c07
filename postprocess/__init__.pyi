from .acceptance.sums import accept as accept
from .acceptance.table import AcceptanceTable as AcceptanceTable
from .companions.gminus2 import FERMILAB_2021 as FERMILAB_2021
from .companions.relic import relic_line as relic_line
from .experiment.schema import (
    Experiment as Experiment,
    list_experiments as list_experiments,
    load_experiment as load_experiment,
)
from .limits.contour import Contour as Contour
from .limits.exact import (
    cls as cls,
    cls_with_bands as cls_with_bands,
    expected_limits as expected_limits,
    upper_limit as upper_limit,
)
from .limits.model import LimitModel as LimitModel, Nuisance as Nuisance
from .output.figures import (
    acceptance_figure as acceptance_figure,
    exclusion_figure as exclusion_figure,
    gminus2_bands as gminus2_bands,
    save_figure as save_figure,
)
from .scan.event_files import accept_files as accept_files
from .scan.jobs import Backend as Backend
from .scan.mass_reach import reach as reach
from .scan.plane_scan import PlaneScan as PlaneScan, scan_plane as scan_plane
from .scan.planes import ScanSettings as ScanSettings
from .scan.store import PointStore as PointStore
from .signal.counting import limit_model as limit_model
from .signal.yields import expected_yields as expected_yields, production_estimate as production_estimate
