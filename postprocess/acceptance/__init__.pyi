from .cut_flow import cut_flow_rows as cut_flow_rows, write_cut_flows as write_cut_flows
from .sums import (
    AcceptanceTable as AcceptanceTable,
    Accepted as Accepted,
    accept as accept,
    sum_up as sum_up,
    table_of as table_of,
)
