"""The console: a flight watched in a browser, fed by the ground alone.

A source gives pieces of a downlink log; the live ground reads them; the server sends what is new.
Nothing here knows the truth: import-linter keeps it away from `flightsw.flight`.
"""
