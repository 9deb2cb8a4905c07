from .contour import Contour as Contour
from .crossings import refine as refine
from .edges import COMPLETE as COMPLETE, SURE as SURE, Edges as Edges, excluded_edges as excluded_edges
from .exact import (
    cls as cls,
    cls_with_bands as cls_with_bands,
    expected_limits as expected_limits,
    upper_limit as upper_limit,
)
from .mean import mean_expected_limit as mean_expected_limit
from .model import LimitModel as LimitModel, Nuisance as Nuisance
from .union import Union as Union, union_of as union_of
