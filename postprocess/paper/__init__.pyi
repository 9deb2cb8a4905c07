from .delivery import deliver as deliver
from .reproduction import reproduce as reproduce, steps_of as steps_of
