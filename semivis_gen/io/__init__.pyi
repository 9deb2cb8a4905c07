from .atomic import atomic_path as atomic_path
from .files import open_writer as open_writer, read_events as read_events, read_info as read_info
from .formats import STDIN as STDIN
from .header import dump_info as dump_info
from .owners import is_gone as is_gone, mark as mark
from .text.streams import OutputStream as OutputStream
from .vertices import production_points as production_points
