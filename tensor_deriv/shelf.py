"""Where the derivations' files lie and what they are called; light, so that help is there at once."""

from __future__ import annotations

import os
from collections.abc import Iterable

from .errors import UnknownNameError

HERE = os.path.dirname(os.path.realpath(__file__))
FOLDERS = (os.path.join(HERE, "derivations"), os.path.join(os.path.dirname(HERE), "derivations"))  # as installed, and in the source tree
ENDING = ".toml"


def folder() -> str:
    """Where the shipped catalogue lies."""
    return next((path for path in FOLDERS if os.path.isdir(path)), FOLDERS[0])


def names() -> tuple[str, ...]:
    """The names of the shipped catalogue, in alphabetical order."""
    found = os.listdir(folder()) if os.path.isdir(folder()) else []
    return tuple(sorted(name.removesuffix(ENDING) for name in found if name.endswith(ENDING)))


def find(name_or_path: str) -> str:
    """The file of an entry: a path as it stands, a name in the shipped catalogue; UnknownNameError where there is none."""
    if is_path(name_or_path):
        return name_or_path
    if name_or_path in names():
        return os.path.join(folder(), name_or_path + ENDING)
    hint = suggestion(name_or_path, names()) or f"; `derive list` shows the catalogue, and the path of a {ENDING} file works too"
    raise UnknownNameError(f"there is no derivation `{name_or_path}`{hint}")


def is_path(text: str) -> bool:
    """Whether a text is meant as a path rather than as a name."""
    return text.endswith(ENDING) or "/" in text or os.sep in text


def files(place: str) -> tuple[str, ...]:
    """The derivations' files that a name, a file or a folder stands for; UnknownNameError where there is none."""
    if not os.path.isdir(place):
        return (find(place),)
    found = sorted(name for name in os.listdir(place) if name.endswith(ENDING))
    if not found:
        raise UnknownNameError(f"{place}: there is no {ENDING} file in this folder")
    return tuple(os.path.join(place, name) for name in found)


def suggestion(name: str, known: Iterable[str]) -> str:
    """`; did you mean …?` where a known name is close, or differs in upper and lower case alone."""
    from difflib import get_close_matches

    among = list(known)
    same = [other for other in among if other.lower() == name.lower()]
    close = same or get_close_matches(name, among, 1, 0.6)
    return f"; did you mean `{close[0]}`?" if close else ""
