"""Directories of services that somebody keeps elsewhere: read as one list (`reading`), its columns guessed at (`guessing`),
and held against the register (`planning`)."""
