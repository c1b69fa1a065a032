"""All HTML of the page is made here: an element builder that escapes everything, and the few fixed heads.

Other modules describe what is shown with element(); none writes a tag. Text, wherever it comes from, can only
become text: there is no way to pass markup, a script, a style, an event handler or an outside address through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

_NAME = re.compile(r"[a-z][a-z0-9]*")
_VOID = frozenset({"br", "hr", "input", "link", "meta"})
_REFUSED = frozenset({"script", "style", "iframe", "object", "embed", "base", "svg", "math", "template"})
_SHAPES = frozenset({"circle", "line", "polyline", "rect", "svg", "text", "title"})
_ADDRESSES = frozenset({"href", "src", "action", "formaction", "srcdoc", "data", "poster"})
# Characters that change the order or the look of what surrounds them, and those no page may carry: shown as U+FFFD,
# one for one, so that offsets into a text still hold.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
# Braces, dollar and backtick too: the page's components take templates, and no text may ever look like one.
_ENTITIES = str.maketrans({
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "`": "&#96;", "=": "&#61;",
    "$": "&#36;", "{": "&#123;", "}": "&#125;",
})


class Html(str):
    """Markup made by this module. A plain str is never taken for it, so it is escaped."""

    __slots__ = ()


Child = Html | str | int | float | None


def text(value: object) -> Html:
    """value as text: escaped, control and direction characters replaced one for one by U+FFFD."""
    return Html(_INVISIBLE.sub("\ufffd", str(value)).translate(_ENTITIES))


def plain(value: object) -> str:
    """value without the characters that text() replaces, for places that take no markup (a title, a copy)."""
    return _INVISIBLE.sub("", str(value))


def join(children: Iterable[Child]) -> Html:
    """Children one after another; what is not Html is escaped, None is left out."""
    return Html("".join(child if isinstance(child, Html) else text(child) for child in children if child is not None))


def element(name: str, /, *children: Child, **attributes: object) -> Html:
    """One element. class_ and for_ lose their underscore, other underscores become hyphens; None and False leave an
    attribute out, True makes it bare.

    Raises ValueError for what a page of ours never needs: scripts, styles, event handlers, outside addresses.
    """
    if not _NAME.fullmatch(name) or name in _REFUSED:
        raise ValueError(f"element {name!r} is not allowed")
    return _written(name, children, attributes)


def shape(name: str, /, *children: Child, **attributes: object) -> Html:
    """One element of a drawing (svg and the few shapes we draw with), otherwise as element()."""
    if name not in _SHAPES:
        raise ValueError(f"shape {name!r} is not allowed")
    return _written(name, children, attributes)


def _written(name: str, children: Sequence[Child], attributes: Mapping[str, object]) -> Html:
    opened = f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    return Html(opened if name in _VOID else f"{opened}{join(children)}</{name}>")


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-").lower()
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name) or name.startswith("on") or name == "style":
        raise ValueError(f"attribute {name!r} is not allowed")
    if name in _ADDRESSES and not _is_local(str(value)):
        raise ValueError(f"address {value!r} is not allowed")
    return f" {name}" if value is True else f' {name}="{text(value)}"'


def _is_local(address: str) -> bool:
    """Whether an address stays on this server: /path, ?query or #part, never //host or a scheme."""
    return bool(re.match(r"[/?#]", address)) and not re.match(r"[/\\]{2}", address) and not _INVISIBLE.search(address)


# Light or dark is settled before the first paint: the user's choice, else the system's.
_THEME = (
    "try{document.documentElement.classList.toggle('dark',(localStorage.getItem('wengui-theme')||"
    "(matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light'))==='dark')}catch(error){}"
)


_SHEETS = ("page", "library", "evaluation")
_SCRIPTS = ("session", "find", "page", "library", "evaluation")  # in the order they run


def document(title: str, version: str, style: str, *children: Child) -> Html:
    """A page of its own, without Gradio. style: the name of its style sheet beside the page's."""
    sheets = "".join(f'<link rel="stylesheet" href="/ui/{text(name)}?v={text(version)}">' for name in ("page.css", style))
    return Html(
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{text(title)}</title>{sheets}<script>{_THEME}</script></head>'
        f"<body>{join(children)}</body></html>"
    )


def head(version: str) -> Html:
    """What the page's head needs: our style and script, from this server only. version: changes when they do."""
    sheets = "".join(f'<link rel="stylesheet" href="/ui/{name}.css?v={text(version)}">' for name in _SHEETS)
    scripts = "".join(f'<script defer src="/ui/{name}.js?v={text(version)}"></script>' for name in _SCRIPTS)
    return Html(
        f"<script>{_THEME}</script>{sheets}{scripts}"
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="same-origin">'
    )


def dress(index: str, version: str, title: str) -> str:
    """Gradio's index page as ours: language, title, our head; nothing in it that names another host.

    A calm placeholder shows until the components are there.
    """
    dressed = index.replace('lang="en"', 'lang="zh-CN"', 1)
    dressed = re.sub(r"<meta\s[^>]*(?:og:|twitter:)[^>]*>", "", dressed)
    dressed = dressed.replace("</head>", f"<title>{text(title)}</title>{head(version)}</head>", 1)
    waiting = element("div", element("p", "正在打开问规…"), id="opening", role="status")
    return dressed.replace("<gradio-app", f"{waiting}<gradio-app", 1)
