"""`python -m flightsw` is `flightsw`."""

import sys

from flightsw.cli import main

sys.exit(main())
