from .cells import CellTable as CellTable
from .estimate import Estimate as Estimate
from .kinematics import (
    boost as boost,
    boost_from_rest as boost_from_rest,
    boost_to_rest as boost_to_rest,
    breakup_momentum as breakup_momentum,
    energy_of as energy_of,
    invariant_product as invariant_product,
    isotropic as isotropic,
    tilted as tilted,
)
from .quadrature import gauss as gauss, panels as panels
