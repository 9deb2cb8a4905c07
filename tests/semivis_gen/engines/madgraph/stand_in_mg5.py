"""Acts like MadGraph for the tests: FAKE_MG5 says how it behaves, FAKE_CARDS names a folder with cards.

`output DIR` makes DIR with these cards and `stand_in_madevent.py` as bin/madevent; `output standalone DIR` makes one
whose compiled program tells FAKE_VALUES, one a line.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

mode = os.environ.get("FAKE_MG5", "")
script = Path(sys.argv[1]).read_text(encoding="utf-8")
sys.stdout.write(script)
if mode == "crash":
    sys.stdout.write("the last words\n")
    sys.exit(7)
if mode == "error":
    sys.stdout.write("Error detected in sub-command output\n")
    sys.exit(0)  # as the real one
if mode == "sleep":
    child = subprocess.Popen(["sleep", "60"])
    Path(os.environ["FAKE_PID"]).write_text(str(child.pid), encoding="utf-8")
    time.sleep(60)
for folder in map(Path, re.findall(r"^output (?:fixed_target )?(/\S+)", script, re.MULTILINE)):
    shutil.copytree(os.environ["FAKE_CARDS"], folder / "Cards")
    (folder / "bin").mkdir()
    program = folder / "bin/madevent"
    text = Path(__file__).with_name("madevent").read_text(encoding="utf-8")
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
for folder in map(Path, re.findall(r"^output standalone (\S+)", script, re.MULTILINE)):
    shutil.copytree(os.environ["FAKE_CARDS"], folder / "Cards")
    for part, rule in (("Source", "all:\n\ttrue\n"), ("SubProcesses/P1_x", "check:\n\tcp ../../values check\n")):
        (folder / part).mkdir(parents=True)
        (folder / part / "makefile").write_text(rule, encoding="utf-8")
    values = folder / "values"
    values.write_text(f"#!/bin/sh\ncat > input\necho '{os.environ['FAKE_VALUES']}'\n", encoding="utf-8")
    values.chmod(0o755)
table = re.search(r"--output=(\S+)", script)
if table and mode != "no table":
    Path(table[1]).write_text(
        "DECAY  58   5.0e-16\n#  BR  NDA  ID1 ID2\n   9.0e-01   3    -11  11  52 # 4.5e-16\n"
        "   1.0e-01   3    -13  13  52 # 5e-17\nDECAY  1  0.0\n",
        encoding="utf-8",
    )
