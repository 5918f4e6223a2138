"""One flight as one HTML page, and the plots and maps that the console shares (static/)."""

from flightsw.report.page import report

__all__ = ["report"]
