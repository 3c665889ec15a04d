"""Asks a language model over HTTP; any server with an OpenAI-compatible chat endpoint will do.

Rule of the house: exactly the text that a person was shown is sent, once; an answer is a hint.
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from core.errors import DestinationRefused, DestinationUnreachable, SetupError

_WAIT_S = 120.0
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class HttpAdviser:
    """A language model behind an address.

    Attributes:
        base_url: Where `/chat/completions` is, such as `http://localhost:8080/v1`.
        model: Its name there.
        token: Sent as bearer; empty for none.
    """

    base_url: str
    model: str
    token: str = field(default="", repr=False)

    def ask(self, text: str) -> str:
        """Send exactly this text and return the answer.

        Raises:
            DestinationUnreachable: nobody answers.
            DestinationRefused: the server does not take it, or answers something else.
        """
        asked = {
            "model": self.model,
            "temperature": 0,
            "messages": [{"role": "user", "content": text}],
        }
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        address = f"{self.base_url.rstrip('/')}/chat/completions"
        try:
            with httpx.Client(timeout=_WAIT_S, trust_env=False) as client:
                answer = client.post(address, json=asked, headers=headers)
        except httpx.TransportError:
            message = "The language model does not answer."
            next_step = "See that its server runs and that `adviser_url` is right; or do without."
            raise DestinationUnreachable(message, next_step=next_step) from None
        if answer.is_error:
            message = f"The language model's server refused the question ({answer.status_code})."
            raise DestinationRefused(
                message, next_step="See `adviser_model` and PERIO_ADVISER_TOKEN."
            )
        return _said(answer)


def _said(answer: httpx.Response) -> str:
    try:
        content = answer.json()["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError):
        content = None
    if not isinstance(content, str):
        message = "The language model's server answered something that is no chat completion."
        raise DestinationRefused(message, next_step="See that `adviser_url` names its /v1.")
    return content


def open_adviser(base_url: str, model: str, token: str = "") -> HttpAdviser:
    """A language model, ready to be asked; nothing is sent yet.

    Raises:
        SetupError: the address is none, or would carry the question unencrypted over a network.
    """
    address = urlsplit(base_url)
    is_here = address.hostname in _HERE
    if address.scheme not in {"http", "https"} or not address.hostname or not model:
        message = "The language model's address or name is missing."
        raise SetupError(message, next_step="Set `adviser_url` and `adviser_model` in perio.toml.")
    if address.scheme == "http" and not is_here:
        message = "The language model's address is not encrypted and not on this machine."
        raise SetupError(message, next_step="Use https, or a model that runs here.")
    return HttpAdviser(base_url, model, token)
