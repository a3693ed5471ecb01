"""The commands of `mdgym`, a module each."""
