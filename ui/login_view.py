"""The page on which users sign in, and the words in place of what may not be shown."""

from __future__ import annotations

from ui.html import Html, document, element


def login_page(version: str, *, name: str = "", following: str = "/", problem: str = "") -> Html:
    """A form that works without a script. following: where to go afterwards; problem: why the last attempt failed."""
    said = element("p", problem, class_="problem", role="alert", id="problem") if problem else None
    described = "problem" if problem else None
    form = element(
        "form",
        element("label", "用户名", for_="name"),
        element("input", id="name", name="name", value=name, autocomplete="username", autocapitalize="none", spellcheck="false", maxlength=80,
                required=True, autofocus=not name, aria_describedby=described),
        element("label", "密码", for_="password"),
        element("input", id="password", name="password", type="password", autocomplete="current-password", maxlength=256, required=True,
                autofocus=bool(name), aria_describedby=described),
        element("input", type="hidden", name="next", value=following),
        element("button", "登录", type="submit"),
        method="post", action="/login",
    )
    help_ = element("p", "没有账号，或忘了密码，请找管理员。", class_="hint")
    heading = element("h1", "问规", element("small", "教育规划条款问答"))
    return document("登录 · 问规", version, "login.css", element("main", heading, said, form, help_, class_="login"))


def refused_view(message: str) -> Html:
    """Why something is not shown; it stands where the thing would."""
    return element("section", element("p", message, role="alert"), element("p", element("a", "回到问规", href="/")), class_="answer problem")
