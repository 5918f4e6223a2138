"""Boards that are processes, and the firmware of those that are not."""
