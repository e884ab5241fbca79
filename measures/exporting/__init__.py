"""Figures on their way out, streamed whatever their number: tidy rows, DHIS2 data value sets, IATI results."""

from measures.exporting.figures import Wanted, figure_page, figure_rows, published_rows, seen_by, tidy

__all__ = ["Wanted", "figure_page", "figure_rows", "published_rows", "seen_by", "tidy"]
