from .acceptance_map import AcceptanceMap as AcceptanceMap, MapSelection as MapSelection
from .aprimes import Aprimes as Aprimes, find_aprimes as find_aprimes
from .candidates import Candidates as Candidates
from .consistency import CHECKS as CHECKS
from .cut_flow import cut_flow_rows as cut_flow_rows, write_cut_flows as write_cut_flows
from .decay_points import DecayPoints as DecayPoints
from .decays import channels_open as channels_open, seen_share as seen_share
from .far import chance_of as chance_of
from .geometry import GEOMETRIES as GEOMETRIES, Geometry as Geometry, Impact as Impact, Planes as Planes
from .map_bins import AXES as AXES
from .requirements import (
    REQUIREMENTS as REQUIREMENTS,
    Requirement as Requirement,
    sees_products as sees_products,
)
from .scenarios.invisible import Invisible as Invisible
from .scenarios.protocol import (
    SCENARIOS as SCENARIOS,
    Chi2Width as Chi2Width,
    Flight as Flight,
    Scenario as Scenario,
)
from .scenarios.semivisible import Semivisible as Semivisible
from .scenarios.visible import Visible as Visible
from .sums import Accepted as Accepted, accept as accept, sum_up as sum_up, table_of as table_of
from .table import AcceptanceTable as AcceptanceTable
