from .muons import largest_muon_share as largest_muon_share
from .production import ProductionRow as ProductionRow, production_rows as production_rows
from .r_cut import (
    CutEfficiency as CutEfficiency,
    cut_efficiency as cut_efficiency,
    cut_efficiency_job as cut_efficiency_job,
)
from .registry import STUDIES as STUDIES, Study as Study, StudyContext as StudyContext, study as study
from .run import StudyTable as StudyTable, run_studies as run_studies, study_work as study_work
from .width import PUBLISHED_K as PUBLISHED_K
