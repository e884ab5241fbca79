"""What people type: a partner's report (`filing`, `line`, `typed`), and the set-up of what is measured (`setup`).

A report is not a Django form, because its fields are an indicator's categories, and because a text that is no number
must stand in its field again. It is a grid of cells for each line; it parses its own medium and holds no rule.
"""

from measures.forms.filing import FilingForm
from measures.forms.line import LineForm
from measures.forms.typed import ANSWERS

__all__ = ["ANSWERS", "FilingForm", "LineForm"]
