"""Acts like bin/madevent for the tests: FAKE_RESULT is its result, FAKE_EVENTS an event file.

FAKE_SPREAD is the relative error of its result from 5000 points.
"""

import os
import re
import shutil
import sys
from pathlib import Path

script = Path(sys.argv[1]).read_text(encoding="utf-8")
sys.stdout.write(script)
Path("SubProcesses").mkdir(exist_ok=True)
result = os.environ.get("FAKE_RESULT", "0.50294E-15 0.55745E-18 0 1 2 3")
points = re.search(r"--points=(\d+)", script)
if points and "FAKE_SPREAD" in os.environ:
    value = float(result.split()[0])
    result = f"{value} {value * float(os.environ['FAKE_SPREAD']) * (5000 / int(points[1])) ** 0.5}"
if result:
    Path("SubProcesses/results.dat").write_text(result, encoding="utf-8")
run = re.search(r"generate_events (\S+)", script)
if run and "FAKE_EVENTS" in os.environ:
    events, folder = Path(os.environ["FAKE_EVENTS"]), Path("Events") / run[1]
    folder.mkdir(parents=True)
    shutil.copy(events, folder / "unweighted_events.lhe.gz")
    asked = re.search(r"(\d+) = nevents", Path("Cards/run_card.dat").read_text(encoding="utf-8"))
    events.with_name("asked").write_text(asked[1], encoding="utf-8")
