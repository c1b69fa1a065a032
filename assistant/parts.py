"""A question with several parts → questions with one each. Pure; form only, never topics."""

from __future__ import annotations

import re

_ASKS = re.compile(
    r"多少|好多|几(?!乎)|哪|什么|啥|谁|怎么|咋|如何|吗|能不能|是不是|会不会|有没有|多大|多高|多久|多长|何时|各(?:是|有|叫|要|占)|分别|行不行|占比$|比例$|呢$"
)
_SPLIT = re.compile(r"[，,；;。？?！!]+|(?<=[？?])")
_EACH = re.compile(r"分别|各(?!种|类|级|地|项|区|校|部门|位|学段)|哪个(?:更|加|增|高|多|大|早|晚)|谁(?:更|高|多|少)|哪一?样(?:更|要)|一样|相同|差多少")
_CONJUNCTION = re.compile(r"和|与|跟|以及|、")
_PAIR_END = re.compile(r"，|,|[？?。]|分别|各|到?(?:19|20)\d{2}年?|哪个|谁|都|是|要|最低|最少|至少|目标")
_SHARED_HEAD = re.compile(r"^(?:请问|想问一?下?|照.{2,8}，)?(?:到?(?:19|20)\d{2}年[，,]?)?(?:[\u4e00-\u9fff]{2}[省市]|重庆|国家|全国)?(?:的|里|要)?")
_COMPARING = re.compile(
    r"有?(?:什么|啥|何)?(?:不一样|不同|区别|差别|差异)|分别|各自?(?=是|有|叫|要|占)|(?:哪|谁)[个一]?(?:样|边)?(?:要|更)?(?:高|多|大|低|早|加得更多).*$|一不?一样|一样吗|相比|对比"
)
_BARE = re.compile(
    r"(?:19|20)\d{2}\s*年?|多少|好多|哪(?:一|些|几|个|年)?|几|什么|啥|分别|各|目标|现在|目前|原来|底|想|又|要|是|有|为|到|达|的|了|吗|呢|个|所|名|项|家|人|种|门|年|得|就|再|降|升|提|高|加"
)
_DUTY = re.compile(r"谁|来|由|牵头|配合|负责|主管|部门")
_OPENING = re.compile(r"^(?:另外|还有|然后|又|并且|再|以及|而且|同时|那么?|还|也|最后)")
_MOST = 3
_TOPIC = 4  # characters a side's own pieces need to say what is asked about


def split_question(text: str) -> tuple[str, ...]:
    """The parts of a question as questions, at most three; () when it has one part only.

    What stands before the first asking part (who, where, when) is put before every part.
    """
    bare = text.strip().rstrip("？?。！! ")
    either = re.match(r"^(?P<head>.*?[，,])?(?P<first>.{2,24}?)(?P<more>多|高|大|早)，?还是(?P<second>.{2,24}?)(?P=more)$", bare)
    if either:
        head = either.group("head") or ""
        return (f"{head}{either.group('first')}", f"{head}{either.group('second')}")
    if _EACH.search(bare) and (pair := _split_pair(bare)):
        return pair
    pieces = [p.strip() for p in _SPLIT.split(bare) if p and p.strip()]
    asking = [p for p in pieces if _ASKS.search(p)]
    # "…要建多少所，2023年有几所": what only names another year asks about the same thing.
    asking = asking[:1] + [p for p in asking[1:] if len(_BARE.sub("", p)) >= 2]
    if len(asking) < 2:
        return _split_list(bare)
    first = pieces.index(asking[0])
    context = "，".join(pieces[:first])
    subject = asking[0][: _ASKS.search(asking[0]).start()]  # type: ignore[union-attr]  # asking pieces match
    parts = []
    for number, piece in enumerate(asking[:_MOST]):
        own = _OPENING.sub("", piece) if number else piece
        # "学费是多少" names its subject; "谁来牵头" asks about the first part's.
        own = f"{subject}{own}" if number and len(_DUTY.sub("", _BARE.sub("", own))) < 2 else own
        parts.append(f"{context}，{own}" if context and len(context) <= 30 else own)
    return tuple(parts)


def asks_each(text: str) -> bool:
    """Whether the question asks the same of two things at once (A和B各…)."""
    bare = text.strip().rstrip("？?。！! ")
    return bool(_EACH.search(bare)) and bool(_split_pair(bare))


def _split_pair(text: str) -> tuple[str, ...]:
    """"…A和B…各…" → the question about A and the question about B; what stands before the last 的 of A is shared."""
    found = _CONJUNCTION.search(text)
    if not found:
        return ()
    start = max(text.rfind(mark, 0, found.start()) for mark in "，,；;") + 1
    start += _SHARED_HEAD.match(text[start:]).end()  # type: ignore[union-attr]  # matches the empty string too
    first = text[start : found.start()]
    end = _PAIR_END.search(text, found.end())
    second = text[found.end() : end.start() if end else len(text)]
    if not (2 <= len(first) <= 24 and 2 <= len(second) <= 24):
        return ()
    shared = first[: first.rfind("的") + 1] if "的" in first[:-1] and "的" not in second[:-1] else ""
    shared_end = second[second.rfind("的") :] if "的" in second[1:-1] and "的" not in first else ""
    tail = text[found.end() + len(second) :]
    return (f"{text[:start]}{first}{shared_end}{tail}", f"{text[:start]}{shared}{second}{tail}")


def _split_list(text: str) -> tuple[str, ...]:
    """"学会几项运动、几样艺术特长": two asking phrases joined by 、 share what stands before the first."""
    for mark in re.finditer(r"、|和|以及", text):
        left, right = text[: mark.start()], text[mark.end() :]
        asked = _ASKS.search(left)
        if asked and _ASKS.match(right):
            return (left, f"{left[: asked.start()]}{right}")
    return ()


def asks_both(text: str, first: re.Pattern[str], second: re.Pattern[str]) -> bool:
    """Whether the question asks something of each side in pieces of their own."""
    pieces = [p for p in re.split(r"[，,；;。？?]", text) if p]
    own = [bool(_ASKS.search(p)) and bool(first.search(p)) and not second.search(p) for p in pieces]
    other = [bool(_ASKS.search(p)) and bool(second.search(p)) and not first.search(p) for p in pieces]
    return any(own) and any(other)


def side_text(text: str, own: re.Pattern[str], other: re.Pattern[str]) -> str:
    """The question with what belongs to the other side of a comparison left out: its pieces, or its words.

    own, other: patterns of the words that name each side. A piece naming both keeps the own words only; own pieces
    that do not say what is asked about (重庆想拿几所) keep the other side's, without its name.
    """
    pieces = [_COMPARING.sub("", piece) for piece in re.split(r"(?<=[，,；;。？?])", text) if piece]
    kept = [piece for piece in pieces if own.search(piece) or not other.search(piece) or len(pieces) == 1]
    if len(_BARE.sub("", own.sub("", re.sub(r"[^\u4e00-\u9fff]", "", "".join(kept))))) < _TOPIC:
        kept = pieces
    named = re.compile(rf"(?:和|与|跟|、)(?:{other.pattern})|(?:{other.pattern})(?:和|与|跟|、)?")
    return named.sub("", "".join(kept)).strip("，, ") or text
