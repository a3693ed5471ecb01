"""`python -m mdgym` is the command `mdgym`."""

from mdgym.cli import main

main()
