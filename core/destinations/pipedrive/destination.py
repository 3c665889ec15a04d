"""Pipedrive as a destination: our names and units on this side, its API on the other.

Rule of the house: a write raises only before its first byte; after that every intent has its
receipt.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import httpx
import polars as pl

from core.destinations.pipedrive import listing
from core.destinations.pipedrive.contacts import Foreign
from core.destinations.pipedrive.conversation import (
    Talk,
    ask,
    error_of,
    judge,
    method_and_path,
    read,
    read_file,
)
from core.destinations.pipedrive.costs import cost
from core.destinations.pipedrive.custom import ACTIVITY_TYPE, CUSTOM_FIELD, labels_json
from core.destinations.pipedrive.dialect import Dialect, learn
from core.destinations.pipedrive.parse import Known, refs_of
from core.destinations.pipedrive.places import site_of, storage_url
from core.destinations.pipedrive.prices import walk_price, write_price
from core.destinations.pipedrive.purse import BUDGET, LEFT, Purse
from core.destinations.pipedrive.render import Payload, render
from core.destinations.pipedrive.sighting import Sighting
from core.destinations.pipedrive.wire import Answer, Letter, Wire
from core.errors import DestinationRefused, Transient
from core.pace import backoff_s
from core.ports import Action, Intent, Observed, Outcome, Receipt, Spending, Standing, User
from core.vocabulary.field import CrmObject

T = TypeVar("T")

READ_ATTEMPTS: Final = 4


class PipedriveDestination:
    """One account, over one wire; see `core.ports.Destination`."""

    def __init__(
        self,
        base_url: str,
        wire: Wire,
        *,
        spend: Callable[[int], int] | None = None,
        cap: int | None = None,
        reserve: float = 0.0,
    ) -> None:
        """Talk to `base_url` over `wire`; `cap` tokens a day, counted by `spend`.

        Where no cap is given, what the account says of its budget gives one, less the reserve.
        """
        self._site = site_of(base_url)
        self._wire = wire
        self._dialect = Dialect(self._site)
        self._foreign: Foreign = {}
        self._purse = Purse(spend, cap, reserve)

    def standing(self) -> Standing:
        """Who we are there, who else is, and what we may spend; -1 webhooks = not shown to us."""
        found = self._hold(listing.me(self._site))
        users = self._hold(listing.users(self._site))
        user = listing.user_of(found)
        try:
            webhooks = self._hold(listing.webhooks(self._site))
        except DestinationRefused:
            webhooks = -1
        return Standing(
            company=str(found.get("company_name") or ""),
            domain=str(found.get("company_domain") or ""),
            user=user,
            users=users,
            webhooks=webhooks,
            requests_per_2s=self._wire.spent().requests_per_2s,
            tokens_per_day=self._purse.shown(BUDGET),
            tokens_left=self._purse.shown(LEFT),
            permissions=self._permissions(user),
        )

    def _permissions(self, user: User) -> frozenset[str] | None:
        """What a user may do; an admin may do all, and is not asked for."""
        if user.is_admin:
            return None
        try:
            return self._hold(listing.permissions(self._site, user.user_id))
        except DestinationRefused:
            return None

    def fields(self) -> pl.DataFrame:
        """Custom fields and activity types as they are now.

        Shape:
            (n, 5): target, name, crm_type (empty for an activity type), code, options (JSON,
            label -> id).
        """
        found = self._hold(listing.custom_fields(self._site))
        rows = [
            (str(each.target), each.name, each.crm_type, each.code, labels_json(each.options))
            for each in found
        ]
        names = ("target", "name", "crm_type", "code", "options")
        return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")

    def adopt_fields(self, specification: pl.DataFrame) -> None:
        """Learn codes and option ids of the specification's fields, for render and parse.

        Raises:
            FieldVanished: a specified field, option or activity type is not there.

        Shape:
            specification (n, 4): target, name, crm_type, options (list of labels).
        """
        found = self._hold(listing.custom_fields(self._site))
        self._dialect = learn(self._site, specification, found)

    def observe(self, crm_object: CrmObject, record_ids: Known) -> Observed:
        """Walk all live records of an object; `record_ids` turns links into refs."""
        sighting = Sighting(crm_object, self._dialect, record_ids)
        self._hold(listing.walk(self._site, crm_object, sighting.take))
        if crm_object is CrmObject.PERSON:
            self._foreign = sighting.foreign
        return sighting.observed()

    def seek(self, target: str, floor: int) -> pl.DataFrame:
        """Newest first down to id `floor` (exclusive): `ref`, `record_id` of records of ours."""
        crm_object, seen = CrmObject(target), list[tuple[str | None, int]]()

        def take(page: listing.Page) -> None:
            refs = refs_of(crm_object, page, self._dialect)
            seen.extend(zip(refs, (each["id"] for each in page), strict=True))

        self._hold(listing.walk(self._site, crm_object, take, newest_first=True, floor=floor))
        there = pl.DataFrame(seen, schema={"ref": pl.String, "record_id": pl.Int64}, orient="row")
        return there.drop_nulls("ref")

    def write(self, intents: Sequence[Intent]) -> list[Receipt]:
        """Send each intent once, concurrently, within the allowed pace.

        Returns:
            One receipt for each intent, in their order. Intents for which the day's tokens no
            longer suffice are UNSENT with the reason "tokens"; so are those that were still
            waiting when the destination refused to go on.

        Raises:
            FieldVanished: The account lacks a field or option; nothing of `intents` was sent.
            DestinationBusy: The day's tokens are used up; nothing of `intents` was sent.
            DestinationError: The destination has stopped us earlier; nothing was sent.
        """
        return self.send(intents)()

    def send(self, intents: Sequence[Intent]) -> Callable[[], list[Receipt]]:
        """As `write`, without waiting: what is returned waits, and gives the receipts.

        Raises:
            DestinationError: As `write`; nothing of `intents` was sent.
        """
        if not intents:
            return list
        payloads = [self._render(intent) for intent in intents]
        letters = [self._letter(each, load) for each, load in zip(intents, payloads, strict=True)]
        self._check_open()
        affordable = self._purse.pay(letters)
        posted = letters[:affordable]
        under_way = self._wire.post(posted)

        def receipts() -> list[Receipt]:
            answers = under_way.result()
            self._purse.refund(posted, answers)
            self._purse.note(answers)
            judged = [judge(each, answer) for each, answer in zip(intents, answers, strict=False)]
            too_many = intents[affordable:]
            return judged + [
                Receipt(each.write_id, Outcome.UNSENT, reason="tokens") for each in too_many
            ]

        return receipts

    def price(self, target: str, action: Action) -> int:
        """Tokens that one write of this kind costs."""
        return write_price(target, action)

    def price_of_walk(self, crm_object: CrmObject, live: int) -> int:
        """Tokens that a walk over so many live records costs."""
        return walk_price(crm_object, live)

    def download(self, record_id: int) -> bytes:
        """The bytes of a file."""
        request = httpx.Request("GET", self._site.download_url(record_id))
        answer = self._tried(request, read_file)
        if answer.has_redirect_location:
            elsewhere = storage_url(answer.headers["location"])
            answer = self._tried(httpx.Request("GET", elsewhere), read_file, is_ours=False)
        if not answer.is_success:
            raise error_of(answer)
        return answer.content

    def spent(self) -> Spending:
        """Tokens, requests and waits of this conversation so far."""
        return self._wire.spent()

    def close(self) -> None:
        """Let go of the connection."""
        self._wire.close()

    def _render(self, intent: Intent) -> Payload:
        if intent.target in {CUSTOM_FIELD, ACTIVITY_TYPE} or intent.action == Action.DELETE:
            return {}
        return render(intent, self._dialect, self._foreign)

    def _letter(self, intent: Intent, payload: Payload) -> Letter:
        method, path = method_and_path(intent)
        return Letter(
            lambda: ask(self._site, intent, payload),
            path,
            cost(method, path),
            intent.deadline_s,
            is_held=intent.is_held,
        )

    def _carry(self, letters: Sequence[Letter]) -> list[Answer]:
        answers = self._wire.carry(letters)
        self._purse.refund(letters, answers)
        return answers

    def _check_open(self) -> None:
        stop = self._wire.stop()
        if stop is not None:
            raise stop.error()

    def _hold(self, talk: Talk[T]) -> T:
        """Carry a conversation out to its end."""
        try:
            request = next(talk)
            while True:
                try:
                    body = self._read(request)
                except DestinationRefused as refused:
                    request = talk.throw(refused)
                else:
                    request = talk.send(body)
        except StopIteration as done:
            result: T = done.value
            return result

    def _read(self, request: httpx.Request) -> Mapping[str, Any]:
        return self._tried(request, read)

    def _tried(
        self, request: httpx.Request, judged: Callable[[Answer], T], *, is_ours: bool = True
    ) -> T:
        """Ask, and ask again while the trouble may pass by itself."""
        method, path = request.method, request.url.path
        tokens = cost(method, path) if is_ours else 0
        letter = Letter(lambda: request, path, tokens, is_ours=is_ours)
        attempt = 0
        while True:
            self._check_open()
            self._purse.pay([letter])
            answer = self._carry([letter])[0]
            self._purse.note([answer])
            try:
                return judged(answer)
            except Transient:
                attempt += 1
                if attempt >= READ_ATTEMPTS:
                    raise
                self._wire.rest(backoff_s(attempt - 1))
