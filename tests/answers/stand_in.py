"""The rows of the running stand-in, read raw. Knows WIV's paths, no MCP and nothing of our server.

Numbers are `decimal.Decimal` of the digits that were sent.
"""

import http.client
import json
import urllib.parse
from decimal import Decimal
from email.utils import parsedate_to_datetime

PAGE = 500
MOST_PAGES = 200


class StandIn:
    """One stand-in, as the holder of one key sees it. Rows are kept until `forget`."""

    def __init__(self, demo: dict, key: str):
        self.netloc = urllib.parse.urlsplit(demo["wiv_api_url"]).netloc
        self.key = key
        self.kept = {}
        self.now = None
        self.read_clock()

    def ask(self, method: str, path: str, body: dict | None = None, customer: str | None = None) -> dict:
        headers = {"X-API-Key": self.key, "Content-Type": "application/json"}
        if customer:
            headers["X-Wiv-Impersonated-Tenant-Id"] = customer
        connection = http.client.HTTPConnection(self.netloc, timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read()
            if response.status != 200:
                raise RuntimeError(f"{method} {path}: HTTP {response.status} {text[:200]!r}")
            date = response.getheader("Date")
            if date and not path.startswith("/_control"):
                # What the server calls "now" is what upstream does.
                self.now = parsedate_to_datetime(date)
            return json.loads(text, parse_float=Decimal) if text else {}
        finally:
            connection.close()

    def forget(self) -> None:
        self.kept.clear()

    def read_clock(self) -> None:
        self.ask("GET", "/spaces" if "msp" not in self.key else "/msp/customers")

    def once(self, name, read):
        if name not in self.kept:
            self.kept[name] = read()
        return self.kept[name]

    def cases(self) -> list[dict]:
        """All cases of all states; an MSP's are those of all its customers."""
        path = "/v2/cases/msp/search" if "msp" in self.key else "/v2/cases/search"
        return self.once("cases", lambda: self.scroll("POST", path))

    def executions(self) -> list[dict]:
        return self.once("executions", lambda: self.scroll("GET", "/executions"))

    def workflows(self) -> list[dict]:
        return self.once("workflows", lambda: self.ask("GET", "/workflows")["data"])

    def rows(self, path: str) -> list[dict]:
        return self.once(path, lambda: self.ask("GET", path)["data"])

    def scroll(self, method: str, path: str) -> list[dict]:
        rows, key = [], None
        for _ in range(MOST_PAGES):
            if method == "POST":
                body = {"max_returned_items": PAGE} | ({"start_page_key": key} if key else {})
                page = self.ask("POST", path, body)
            else:
                query = {"max_returned_items": PAGE} | ({"start_page_key": json.dumps(key)} if key else {})
                page = self.ask("GET", path + "?" + urllib.parse.urlencode(query))
            rows += page["data"]
            key = page.get("next_page_key")
            if not key:
                return rows
        raise RuntimeError(f"{path} does not end")

    def fault(self, rule: dict) -> None:
        self.ask("PUT", "/_control/faults", rule)

    def no_faults(self) -> None:
        self.ask("DELETE", "/_control/faults")

    def change_case(self, tenant: str, case_id: str, values: dict) -> None:
        self.ask("POST", "/_control/cases", {"tenant": tenant, "case_id": case_id, "set": values})
        self.forget()


