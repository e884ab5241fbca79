from measures.models.filings import Figure, FigureEvent, Filing, Remark, Upload
from measures.models.indicators import Category, Dimension, Indicator, Target
from measures.models.obligations import Excuse, Obligation, Reopening
from measures.models.rollups import Rollup, StaleMark

__all__ = [
    "Category",
    "Dimension",
    "Excuse",
    "Figure",
    "FigureEvent",
    "Filing",
    "Indicator",
    "Obligation",
    "Remark",
    "Reopening",
    "Rollup",
    "StaleMark",
    "Target",
    "Upload",
]
