"""Providers: the periodontists and hygienists of the practice.

Rule of the house: a provider without a matching active user gets no seat; the deal carries
the name.
"""

import polars as pl

from core.vocabulary.field import CrmObject, CrmType, Entity, Field, Home, Reads, Sensitivity

_OPEN = Sensitivity.OPERATIONAL


def _on_deal(name: str) -> Home:
    return Home(CrmObject.DEAL, name, CrmType.VARCHAR)


class Provider(Entity):
    """One provider of the practice."""

    key = "provider"
    meaning = "Who treats: a user in the destination where one matches, else named on the deals."

    provider_key = Field(
        "The provider's own key.", pl.String(), _OPEN, is_key=True, is_required=True
    )
    abbreviation = Field("Short name on charts.", pl.String(), _OPEN, carried="the user match")
    last_name = Field("Family name.", pl.String(), _OPEN, carried="Provider", is_required=True)
    first_name = Field("Given name.", pl.String(), _OPEN, carried="Provider")
    credentials = Field("Degrees.", pl.String(), _OPEN, _on_deal("Provider Credentials"))
    npi = Field(
        "National provider identifier.",
        pl.String(),
        _OPEN,
        _on_deal("Provider NPI"),
        reads=Reads.CODE,
    )
    specialty = Field("Specialty.", pl.String(), _OPEN, _on_deal("Provider Specialty"))
    email = Field("E-mail address.", pl.String(), _OPEN, carried="the user match")
    is_active = Field("Whether still at work here.", pl.Boolean(), _OPEN, carried="the user match")
    name = Field("Full name.", pl.String(), _OPEN, _on_deal("Provider"))
