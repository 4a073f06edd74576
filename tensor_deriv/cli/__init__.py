"""The command `derive`; importing it loads click and the catalogue's reader, nothing that computes."""

from .commands import main as main
