"""The tree of errors, arranged by what the caller does next.

Rule of the house: a message says what happened, where and what to do; never a value of a patient.

    MigrationError                                            next step                    exit
    ├─ SetupError         SettingMissing · MapGap ·           mend the set-up, start again   10
    │                     AccessRefused (CodeNeeded)
    ├─ SourceError        SourceUnreachable* · NoPractice ·   look at the source             20
    │                     SourceShapeChanged
    ├─ PlanError          PlanNotApproved · PlanStale ·       review again                   30
    │                     StepNotAllowed · GateRefused
    ├─ DestinationError   DestinationUnreachable* ·           look at the destination        40
    │                     DestinationBusy* ·
    │                     DestinationRefused · FieldVanished ·
    │                     OutcomeUnknown
    └─ LedgerError        IllegalTransition · ChainBroken ·   stop; call a person            50
                          LedgerLocked · LedgerFull · KeyMissing
       * also Transient: the only class that may be tried again as it is
"""


class MigrationError(Exception):
    """Something the world did that stops this step.

    Args:
        message: What happened and where.
        next_step: What a person does now; shown on its own line.
    """

    exit_code = 1

    def __init__(self, message: str, *, next_step: str = "") -> None:
        """Keep the next step apart, so that a screen can show it as one."""
        super().__init__(message)
        self.next_step = next_step


class Transient(MigrationError):
    """May pass by itself; trying the same again is safe."""


class SetupError(MigrationError):
    """The set-up is not complete or not right."""

    exit_code = 10


class SettingMissing(SetupError):
    """A setting, file or secret that this step needs is not there."""


class MapGap(SetupError):
    """The map leaves a column or a required field unanswered."""


class AccessRefused(SetupError):
    """A user is unknown, the password is wrong, or the role does not allow this."""


class CodeNeeded(AccessRefused):
    """Name and password are right; the account's one-time code is asked for too."""


class SourceError(MigrationError):
    """The source cannot be read as expected."""

    exit_code = 20


class SourceUnreachable(SourceError, Transient):
    """The source does not answer."""


class NoPractice(SourceError):
    """The source is empty or holds nothing that looks like a practice."""


class SourceShapeChanged(SourceError):
    """A table or column that the map names is no longer there."""


class PlanError(MigrationError):
    """The plan may not be carried out as it stands."""

    exit_code = 30


class PlanNotApproved(PlanError):
    """Nobody signed for this plan, or the signature is used up."""


class PlanStale(PlanError):
    """What was approved is not what would be written now."""


class StepNotAllowed(PlanError):
    """The migration is not at a stage from which this step leads on."""


class GateRefused(PlanError):
    """A signature was asked for that may not be given yet, or not by this person."""


class DestinationError(MigrationError):
    """The destination did not do what was asked."""

    exit_code = 40


class DestinationUnreachable(DestinationError, Transient):
    """The destination does not answer; nothing was sent."""


class DestinationBusy(DestinationError, Transient):
    """The destination asks us to wait."""


class DestinationRefused(DestinationError):
    """The destination understood the request and said no."""


class FieldVanished(DestinationError):
    """A custom field or option that the migration uses is gone."""


class OutcomeUnknown(DestinationError):
    """Sent, but no answer: observe and compare before anything is sent again."""


class LedgerError(MigrationError):
    """The ledger cannot be trusted or written."""

    exit_code = 50


class IllegalTransition(LedgerError):
    """A stage was asked for that does not follow from the present one."""


class ChainBroken(LedgerError):
    """The audit log was altered."""


class LedgerLocked(LedgerError):
    """Another run holds the ledger."""


class LedgerFull(LedgerError):
    """The ledger cannot be written: no space is left."""


class KeyMissing(LedgerError):
    """The key that opens the values at rest is not there or does not fit."""
