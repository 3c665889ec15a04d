"""Finds the ODBC driver of SQL Server: installed on the machine, or from our own packages.

Rule of the house: a driver that the address names and that is installed is taken; nothing is
written on the machine.
"""

import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import SettingMissing

_MICROSOFT = "ODBC Driver {} for SQL Server"
_VERSIONS = (18, 17)
_MACHINES = {"aarch64": "arm64", "amd64": "x86_64"}
_FAMILIES = {"debian": "debian_ubuntu", "ubuntu": "debian_ubuntu", "suse": "suse", "sles": "suse"}


@dataclass(frozen=True, slots=True)
class Driver:
    """An ODBC driver, by the name or path the driver manager knows it by."""

    name: str

    @property
    def is_microsoft(self) -> bool:
        """Whether it is Microsoft's own, whose keywords we know."""
        return "msodbcsql" in self.name or self.name.startswith("ODBC Driver ")


def driver_for(named: str) -> Driver:
    """The driver that an address names, or what stands in for it.

    Args:
        named: What the address says; nothing means Microsoft's newest.

    Raises:
        SettingMissing: the driver, or the driver manager, is not there.
    """
    installed = frozenset(driver_manager().drivers())
    if named in installed or (named and Path(named).is_file()):
        return Driver(named)
    microsoft = [_MICROSOFT.format(version) for version in _VERSIONS]
    if named and named not in microsoft:
        message = "The ODBC driver that the address names is not installed."
        raise SettingMissing(message, next_step=f"Leave Driver= out, or name {microsoft[0]}.")
    for name in microsoft:
        if name in installed:
            return Driver(name)
    if packaged := packaged_driver():
        return Driver(str(packaged))
    message = "No ODBC driver for SQL Server is installed."
    raise SettingMissing(message, next_step=f"Install {microsoft[0]}, try again.")


def driver_manager() -> Any:  # noqa: ANN401 - pyodbc brings no types
    """The module pyodbc, ready to be used.

    Raises:
        SettingMissing: there is no driver manager.
    """
    try:
        # The driver manager's system library may be missing where no SQL Server is read.
        import pyodbc  # type: ignore[import-not-found] # noqa: PLC0415
    except ImportError as error:
        message = "The ODBC driver manager of this machine is not installed."
        raise SettingMissing(
            message, next_step="Install the packages libodbc2 and libltdl7, try again."
        ) from error
    # A connection that is closed is closed: it may hold a snapshot open on the practice's server.
    pyodbc.pooling = False
    return pyodbc


def packaged_driver() -> Path | None:
    """Microsoft's driver as the package mssql-python-odbc brings it; None where it does not."""
    try:
        # It is not made for every machine, and brings no types.
        from mssql_python_odbc import get_libs_dir  # type: ignore[import-untyped] # noqa: PLC0415
    except ImportError:
        return None
    machine = platform.machine().lower()
    folder, pattern = Path(get_libs_dir()), "libmsodbcsql*"
    system = {"Linux": f"linux/{_family()}", "Darwin": "macos"}.get(platform.system())
    if system is None:
        # Elsewhere a driver is known by its installed name only.
        return None
    place = folder / system / _MACHINES.get(machine, machine) / "lib"
    return next(iter(sorted(place.glob(pattern), reverse=True)), None)


def _family() -> str:
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return "debian_ubuntu"
    words = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    return next((_FAMILIES[word] for word in words if word in _FAMILIES), "rhel")
