"""Tables on the terminal, and in files and pipes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

UNCUT = 10_000
"""Columns of what goes into a file or a pipe: whoever reads it there searches it, and must find every name whole."""


def show(table: Table) -> None:
    """Prints a table: as wide as the terminal, and as wide as it is where there is none."""
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else UNCUT).print(table)
