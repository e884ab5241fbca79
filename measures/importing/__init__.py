"""Figures from files: read, judged row by row, shown before anything is written, applied as one.

    office.py   what the rows are looked up against, loaded once
    reading.py  a file's rows into figures, with everything that is wrong with them
    standing.py what stands in the database where the rows would go
    preview.py  what applying would change, and applying it

Import reads what export writes: the tidy columns of `COLUMNS`, in CSV or XLSX. Nothing is ever deleted: a blank cell
leaves alone what is there, 0 sets zero, and the same file twice changes nothing.
"""

from measures.importing.preview import Preview, apply, check_file
from measures.importing.reading import COLUMNS

__all__ = ["COLUMNS", "Preview", "apply", "check_file"]
