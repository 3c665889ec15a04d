"""Streamlit's settings for the console, said once for server and tests.

Rule of the house: nothing leaves the host, and no error page shows what a program knows.
"""

import os

from streamlit import config

ACCENT = "#0b5394"
"""The one accent colour."""

HOSTS_VARIABLE = "PERIO_CONSOLE_HOSTS"
"""Further host names, comma-separated, under which a proxy serves the console."""

_SERVER: dict[str, object] = {
    "server.headless": True,
    "server.address": "127.0.0.1",
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.maxUploadSize": 1,
    "server.disconnectedSessionTTL": 60,
    "server.fileWatcherType": "none",
    "server.showEmailPrompt": False,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "client.disableDataExport": True,
    "client.allowedOrigins": [],
    "client.showSidebarNavigation": True,
    "runner.magicEnabled": False,
    "logger.level": "warning",
    "logger.hideWelcomeMessage": True,
}

_THEME: dict[str, object] = {
    "theme.base": "light",
    "theme.primaryColor": ACCENT,
    "theme.linkColor": ACCENT,
    "theme.backgroundColor": "#ffffff",
    "theme.secondaryBackgroundColor": "#f3f6f9",
    "theme.textColor": "#1c2733",
    "theme.borderColor": "#dbe2ea",
    "theme.baseRadius": "6px",
    "theme.showWidgetBorder": True,
    "theme.dataframeBorderColor": "#e4e9ef",
    "theme.dataframeHeaderBackgroundColor": "#f3f6f9",
    "theme.baseFontSize": 15,
    "theme.headingFontSizes": ["2rem", "1.5rem", "1.2rem"],
    "theme.headingFontWeights": [700, 650, 650],
    "theme.greenBackgroundColor": "#d5eedd",
    "theme.orangeBackgroundColor": "#fde7c3",
    "theme.redBackgroundColor": "#fbe0dd",
    "theme.blueBackgroundColor": "#dbe9f6",
    "theme.violetBackgroundColor": "#e7dff5",
    "theme.grayBackgroundColor": "#e6eaef",
    "theme.sidebar.backgroundColor": "#f3f6f9",
    "theme.sidebar.borderColor": "#dbe2ea",
    "theme.showSidebarBorder": True,
}


def hosts() -> list[str]:
    """Host names that the console answers to."""
    further = os.environ.get(HOSTS_VARIABLE, "")
    return ["localhost", "127.0.0.1", *(name.strip() for name in further.split(",") if name)]


def options() -> dict[str, object]:
    """Every option the console sets, by Streamlit's name."""
    return _SERVER | _THEME | {"server.allowedHosts": hosts()}


def apply() -> None:
    """Set them in this process; a config file elsewhere on the host changes none of them."""
    config.get_config_options(force_reparse=True, options_from_flags=options())
