"""Remakes docs/pictures: an answer of the sample collection on a phone and on a desk."""

import logging
from pathlib import Path
from tempfile import TemporaryDirectory

from conftest import ROOT, SAMPLE, quiet
from test_page import NARROW, WIDE, ask, chromium, serving, visiting

from explorer.config import Settings
from ingest.pipeline import build
from ingest.sourcelist import load_sources

QUESTION = "Which blue did Hokusai use for the Great Wave?"
ALL_PICTURES = """Promise.all([...document.images].map((image) => {
  image.loading = 'eager';  // those below the edge would never come
  return image.decode();
}))"""
HEIGHTS = {NARROW: 1600, WIDE: 2020}  # to the end of the first cards where there is room
FOLDER = ROOT / "docs" / "pictures"


def take_pictures(data_dir: Path) -> None:
    """Nothing; the pictures are in docs/pictures."""
    build(load_sources(SAMPLE), Settings(data_dir=data_dir), quiet)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, serving(data_dir) as address:
        for size, height in HEIGHTS.items():
            with visiting(browser, address, size) as page:
                ask(page, QUESTION)
                page.evaluate(ALL_PICTURES)
                page.mouse.move(0, 0)
                page.screenshot(
                    path=FOLDER / f"page-{size[0]}.png",
                    full_page=True,
                    clip={"x": 0, "y": 0, "width": size[0], "height": height},
                )
    logging.getLogger(__name__).info("The pictures are in %s.", FOLDER)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    with TemporaryDirectory() as folder:
        take_pictures(Path(folder))
