"""What visibility hides in Pipedrive: from the token's user, and from the practice's people.

Rule of the house: only what was really read is said; groups are counted, people are not named.

Source:
    The maker's help on visibility groups: an item kept to its owner or a group is shown to admins
    of the app as well; the smaller plans have one group and two levels, the larger ones more.
"""

from core.migration.preflight import End, Finding, Severity
from core.ports import Standing

VISIBILITY = "visibility"


def visibility_findings(standing: Standing) -> list[Finding]:
    """What may be hidden from the token's user, and who will see what the load makes."""
    return [_hidden_from_us(standing), _seen_by_others(standing)]


def _hidden_from_us(standing: Standing) -> Finding:
    user = standing.user
    if user.sees_all:
        said = (
            "The token's user is an admin of the app that people, organizations and deals are in: "
            "visibility hides none of them from it."
        )
        return Finding(End.DESTINATION, VISIBILITY, Severity.GOOD, said)
    who = "an admin of other parts of the account alone" if user.is_admin else "a regular user"
    said = (
        f"The token's user is {who}: records of others that only their owner may see are hidden "
        f"from it{_other_groups(standing)}. What is hidden cannot be compared or taken back."
    )
    step = (
        "Use the token of a user who is an admin of Deals (Manage users, Permission sets), or have "
        "an admin put its user into a group above the others for the time of the migration."
    )
    return Finding(End.DESTINATION, VISIBILITY, Severity.WARNING, said, step)


def _other_groups(standing: Standing) -> str:
    own = standing.user.group_id
    groups = {each.group_id for each in standing.users if each.is_active} - {None}
    if own is None or not groups:
        return ", and so may those be that are kept to another visibility group"
    others = len(groups - {own})
    if others:
        return f", and those that are kept to one of the {others} other visibility groups in use"
    return "; all active users are in its visibility group, so that no other group hides more"


def _seen_by_others(standing: Standing) -> Finding:
    groups = {each.group_id for each in standing.users if each.is_active} - {None}
    spread = f"; active users are in {len(groups)} visibility groups" if len(groups) > 1 else ""
    said = (
        "What the load makes is as visible as the account's own settings make it. The level that "
        "shows it to everyone on Lite and Growth keeps it to the owner's group on Premium and "
        f"Ultimate{spread}."
    )
    step = "Before the full load, have one of the practice's people open a patient of the sample."
    return Finding(End.DESTINATION, "who sees ours", Severity.NOTE, said, step)
