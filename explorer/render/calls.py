"""The HTTP interface as one plain page, made from its own OpenAPI document."""

from collections.abc import Mapping
from html import escape
from typing import Any

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem;
        color: #1d1b18; background: #fbfaf7; }}
h1 {{ font-family: Georgia, serif; font-weight: 500; }}
dt {{ margin-top: 1.5rem; font-family: ui-monospace, monospace; }}
dd {{ margin: .25rem 0 0 0; }}
</style></head>
<body><main><h1>{title}</h1>
<p>The whole description, for programs: <a href="/api/openapi.json">openapi.json</a></p>
<dl>{calls}</dl></main></body></html>
"""


def calls_page(openapi: Mapping[str, Any]) -> str:
    """The page, asking nothing of any other server."""
    calls = [
        f"<dt><strong>{escape(method.upper())}</strong> {escape(path)}</dt>"
        f"<dd>{escape(told.get('description', told.get('summary', '')))}</dd>"
        for path, methods in openapi["paths"].items()
        for method, told in methods.items()
    ]
    return _PAGE.format(title=escape(openapi["info"]["title"]), calls="".join(calls))
