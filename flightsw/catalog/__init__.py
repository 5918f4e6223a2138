"""Vehicles, sequences, missions, faults, scenarios and stations, as data with their sources: no code lives here."""
