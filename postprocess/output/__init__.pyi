from .attachments import Resource as Resource
from .darkcast import (
    PRODUCTIONS as PRODUCTIONS,
    require_invisible_like as require_invisible_like,
    write_darkcast as write_darkcast,
)
from .figures import (
    Line as Line,
    acceptance_figure as acceptance_figure,
    exclusion_figure as exclusion_figure,
    gminus2_bands as gminus2_bands,
    k_factor_figure as k_factor_figure,
    plane_of as plane_of,
    save_figure as save_figure,
)
from .hepdata import (
    DataTable as DataTable,
    acceptance_table as acceptance_table,
    contour_table as contour_table,
    rows_table as rows_table,
    write_submission as write_submission,
)
from .map_files import MapExport as MapExport, write_map as write_map
from .report import Figure as Figure, Table as Table, compare as compare, write_report as write_report
from .workspace import (
    WARNING as WARNING,
    asymptotic_limit as asymptotic_limit,
    build_patchset as build_patchset,
    build_workspace as build_workspace,
    write_json as write_json,
)
