"""What becomes of something that a directory names and nobody here knows; no code of a partner looks so."""

MAKE, NONE, OUT = "*make", "*none", "*out"
