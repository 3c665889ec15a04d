"""Stands before the account and lets things go wrong by plan.

Rule of the house: of several rules that strike one request, what happens in the account happens
each time, and of the ways a reply can go wrong the first one counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from starlette.types import Receive, Scope, Send

from core.sandbox import distortions
from core.sandbox.account import Account
from core.sandbox.faults import EVENTS, UNARRIVED, Fault, Rule
from core.sandbox.gateway import Asked, Reply, over_limit
from core.sandbox.later import Later
from core.sandbox.limits import Governor
from core.sandbox.meddling import Meddler
from core.sandbox.routes import Route, noun_of
from core.sandbox.store import Kind, Shelf
from core.sandbox.wire import Delivery, deliver


class Sandbox(Protocol):
    """The account behind the edge."""

    account: Account
    governor: Governor

    async def read(self, scope: Scope, receive: Receive) -> Asked:
        """The whole request."""

    def route(self, asked: Asked) -> Route | None:
        """The operation a request asks for."""

    def reply(self, asked: Asked) -> Reply:
        """What a request is answered."""

    def turned_away(self, asked: Asked) -> Reply | None:
        """The reply of the gateway, when it lets the request go no further."""

    def carried_out(self, asked: Asked) -> Reply:
        """The reply of the account to a request the gateway has let through."""

    def change_plan(self, tier: str) -> None:
        """Put the account on another plan."""


class FaultyEdge:
    """The application with a plan.

    Args:
        sandbox: The account.
        rules: The plan.
    """

    def __init__(self, sandbox: Sandbox, rules: list[Rule]) -> None:
        """Take the plan."""
        self._sandbox = sandbox
        self._rules = rules
        self._later = Later(sandbox.account.settings.clock)
        self._meddler = Meddler(sandbox, self._later)
        self._last_made: dict[str, Any] = {}

    def finish(self) -> None:
        """Carry out what was accepted and is not done yet."""
        self._later.run_all()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let it go wrong."""
        asked = await self._sandbox.read(scope, receive)
        self._later.run_due()
        route = self._sandbox.route(asked)
        struck = [] if route is None else self._struck(route)
        await deliver(self._delivery(asked, route, struck), scope, receive, send)

    def _struck(self, route: Route) -> list[Rule]:
        struck: list[Rule] = []
        has_fault = False
        for rule in self._rules:
            if not rule.strikes(route.method, route.template):
                continue
            if rule.fault not in EVENTS:
                if has_fault:
                    continue
                has_fault = True
            rule.done += 1
            struck.append(rule)
        return struck

    def _delivery(self, asked: Asked, route: Route | None, struck: Iterable[Rule]) -> Delivery:
        events = [rule for rule in struck if rule.fault in EVENTS]
        fault = next((rule for rule in struck if rule.fault not in EVENTS), None)
        for rule in events:
            if rule.parameters["when"] == "before":
                self._meddler.meddle(rule, asked, None)
        reply: Reply | None = None
        if fault is not None and _never_arrives(fault):
            delivery = self._unarrived(fault)
        elif fault is not None and fault.fault is Fault.LATE_APPLY:
            delivery = self._late(fault, asked)
        else:
            reply = self._sandbox.reply(asked)
            delivery = Delivery(reply)
            if fault is not None and route is not None:
                delivery = self._distorted(fault, asked, route, reply)
        for rule in events:
            if rule.parameters["when"] != "before":
                # Others see what was done, not what was answered.
                self._meddler.meddle(rule, asked, reply)
        return delivery

    def _unarrived(self, rule: Rule) -> Delivery:
        match rule.fault:
            case Fault.RESET_BEFORE:
                return Delivery(None, is_reset=True)
            case Fault.RATE_LIMITED:
                body = over_limit(self._sandbox.account.settings).body
                reply = distortions.rate_limited(rule.parameters, body)
            case Fault.CLOUDFLARE:
                reply = distortions.cloudflare()
            case Fault.REDIRECT:
                reply = distortions.redirect(rule.parameters)
            case Fault.LOGIN_PAGE:
                reply = distortions.login_page()
            case Fault.REFUSED:
                reply = distortions.refused(rule.parameters["status"])
            case Fault.NOT_SUCCESSFUL:
                reply = distortions.not_successful()
            case _:
                reply = distortions.gateway_error(rule.parameters["status"])
        return Delivery(reply)

    def _late(self, rule: Rule, asked: Asked) -> Delivery:
        turned_away = self._sandbox.turned_away(asked)
        if turned_away is not None:
            return Delivery(turned_away)
        wait_s = rule.parameters["delay_ms"] / 1_000
        self._later.add(wait_s, lambda: self._sandbox.carried_out(asked))
        status = rule.parameters["status"]
        return Delivery(distortions.gateway_error(status) if status else None)

    def _distorted(self, rule: Rule, asked: Asked, route: Route, reply: Reply) -> Delivery:
        distortion = distortions.DISTORTIONS.get(rule.fault)
        if distortion is not None:
            scene = distortions.Scene(asked, self._sandbox.account, rule.parameters)
            return Delivery(distortion(reply, scene))
        if rule.fault is Fault.ID_TWICE:
            return Delivery(self._same_id(reply, route))
        if rule.fault in {Fault.STALE_LIST, Fault.STALE_GET}:
            return Delivery(self._stale(rule, reply, route))
        return _misdelivered(rule.fault, reply, rule.parameters)

    def _same_id(self, reply: Reply, route: Route) -> Reply:
        def changed(body: dict[str, Any]) -> None:
            if not isinstance(body.get("data"), dict) or "id" not in body["data"]:
                return
            made = body["data"]["id"]
            body["data"]["id"] = self._last_made.get(route.template, made)
            self._last_made[route.template] = made

        return distortions.with_body(reply, changed)

    def _stale(self, rule: Rule, reply: Reply, route: Route) -> Reply:
        noun = noun_of(route.template)
        if rule.fault is Fault.STALE_GET:
            missing = distortions.refused(404)
            return replace(reply, status=missing.status, body=missing.body)
        if noun not in set(Kind):
            return reply
        tail = f"ORDER BY id DESC LIMIT {int(rule.parameters['newest'])}"
        rows = self._sandbox.account.store.rows(Kind(noun), ["shelf = ?"], [Shelf.LIVE], tail)
        hidden = {row[0] for row in rows}

        def changed(body: dict[str, Any]) -> None:
            if isinstance(body.get("data"), list):
                body["data"] = [each for each in body["data"] if each.get("id") not in hidden]

        return distortions.with_body(reply, changed)


def _never_arrives(rule: Rule) -> bool:
    return rule.fault in UNARRIVED or not rule.parameters.get("is_applied", True)


def _misdelivered(fault: Fault, reply: Reply, parameters: Mapping[str, Any]) -> Delivery:
    delivery = Delivery(reply)
    wait_s = parameters.get("delay_ms", 0) / 1_000
    match fault:
        case Fault.ERROR_AFTER | Fault.ERROR_502_AFTER:
            delivery.reply = distortions.gateway_error(parameters["status"])
        case Fault.SLOW_REPLY:
            delivery.wait_s = wait_s
        case Fault.SLOW_BODY:
            delivery.byte_wait_s = wait_s
        case Fault.ENDLESS_CHUNKS:
            delivery.hold_s = wait_s
        case Fault.WRONG_LENGTH:
            delivery.length_off = parameters["by"]
        case _:
            delivery.reply = None
            delivery.is_reset = fault is Fault.RESET_AFTER
    return delivery
