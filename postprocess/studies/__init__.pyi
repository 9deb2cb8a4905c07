from .run import (
    Studies as Studies,
    run_studies as run_studies,
    study_jobs as study_jobs,
    study_samples as study_samples,
)
