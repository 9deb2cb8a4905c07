from .delivery import deliver as deliver
from .plane_plot import exposure as exposure, plane_figure as plane_figure
from .relic_lines import RelicLine as RelicLine, read_relic as read_relic, relic_job as relic_job
from .reproduction import benchmark_settings as benchmark_settings, reproduce as reproduce, steps_of as steps_of
