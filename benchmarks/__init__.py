"""Measurements of mdgym itself, each a command: `mdgym bench NAME --json`."""
