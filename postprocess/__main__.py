"""`python -m postprocess`: the command line."""

from postprocess.cli.main import main

if __name__ == "__main__":
    main()
