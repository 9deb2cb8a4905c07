"""`python -m semivis_gen`: the installed command `semivis`; generators do not know the package that has it."""

import sys
from importlib.metadata import entry_points

if __name__ == "__main__":
    for command in entry_points(group="console_scripts", name="semivis"):
        sys.exit(command.load()())
    print("error: the command semivis is not installed: pip install . in the checkout", file=sys.stderr)  # noqa: T201
    sys.exit(2)
