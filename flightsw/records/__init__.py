"""The run folder: what was flown, what was heard, and, apart from it, what truly happened."""

from flightsw.records.run_folder import RecordError, RunFolder

__all__ = ["RecordError", "RunFolder"]
