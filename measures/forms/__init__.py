"""The filing form: a grid of cells for each line, that keeps what was typed and asks the rules.

Not a Django form, because its fields are an indicator's categories, and because a text that is no number must stand
in its field again. It parses its own medium and holds no rule.
"""

from measures.forms.filing import FilingForm
from measures.forms.line import LineForm
from measures.forms.typed import ANSWERS

__all__ = ["ANSWERS", "FilingForm", "LineForm"]
