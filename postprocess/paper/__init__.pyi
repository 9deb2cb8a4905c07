from .delivery import deliver as deliver
from .reproduction import benchmark_settings as benchmark_settings, reproduce as reproduce, steps_of as steps_of
