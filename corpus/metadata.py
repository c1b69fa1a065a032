"""Where documents begin and end in a source, and what is known of each: title, issuer, number, dates, period, names.

Pure functions on Lines.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace

from corpus.levels import NATION, level_of
from corpus.levels import regions as regions  # its former home: others import it from here
from corpus.markers import match_marker
from corpus.schema import Document, Line, MappedText
from corpus.text import MARK, clean, ends_sentence

SOURCE_LINE = re.compile(r"^[（(]\s*(?:来源|來源|来自|來自|转自|轉自|稿件来源)\s*[:：]\s*(.+?)\s*[)）]$")
ATTACHMENT = re.compile(r"^附\s*件\s*(\d{0,2}|[一二三四五六七八九十]{1,2})\s*[:：]?$")
_PERIOD_LINE = re.compile(r"^[（(]\s*\d{4}\s*年?\s*[—–\-─~～至]+\s*\d{4}\s*年?\s*[)）]$")
_NUMBER_LINE = re.compile(r"^[（(]?.{0,12}[〔\[（(]\s*\d{4}\s*[〕\])）]\s*第?\s*\d+\s*[号期][)）]?$")
_PERIOD = re.compile(r"(\d{4})\s*年?\s*[—–\-─~～至]+\s*(\d{4})\s*年?")
_DOC_TYPE = re.compile(
    r"(方案|规划|纲要|通知|意见|办法|条例|规定|细则|框架|标准|报告|决定|公告|计划|指南|要点|措施)([（(][^（）()]*[)）])?$"
)
_FORM = re.compile(r"^[^，。；：]{2,40}(?:名单|表|清单|目录|名册|台账|分工|说明|规则|须知|承诺书|申请书|协议|样式|模板)([（(][^（）()]*[)）])?$")

_DATE = re.compile(r"^\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日$")
_ADOPTED = re.compile(r"^[（(]?(\d{4}年\d{1,2}月\d{1,2}日)\s*(?=.{0,40}(?:会议|主席令|人民代表大会|令第))(.{0,40})")
_LEGISLATURE = re.compile(
    r"(全国人民代表大会常务委员会|全国人民代表大会|[^\s第届，。]{2,12}人民代表大会(?:常务委员会)?|国务院)"
)
_LETTERHEAD = 4  # lines that may stand above a title
_NAMES = re.compile(
    r"(?:方案|规划|纲要|通知|意见|办法|条例|规定|细则|框架|标准|报告|决定|公告|计划|指南|要点|措施|行动|工程|法)$"
)
_ISSUED = re.compile(r"^(.{2,40}?)(?:联合)?(?:印发|发布|公布|出台)(?:了)?《([^》]+)》$")



@dataclass(frozen=True)
class Draft:
    """The lines of one document. title_lines come first in lines. attached: it is an attachment of the one before."""

    lines: tuple[Line, ...]
    title_count: int
    publisher: str | None
    attached: bool


def split_documents(lines: list[Line]) -> list[Draft]:
    """The documents of a source, each with its title lines first. A source without a title line gives one document."""
    if not lines:
        return []
    lines = _title_first(lines)
    starts = [i for i in range(len(lines)) if _starts_document(lines, i)]
    if not starts or starts[0] != 0:
        starts.insert(0, 0)
    drafts: list[Draft] = []
    for k, start in enumerate(starts):
        end = starts[k + 1] if k + 1 < len(starts) else len(lines)
        body = lines[start:end]
        publisher = next((m.group(1) for line in body if (m := SOURCE_LINE.match(line.text))), None)
        attached = bool(ATTACHMENT.match(body[0].text))
        first = 1 if attached else 0
        drafts.append(Draft(tuple(body), first + title_length(body[first:]), publisher, attached))
    return _share_publishers(drafts)


def _title_first(lines: list[Line]) -> list[Line]:
    """A letterhead or a file number above a title that the format marks is put behind it, so that the title comes first."""
    first = next((i for i, line in enumerate(lines[: _LETTERHEAD + 1]) if line.hint == "title"), 0)
    first = first or _after_number(lines)
    if any(
        ends_sentence(line.text) or match_marker(line.text) or ATTACHMENT.match(line.text) for line in lines[:first]
    ):
        return lines
    end = first + title_length(lines[first:]) if first else 0
    letterhead = [replace(line, hint="letterhead") for line in lines[:first]]
    return [*lines[first:end], *letterhead, *lines[end:]] if first else lines


def _after_number(lines: list[Line]) -> int:
    """Where a title stands under a letterhead and a file number (机关名, 某发〔2026〕1号, 关于…的通知), 0 for nowhere."""
    for index in range(1, min(_LETTERHEAD, len(lines) - 1)):
        if _NUMBER_LINE.match(lines[index].text):
            title = lines[index + 1].text
            return index + 1 if "关于" in title or _DOC_TYPE.search(title) else 0
    return 0


def _share_publishers(drafts: list[Draft]) -> list[Draft]:
    """A 来源 line at the end of a compilation is the source of all documents since the one before it."""
    shared: list[Draft] = []
    publisher: str | None = None
    for draft in reversed(drafts):
        publisher = draft.publisher or publisher
        shared.append(Draft(draft.lines, draft.title_count, publisher, draft.attached))
    return shared[::-1]


def _starts_document(lines: list[Line], index: int) -> bool:
    if index == 0:
        return True
    text = lines[index].text
    if SOURCE_LINE.match(text):
        return False
    if lines[index].hint == "title":
        return lines[index - 1].hint != "title" and not ATTACHMENT.match(lines[index - 1].text)
    if SOURCE_LINE.match(lines[index - 1].text):
        return True
    follows = lines[index + 1].text if index + 1 < len(lines) else ""
    if ATTACHMENT.match(text):
        # An empty attachment ("附件 2" before a source line) has no text and starts nothing; a list of
        # attachments has its numbers next, not a title.
        if lines[index].page_start:
            return bool(follows) and not SOURCE_LINE.match(follows)
        titled = index + 1 < len(lines) and lines[index + 1].hint in ("title", "h1")
        return not match_marker(follows) and (titled or bool(_DOC_TYPE.search(follows) or _FORM.search(follows)))
    if not lines[index].page_start:
        return False
    return (
        bool(_DOC_TYPE.search(text))
        and not match_marker(text)
        and not ends_sentence(text)
        and (bool(_PERIOD_LINE.match(follows)) or (bool(_PERIOD.search(text)) and not lines[index - 1].full))
    )


def title_length(body: list[Line]) -> int:
    """How many lines at the start of body are its title (0 when it starts with text at once)."""
    if not body:
        return 0
    first = body[0]
    stated = first.hint in ("title", "h1") and not match_marker(first.text)
    if stated:
        count = 1
        # A title over several lines, or a code's name with the name of one of its books.
        while count < len(body) and body[count].hint == first.hint and not match_marker(body[count].text):
            count += 1
    elif match_marker(first.text) or _prose(first.text):
        return 0
    else:
        count = 1
    title = first.text
    while count < len(body) and count < 5:
        text = body[count].text
        subtitle = text.startswith("——") and count == 1 and not ends_sentence(text) and not ends_sentence(title)
        if _PERIOD_LINE.match(text) or _NUMBER_LINE.match(text) or subtitle:
            count += 1
            continue
        if stated or not _continues_title(title, body[count - 1], body[count]):
            break
        title += text
        count += 1
    return count


def _prose(text: str) -> bool:
    return ends_sentence(text) or text.count("，") >= 2 or (len(text) > 40 and "，" in text)


def _continues_title(title: str, previous: Line, line: Line) -> bool:
    text = line.text
    if match_marker(text) or SOURCE_LINE.match(text) or _DATE.match(text) or len(text) < 4 or line.hint.startswith("h"):
        return False
    opened = sum(title.count(c) for c in "《（“") - sum(title.count(c) for c in "》）”")
    if opened > 0:
        return not ends_sentence(text)
    if "关于" in title and not re.search(r"(通知|意见|决定|报告|公告|办法|函|批复)$", title) and previous.full:
        return not ends_sentence(text)
    return (
        not re.search(r"[，。；：！？]", text)
        and not line.full
        and not _DOC_TYPE.search(title)
        and not _FORM.search(title)
        and not previous.hint
        and line.hint != "row"
    )


def document_of(draft: Draft, source_path: str, parent: Document | None) -> Document:
    """What is known of one document; parent is the document it is attached to, if any."""
    first = 1 if draft.attached else 0
    printed = [MARK.sub("", clean(line.content).text) for line in draft.lines[first : draft.title_count]]
    title, number, issuer = _title(printed)
    front = draft.lines[draft.title_count : draft.title_count + _LETTERHEAD]
    number = number or next((line.text.strip("（）()") for line in front if _NUMBER_LINE.match(line.text)), None)
    body = [line.text for line in draft.lines[draft.title_count :]]
    text = "".join(body)
    if not title:
        title = re.sub(r"[。！？].*", "", text)[:40] or source_path
    head = re.sub(r"\s+", "", text[:400])
    issued_on = next((re.sub(r"\s+", "", line) for line in reversed(body) if _DATE.match(line)), None)
    adopted = _adopted(body)
    if adopted:
        issued_on, issuer = adopted[0], issuer or adopted[2]
    issuer = _punctuated(issuer, head) if issuer else None
    level = level_of(title, issuer, draft.publisher, head, parent)
    # A period inside 《…》 is that of the plan a text speaks of, not its own.
    period = _PERIOD.search(re.sub(r"《[^》]*》", "", title))
    digest = hashlib.sha256(text.encode()).hexdigest()
    version = f"|{adopted[1]}" if adopted else ""
    doc_id = hashlib.sha256(f"{title}|{number}|{parent.doc_id if parent else ''}{version}".encode()).hexdigest()[:12]
    issuer = issuer or (parent.issuer if parent else None)
    return Document(
        doc_id,
        title,
        issuer,
        level,
        number,
        issued_on,
        f"{period.group(1)}—{period.group(2)}" if period else None,
        draft.publisher,
        source_path,
        digest,
        _aliases(title, head),
    )


def _adopted(body: list[str]) -> tuple[str, str, str | None] | None:
    """(last date, all dates, legislature) of the lines under a statute's title that tell who adopted it."""
    dates: list[str] = []
    legislature: str | None = None
    for line in body[:40]:
        found = _ADOPTED.match(re.sub(r"(?<=\d) (?=[年月日])|(?<=[年月]) (?=\d)", "", line))
        if found:
            dates.append(found.group(1))
            named = _LEGISLATURE.search(found.group(2))
            legislature = legislature or (named.group(1) if named else None)
        elif match_marker(line):
            break
    return (dates[-1], " ".join(dates), legislature) if dates else None


def _punctuated(issuer: str, head: str) -> str:
    """An issuer of several bodies written as the text itself parts them: 教育部财政部 → 教育部、财政部."""
    pattern = "、?".join(map(re.escape, issuer.replace("、", "")))
    forms = re.findall(pattern, head)
    return max(forms, key=len) if forms else issuer


def _title(printed: list[str]) -> tuple[str, str | None, str | None]:
    """(title, document number, issuer) from the printed title lines."""
    number = next((line.strip("（）()") for line in printed if _NUMBER_LINE.match(line)), None)
    title = "".join(line for line in printed if not _NUMBER_LINE.match(line))
    title = re.sub(r"[（(](\d{4})\s*年?\s*[—–\-─~～至]+\s*(\d{4})\s*年?[)）]", r"（\1—\2年）", title)
    issued = _ISSUED.match(title)
    if issued:
        return issued.group(2), number, issued.group(1)
    notice = re.match(r"^(.{2,30}?)关于", title)
    issuer = notice.group(1) if notice and re.search(r"(部|厅|局|委|院|政府|中央|办)$", notice.group(1)) else None
    return title, number, issuer


def _aliases(title: str, head: str) -> tuple[str, ...]:
    """Short names: the title without its period, and the names the text itself gives itself (以下简称“…”)."""
    bare = re.sub(r"[（(][^（）()]*\d{4}[^（）()]*[)）]", "", title)
    names = [bare] if bare != title else []
    if title.startswith(NATION) and len(title) > len(NATION) + 2:
        names.append(title.removeprefix(NATION))
    for match in re.finditer(r"以下简称[：:]?\s*([^）)]{2,24}?)[)）]", head):
        name = match.group(1).split("，")[0]
        name = re.sub(r"[“”]", "", name)
        # 以下简称两部 names bodies, 以下简称《纲要》 another document.
        if not name.startswith("《") and len(name) > 2 and _NAMES.search(name):
            names.append(name)
    return tuple(dict.fromkeys(name for name in names if name and name != title))


def title_text(draft: Draft) -> MappedText:
    """The printed title lines as one text."""
    return MappedText.join([clean(line.content) for line in draft.lines[: draft.title_count]])
