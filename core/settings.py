"""What a migration is set to: `perio.toml` in its folder, `PERIO_*` in the environment.

Rule of the house: read once; secrets come from the environment or from files outside the folder.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from core.errors import SettingMissing, SetupError

FILE_NAME = "perio.toml"
_PASSWORD_IN_ADDRESS = re.compile(r"://[^/@]*:[^/@]*@|[?&]password=")
SANDBOX = "sandbox"
"""The destination that needs no account: the emulator, run beside the migration."""


FIELD_CAPS = {"lite": 30, "growth": 100, "premium": 300, "ultimate": 500}
"""Plan tier -> custom fields of all objects together."""

DEALS_PER_SEAT = {"lite": 2_500, "growth": 5_000, "premium": 15_000, "ultimate": 20_000}
"""Plan tier -> leads and deals that a seat brings, archived and deleted ones not counted."""


class Settings(BaseSettings):
    """The settings of one migration.

    Attributes:
        migration_id: Its id; names the key file.
        source: SQLAlchemy or ODBC address of the practice's database; a relative SQLite path is
            relative to the folder.
        destination: Base URL of the CRM, or "sandbox".
        token: API token; never in the file.
        auth: "token" or "oauth".
        tier: The account's plan tier: lite, growth, premium, ultimate; fast for the sandbox.
        requests_per_2s: Allowed requests in two seconds; asked of the CRM when absent.
        tokens_per_day: Daily token budget; asked of the CRM when absent.
        reserve: Share of the budget left to the practice's other integrations.
        quarantine_s: Shortest wait before a write of unknown outcome is looked for.
        read_lag_s: Time between two looks.
        probes: Records of each plan that are watched until the account's list shows them, which
            measures how late it is; 0 for none. Reading only.
        in_flight: Requests under way at once.
        ballast_mb: Room held on the ledger's disk while records are written, so that answers can
            be noted when it fills up; 0 for none. Only for a ledger in a file.
        sample_patients: Patients drawn for the sample.
        custom_field_cap: Custom fields that the account takes; by the tier when absent.
        explain_all: Whether the inventory may be signed only when every flagged table is explained.
        prefect_api_url: The Prefect server that runs the deployments; "" for none.
        ledger: Address of the ledger's database, `postgresql+psycopg://…`; "" for the SQLite file
            in the folder. A password in it comes from the environment only: PERIO_LEDGER whole,
            or PGPASSWORD.
        anchor: A second place for signed checkpoints of the audit log: a file outside the folder,
            or "syslog"; "" for none.
        load_hours: How long a request for the full load, and its signature, can be used.
        rollback_hours: How long a rollback's signature can be used.
        rollback_people: Different people whose signatures a rollback needs.
        codes_required: Whether who signs must have set up one-time codes.
        learned: File of names that confirmed maps taught, for several migrations to share; "" for
            `learned.csv` in the folder.
        adviser_url: OpenAI-compatible address of a language model that `propose --ask` may ask;
            "" for none.
        adviser_model: Its name there.
        adviser_token: Its token; never in the file.
    """

    model_config = SettingsConfigDict(
        env_prefix="PERIO_", extra="ignore", hide_input_in_errors=True
    )

    migration_id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    source: str
    destination: str = SANDBOX
    token: SecretStr = SecretStr("")
    auth: str = Field(default="token", pattern="^(token|oauth)$")
    tier: str = "fast"
    requests_per_2s: int | None = Field(default=None, ge=1)
    tokens_per_day: int | None = Field(default=None, ge=1)
    reserve: float = Field(default=0.25, ge=0, lt=1)
    quarantine_s: float | None = Field(default=None, ge=0)
    read_lag_s: float | None = Field(default=None, ge=0)
    in_flight: int = Field(default=64, ge=1, le=256)
    probes: int | None = Field(default=None, ge=0, le=100)
    ballast_mb: int | None = Field(default=None, ge=0)
    sample_patients: int = Field(default=100, ge=1)
    custom_field_cap: int | None = Field(default=None, ge=1)
    explain_all: bool = False
    prefect_api_url: str = ""
    ledger: SecretStr = SecretStr("")
    anchor: str = ""
    load_hours: float = Field(default=72.0, gt=0)
    rollback_hours: float = Field(default=24.0, gt=0)
    rollback_people: int = Field(default=1, ge=1, le=2)
    codes_required: bool = False
    learned: str = ""
    adviser_url: str = ""
    adviser_model: str = ""
    adviser_token: SecretStr = SecretStr("")

    @property
    def is_sandbox(self) -> bool:
        """Whether the destination is the emulator run beside the migration."""
        return self.destination == SANDBOX

    @property
    def field_cap(self) -> int | None:
        """Custom fields that the account takes; None where neither setting nor tier says."""
        return self.custom_field_cap or FIELD_CAPS.get(self.tier)

    @property
    def deals_per_seat(self) -> int | None:
        """Leads and deals that a seat brings; None where the tier does not say."""
        return DEALS_PER_SEAT.get(self.tier)

    @property
    def waits_s(self) -> tuple[float, float]:
        """Quarantine and read lag; short for the sandbox, which answers at once or never."""
        usual = (2.0, 0.2) if self.is_sandbox else (300.0, 60.0)
        quarantine_s = usual[0] if self.quarantine_s is None else self.quarantine_s
        return quarantine_s, usual[1] if self.read_lag_s is None else self.read_lag_s

    @property
    def lag_probes(self) -> int:
        """Records watched; none in the sandbox, which answers at once or never."""
        return (0 if self.is_sandbox else 20) if self.probes is None else self.probes

    @property
    def ballast_bytes(self) -> int:
        """Room to hold on the ledger's disk; little for the sandbox, whose records are nobody's."""
        usual = 1 if self.is_sandbox else 64
        return (usual if self.ballast_mb is None else self.ballast_mb) << 20

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before the file."""
        del dotenv_settings
        file = TomlConfigSettingsSource(settings_cls)
        return init_settings, env_settings, file_secret_settings, file


def load_settings(folder: Path) -> Settings:
    """The settings of the migration in a folder.

    Raises:
        SettingMissing: there is no `perio.toml`.
        SetupError: a setting is missing or not allowed.
    """
    file = folder / FILE_NAME
    if not file.is_file():
        message = f"There is no {FILE_NAME} in {folder}."
        step = "Run `./perio init --source URL --destination URL`, or name the folder: --dir PATH."
        raise SettingMissing(message, next_step=step)
    document = _document(file)
    if {"token", "adviser_token"} & document.keys():
        message = f"{FILE_NAME} holds a token; a secret does not belong in the folder."
        raise SetupError(
            message, next_step="Remove it and set PERIO_TOKEN (PERIO_ADVISER_TOKEN) instead."
        )
    if _PASSWORD_IN_ADDRESS.search(str(document.get("ledger", ""))):
        message = f"{FILE_NAME} holds the password of the ledger's database."
        step = "Remove it from the address and set PGPASSWORD, or set PERIO_LEDGER instead."
        raise SetupError(message, next_step=step)

    class InFolder(Settings):
        model_config = SettingsConfigDict(toml_file=file)

    try:
        return InFolder()  # type: ignore[call-arg]
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
            for each in error.errors(include_input=False, include_url=False)
        )
        message = f"The settings are not right: {wrong}."
        raise SetupError(message, next_step=f"Mend {FILE_NAME} or the PERIO_* variables.") from None


def _document(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{FILE_NAME} cannot be read: {error}."
        raise SetupError(message, next_step="Mend the file.") from None


def write_settings(folder: Path, **settings: str | float) -> None:
    """Write `perio.toml` for a new migration.

    Raises:
        SetupError: the folder has one already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / FILE_NAME
    if file.exists():
        message = f"{folder} holds a migration already."
        raise SetupError(message, next_step="Choose another folder, or go on with this one.")
    file.write_text(tomli_w.dumps(settings), encoding="utf-8")
