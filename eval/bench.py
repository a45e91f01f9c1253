"""Speed as ratios against two peers, all in one run: `make bench`.

The suite `latency` over the collection at hand, with the sample's questions.
"""

import sys
from pathlib import Path

from eval import latency, tables
from eval.queries import load_queries
from explorer.config import load_settings
from explorer.wiring import open_explorer


def main() -> None:
    """Print the report over the data folder of the settings, or the one named."""
    named = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    explorer = open_explorer(load_settings({"data_dir": named}))
    measured = latency.run(load_queries("sample"), explorer)
    sys.stdout.write(tables.measured(measured) + "\n")


if __name__ == "__main__":
    main()
