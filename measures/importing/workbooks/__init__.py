"""The workbook that one partner fills in for a month or several: what it asks, how it is written, how it is read back.

    asking.py   the lines it asks for, with what stands there and what came before
    layout.py   where everything stands: columns, the hidden sheet of facts, the hidden key of a row
    inputs.py   what may be typed where, and the words of the lists to choose from
    writing.py  the workbook itself, in the reader's language, with nothing in it that calculates; imported by whoever
                writes one, at that moment, since openpyxl takes longer than most pages do
    reading.py  a filled one, as rows in the tidy columns that every import reads

A reader may rename, move and widen what can be seen: only the hidden names of the columns and the hidden key of each
row are read.
"""

from measures.importing.workbooks.asking import Asked, ask
from measures.importing.workbooks.layout import FORM
from measures.importing.workbooks.reading import ANY, Expected, Filled, fill

__all__ = ["ANY", "FORM", "Asked", "Expected", "Filled", "ask", "fill"]
