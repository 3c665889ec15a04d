"""Finds the file that a stored path names, below one folder and nowhere else.

Rule of the house: a path out of a database is a stranger's word; it may not lead out of its folder.
"""

from pathlib import Path, PureWindowsPath


def file_below(folder: Path, stored: str) -> Path | None:
    """The file a stored path names, or None when there is none or it lies outside the folder.

    Both kinds of slash divide, as the program that stored the path ran on Windows; upper and
    lower case may differ from the name on disk.
    """
    written = PureWindowsPath(stored)
    parts = written.parts
    if not parts or written.anchor or ".." in parts or "\0" in stored:
        return None
    try:
        found = folder.joinpath(*parts)
        if not found.is_file():
            found = _in_any_case(folder, parts) or found
        resolved = found.resolve(strict=True)
        is_inside = resolved.is_relative_to(folder.resolve())
        return resolved if is_inside and resolved.is_file() else None
    except (OSError, ValueError):
        # No such file, a name longer than the file system takes, or a loop of links.
        return None


def _in_any_case(folder: Path, parts: tuple[str, ...]) -> Path | None:
    place = folder
    for part in parts:
        same = [entry for entry in place.iterdir() if entry.name.casefold() == part.casefold()]
        if len(same) != 1:
            return None
        place = same[0]
    return place
