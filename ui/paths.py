"""Who may reach which address: one table for the page, for Gradio's own routes and for everything mounted beside them.

Whoever adds a route adds a line. An address without one is for administrators alone, and a test says so
(tests/ui/test_every_route.py). What the page's components call all goes through one of Gradio's addresses, so a handler
that is for administrators has to look at visitor_of(request).administrator itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Who(Enum):
    """Without users on (local), ANYONE, USER and ADMINISTRATOR are all the person at this machine."""

    NOBODY = "nobody"  # not even locally: Gradio has it, we do not need it
    ANYONE = "anyone"
    USER = "user"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Rule:
    """prefix: this address and, where it is not for ANYONE, all below it; one that ends in "=" also what follows
    directly. audit: what the log calls a change made there, "" for nothing; audit_reads: and a look too. question:
    counts as a question of the user's share. static: the same for all, so a browser may keep it."""

    prefix: str
    who: Who
    audit: str = ""
    audit_reads: bool = False
    question: bool = False
    static: bool = False

    def covers(self, path: str) -> bool:
        """Whether the rule is about this path."""
        if path == self.prefix or self.who is Who.ANYONE:
            return path == self.prefix
        return path.startswith(self.prefix if self.prefix.endswith("=") else f"{self.prefix}/")


RULES: tuple[Rule, ...] = (
    # The page, and what its script fetches.
    Rule("/", Who.USER),
    Rule("/reader", Who.USER),
    Rule("/document", Who.USER),
    Rule("/export", Who.USER, "导出", audit_reads=True),
    Rule("/feedback", Who.USER),
    Rule("/ui", Who.USER, static=True),
    # Signing in, and what its page shows.
    Rule("/login", Who.ANYONE),
    Rule("/logout", Who.ANYONE),
    *(Rule(path, Who.NOBODY) for path in ("/login/", "/logout/")),  # Gradio's own
    Rule("/ui/page.css", Who.ANYONE, static=True),
    Rule("/ui/login.css", Who.ANYONE, static=True),
    # Administrators.
    Rule("/judged", Who.ADMINISTRATOR),
    Rule("/feedback/case", Who.ADMINISTRATOR, "收为评测题"),
    Rule("/library", Who.ADMINISTRATOR, "管理文件"),
    Rule("/evaluation", Who.ADMINISTRATOR, "评测"),
    # Programs and operation.
    Rule("/api", Who.USER),
    Rule("/api/v1/ask", Who.USER, question=True),
    Rule("/api/v1/search", Who.USER, question=True),
    Rule("/metrics", Who.ADMINISTRATOR),
    Rule("/healthz", Who.ANYONE),
    Rule("/readyz", Who.ANYONE),
    # Gradio: what the page needs, and nothing else. Open to nobody are, among others, its file server, its uploads,
    # its fetching of addresses for others, its own login, monitoring and run history, calls around the queue.
    Rule("/assets", Who.USER, static=True),
    Rule("/static", Who.USER, static=True),
    Rule("/svelte", Who.USER, static=True),
    Rule("/theme.css", Who.USER, static=True),
    Rule("/favicon.ico", Who.USER, static=True),
    Rule("/config", Who.USER),
    Rule("/gradio_api", Who.NOBODY),
    Rule("/gradio_api/startup-events", Who.USER),
    Rule("/gradio_api/heartbeat", Who.USER),
    Rule("/gradio_api/queue/join", Who.USER),
    Rule("/gradio_api/queue/data", Who.USER),
    Rule("/gradio_api/cancel", Who.USER),
    Rule("/gradio_api/reset", Who.USER),
    Rule("/gradio_api/run/predict", Who.USER),  # what need not queue: stopping an answer
    *(Rule(path, Who.NOBODY) for path in (
        "/deep_link", "/manifest.json", "/monitoring", "/openapi.json", "/pwa_icon", "/robots.txt", "/runs", "/token", "/user", "/custom_component",
    )),
)
UNLISTED = Rule("", Who.ADMINISTRATOR)


def rule_for(path: str, rules: tuple[Rule, ...] = RULES) -> Rule:
    """The rule with the longest prefix that covers a path; UNLISTED when none does."""
    return max((rule for rule in rules if rule.covers(path)), key=lambda rule: len(rule.prefix), default=UNLISTED)
