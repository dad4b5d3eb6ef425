#!/usr/bin/env python3
"""A person's browser, scripted: signs in where an authorization URL leads, and agrees.

Knows nothing about MCP or tokens: it follows redirects, keeps cookies, fills in forms. It minds
what breaks a sign-in in real browsers: a form may only lead where the page's Content-Security-
Policy lets it, and a page without a referrer posts with the origin `null`.

Usage: browser.py [--deliver] URL EMAIL PASSWORD [ORGANIZATION]
Prints the address of the client that the sign-in ends at; with --deliver it goes there as well.
"""

import argparse
import http.cookiejar
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from html.parser import HTMLParser

# Authorize, consent, sign-in, organization, each with its redirects, take ten.
MOST_STEPS = 20
ANSWER_WITHIN_S = 20
LISTENS_WITHIN_S = 10
REDIRECTS = (301, 302, 303, 307, 308)


class SignInFailed(Exception):
    """The pages did not lead back to the client; the message says where it ended."""


@dataclass
class Control:
    """An input or button of a form."""

    kind: str
    name: str
    value: str
    checked: bool
    id: str
    # Those of its label.
    words: list


@dataclass
class Form:
    action: str
    method: str
    controls: list

    def named(self, name):
        return [control for control in self.controls if control.name == name]


class Page(HTMLParser):
    """The forms of a page, and its words for the message when it is not the one expected."""

    def __init__(self, text):
        super().__init__()
        self.forms = []
        self.words = []
        self._form = None
        self._label = None
        self._labels = {}
        self.feed(text)
        for form in self.forms:
            for control in form.controls:
                control.words = control.words or self._labels.get(control.id, [])

    def handle_starttag(self, tag, attributes):
        have = dict(attributes)
        if tag == "form":
            self._form = Form(have.get("action") or "", (have.get("method") or "get").lower(), [])
            self.forms.append(self._form)
        elif tag == "label":
            self._label = []
            self._labels[have.get("for")] = self._label
        elif tag in ("input", "button") and self._form:
            control = Control(
                kind=have.get("type", "submit" if tag == "button" else "text").lower(),
                name=have.get("name"),
                value=have.get("value", ""),
                checked="checked" in have,
                id=have.get("id"),
                words=self._label,
            )
            self._form.controls.append(control)

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "label":
            self._label = None

    def handle_data(self, data):
        self.words += data.split()
        if self._label is not None:
            self._label += data.split()


@dataclass
class Person:
    email: str
    password: str
    # The name of the one to choose, where there is a choice.
    organization: str = ""

    def fill(self, form):
        """What the person sends: signs in, chooses the organization, allows what is ticked."""
        fields = []
        for control in form.controls:
            if not control.name:
                continue
            if control.name == "email":
                fields.append((control.name, self.email))
            elif control.name == "password":
                fields.append((control.name, self.password))
            elif control.kind == "radio":
                if control is self.choose(form.named(control.name)):
                    fields.append((control.name, control.value))
            elif control.kind == "checkbox":
                if control.checked:
                    fields.append((control.name, control.value or "on"))
            elif control.kind == "submit":
                # Of several buttons one is pressed.
                if len(form.named(control.name)) == 1 or control.value == "allow":
                    fields.append((control.name, control.value))
            else:
                fields.append((control.name, control.value))
        return fields

    def choose(self, radios):
        """The one whose label names the organization, with the fewest words around the name."""
        named = [radio for radio in radios if self.organization in " ".join(radio.words)]
        if not named:
            raise SignInFailed(f"no choice is called {self.organization}")
        return min(named, key=lambda radio: len(radio.words))


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Leaves each redirect to the browser, which must see where it leads."""

    def redirect_request(self, *_):
        return None


class Browser:
    def __init__(self):
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(NoRedirects, cookies)
        self.opener.addheaders = [
            ("User-Agent", "Mozilla/5.0 (scripted)"),
            ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
        ]

    def open(self, url, fields=None, headers=()):
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        request = urllib.request.Request(url, data=data, headers=dict(headers))
        try:
            return self.opener.open(request, timeout=ANSWER_WITHIN_S)
        except urllib.error.HTTPError as response:
            return response

    def sign_in(self, url, person):
        """Goes through the pages as the person; returns the client's address with its answer."""
        ends = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query).get("redirect_uri")
        if not ends:
            raise SignInFailed(f"the authorization URL has no redirect_uri: {url}")
        end = without_query(ends[0])
        response, allowed = self.open(url), None
        for _ in range(MOST_STEPS):
            if response.status in REDIRECTS:
                url = urllib.parse.urljoin(url, response.headers["Location"])
                may_lead_to(url, allowed)
                if without_query(url) == end:
                    return url
                response = self.open(url)
                continue
            text = response.read().decode("utf-8", "replace")
            page = Page(text)
            forms = [form for form in page.forms if form.method == "post"]
            if response.status != 200 or not forms:
                words = " ".join(page.words)[:300]
                raise SignInFailed(f"{response.status} at {without_query(url)}: {words}")
            form = forms[0]
            origin = origin_of(url) if sends_origin(response) else "null"
            allowed = form_action(response, url)
            url = urllib.parse.urljoin(url, form.action)
            may_lead_to(url, allowed)
            response = self.open(
                url,
                person.fill(form),
                {"Origin": origin, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"},
            )
        raise SignInFailed(f"no end after {MOST_STEPS} steps, at {without_query(url)}")


def without_query(url):
    return urllib.parse.urlsplit(url)._replace(query="", fragment="").geturl()


def origin_of(url):
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def sends_origin(response):
    """Under `no-referrer` a browser hides the page's origin from its own server too."""
    return response.headers.get("Referrer-Policy", "").strip().lower() != "no-referrer"


def form_action(response, url):
    """Where the page's policy lets a form lead: a list of sources, or None for anywhere."""
    for directive in response.headers.get("Content-Security-Policy", "").split(";"):
        name, *sources = directive.split() or [""]
        if name.lower() == "form-action":
            return [origin_of(url) if source == "'self'" else source for source in sources]
    return None


def may_lead_to(url, allowed):
    """Chromium applies `form-action` to the redirects that answer a form as well."""
    if allowed is None or origin_of(url) in allowed:
        return
    scheme = urllib.parse.urlsplit(url).scheme + ":"
    within = [source for source in allowed if "//" in source]
    if scheme in allowed or "*" in allowed or any(url.startswith(source) for source in within):
        return
    raise SignInFailed(f"form-action {' '.join(allowed)} keeps the browser from {without_query(url)}")


def sign_in(url, person):
    """The client's address with its answer, as the browser would open it next."""
    return Browser().sign_in(url, person)


def deliver(url, person):
    """The same, and opens it: the client listens there."""
    browser = Browser()
    end = browser.sign_in(url, person)
    until = time.monotonic() + LISTENS_WITHIN_S
    while True:
        try:
            browser.open(end).read()
            return end
        except urllib.error.URLError:
            # Clients open the page before they listen; no person is back as soon as this.
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--deliver", action="store_true", help="also open the client's address")
    for name in ("url", "email", "password"):
        parser.add_argument(name)
    parser.add_argument("organization", nargs="?", default="")
    given = parser.parse_args()
    person = Person(given.email, given.password, given.organization)
    try:
        print((deliver if given.deliver else sign_in)(given.url, person))
    except (SignInFailed, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
