"""Vehicles, sequences, missions, faults, scenarios and stations: data with sources, no code."""
