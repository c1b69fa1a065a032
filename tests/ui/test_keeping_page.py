"""Administration of documents in a real Chromium: upload, look, go live, ask, remove, undo; wide and narrow, light and dark."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import DESKTOP, PHONE, Visit
from tests.tiny import CITY, make_library
from tests.ui.conftest import page_over
from tests.ui.hostile import TEXTS
from tests.ui.test_page import ask, opened

pytestmark = pytest.mark.browser
QUESTION = "社区食堂老年人每餐补贴几元？"


def canteen(meal: str = "6") -> bytes:
    """A small Word file of our own: one number missing in its items."""
    import docx

    document = docx.Document()
    document.add_heading("青岚县社区食堂补贴办法（2026—2028年）", 0)
    document.add_heading("一、补贴标准", 1)
    document.add_paragraph(f"（一）老年人用餐。社区食堂老年人每餐补贴{meal}元，每月不超过22餐。")
    document.add_paragraph("（三）送餐上门。送餐距离不超过2公里，每单补贴3元。")
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


@pytest.fixture(scope="module")
def kept_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page over a library of its own, which may be changed."""
    from index.embedders import load_embedder

    folder = tmp_path_factory.mktemp("kept")
    make_library(folder, {"city.txt": CITY}, load_embedder())
    with page_over(folder) as url:
        yield url


def managing(visit: Visit, address: str) -> Any:
    page = opened(visit, address)
    page.click(".views [data-view=library]")
    page.wait_for_selector("[data-overview]")
    return page


def upload(page: Any, name: str, content: bytes) -> None:
    page.set_input_files("#library-files", {"name": name, "mimeType": "application/octet-stream", "buffer": content})


def told(page: Any, words: str) -> None:
    page.wait_for_selector(f"#toast.shown:has-text('{words}')")


def back_to_questions(page: Any) -> None:
    page.click(".views [data-view=talk]")
    page.wait_for_selector("#question textarea")
    page.wait_for_function("document.body.dataset.view === 'talk' && document.querySelector('.welcome, .turn')")


def test_from_an_upload_to_a_cited_answer_and_back(visit: Visit, kept_address: str) -> None:
    page = managing(visit, kept_address)
    assert "view=library" in page.url
    upload(page, "食堂.docx", canteen())
    # Read, and shown at once: the problem found, the tree, what is said of the document.
    detail = page.locator(".kept-detail")
    detail.wait_for()
    assert "缺号" in detail.locator(".found").inner_text() and "（一）老年人用餐" in detail.locator(".tree").inner_text()
    assert detail.locator("[name=title]").input_value() == "青岚县社区食堂补贴办法（2026—2028年）"
    assert page.evaluate("document.activeElement.tagName") == "H2"
    detail.locator("[name=issued_on]").fill("2026年2月30日")
    detail.locator("[name=issued_on]").press("Enter")
    told(page, "印发日期不对")
    detail.locator("[name=issued_on]").fill("2026-03-01")
    detail.locator("[name=issuer]").fill("青岚县民政局")
    page.click("[data-lib=publish]")
    told(page, "已上线")
    page.wait_for_selector("[data-source='食堂.docx']:has-text('1 个问题')")
    back_to_questions(page)
    turn = ask(page, QUESTION)
    assert "每餐补贴6元" in turn.locator(".said").first.inner_text()
    turn.locator(".mark").first.click()
    page.wait_for_selector("#reader mark")
    assert "每餐补贴6元" in page.inner_text("#reader mark") and "青岚县社区食堂补贴办法" in page.inner_text("#reader")
    page.keyboard.press("Escape")
    # Removed: refused. Undone: answered again.
    page.click(".views [data-view=library]")
    visit.answers = [True]
    page.click("[data-source='食堂.docx'] [data-lib=remove]")
    told(page, "已移除")
    page.wait_for_selector(".kept-undo [data-lib=restore]")
    back_to_questions(page)
    ask(page, QUESTION)
    assert page.locator("#live .turn.refused, #live .turn:has-text('资料中没有')").count() == 1
    page.click(".views [data-view=library]")
    page.click(".kept-undo [data-lib=restore]")
    told(page, "已恢复")
    back_to_questions(page)
    assert "每餐补贴6元" in ask(page, QUESTION).locator(".said").first.inner_text()
    page.click(".views [data-view=library]")
    page.click(".outline:has-text('操作记录') summary")
    rows = page.locator(".kept-history tbody tr td:nth-child(3)").all_inner_texts()
    assert rows == ["恢复", "移除", "上线", "上传"]


def test_dropped_files_replaced_versions_and_bad_files_on_a_dark_phone(dark_phone: Visit, kept_address: str) -> None:
    page = managing(dark_phone, kept_address)
    drop(page, {"食堂（新）.docx": canteen("9"), "坏.docx": b"MZ" * 50})
    failed = page.locator("[data-stage=failed]")
    failed.wait_for()
    assert "内容不是 Word" in failed.inner_text()
    page.click("[data-stage=ready] [data-lib=open]")
    page.wait_for_selector(".notice:has-text('上线后代替 食堂.docx')")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.click("[data-lib=publish]")
    told(page, "已上线")
    assert page.locator("[data-source]").all_inner_texts()[-1].count("食堂（新）.docx") == 1
    dark_phone.answers = [True]
    page.click("[data-stage=failed] [data-lib=discard]")
    page.wait_for_function("!document.querySelector('[data-stage=failed]')")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    back_to_questions(page)
    assert "每餐补贴9元" in ask(page, QUESTION).locator(".said").first.inner_text()


def test_what_is_said_of_a_live_document_is_changed_by_keyboard(visit: Visit, kept_address: str) -> None:
    page = managing(visit, kept_address)
    page.focus("[data-source='city.txt'] [data-lib=document]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".kept-detail [name=title]")
    page.fill("[name=title]", "社区学习三年行动")
    page.focus("[data-lib=amend]")
    page.keyboard.press("Enter")
    told(page, "信息已保存")
    page.wait_for_selector("[data-source='city.txt'] .kept-title:has-text('社区学习三年行动')")
    page.click(".views [data-view=files]")
    page.wait_for_selector(".spine:has-text('社区学习三年行动')")
    assert page.evaluate("document.body.dataset.view") == "files"


def test_hostile_names_and_texts_are_text(visit: Visit, kept_address: str) -> None:
    page = managing(visit, kept_address)
    hostile = "青岚县恶意办法\n" + "".join(f"第{number}条 {text.strip()}不超过3次。\n" for number, text in enumerate(TEXTS[:30], 1))
    upload(page, "<img src=x onerror=window.pwned=1>' x.txt", hostile.encode("utf-8", "replace"))
    page.wait_for_selector(".kept-detail .tree li >> nth=25")
    page.click("[data-lib=back]")
    page.wait_for_selector("[data-stage=ready]")
    assert page.locator("#library img, #library script, #library svg, #library iframe").count() == 0
    assert "_img src=x onerror=window.pwned=1_' x.txt" in page.inner_text("[data-stage=ready]")
    visit.answers = [True]
    page.click("[data-stage=ready] [data-lib=discard]")
    page.wait_for_function("!document.querySelector('[data-stage=ready]')")


@pytest.mark.parametrize(("viewport", "scheme"), [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light")])
def test_every_word_has_contrast_enough(browser: Any, kept_address: str, viewport: dict[str, int], scheme: str) -> None:
    window = Visit(browser, viewport, scheme)
    page = managing(window, kept_address)
    assert low_contrast(page) == []
    page.click("[data-source='city.txt'] [data-lib=document]")
    page.wait_for_selector(".kept-detail")
    assert low_contrast(page) == []
    window.close()


def low_contrast(page: Any, part: str = "#library") -> list[str]:
    """Texts of a part of the page whose contrast with what lies under them is below 4.5."""
    return page.evaluate("""part => {
      const parts = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
      const light = colour => { const [r, g, b] = parts(colour).map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const under = node => { for (let at = node; at; at = at.parentElement) { const ground = getComputedStyle(at).backgroundColor; const p = parts(ground);
        if (p.length === 3 || p[3] > 0.99) return ground; } return 'rgb(255, 255, 255)'; };
      const found = [];
      document.querySelectorAll(`${part} *`).forEach(node => {
        const own = [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
        if (!own || !node.offsetParent) return;
        const [a, b] = [light(getComputedStyle(node).color), light(under(node))].sort((x, y) => y - x);
        if ((a + 0.05) / (b + 0.05) < 4.5) found.push(`${node.textContent.slice(0, 20)} ${((a + 0.05) / (b + 0.05)).toFixed(2)}`);
      });
      return found;
    }""", part)


def drop(page: Any, files: dict[str, bytes]) -> None:
    """Drag files over the box and let them go."""
    listed = [[name, list(content)] for name, content in files.items()]
    page.evaluate("""files => {
      const data = new DataTransfer();
      for (const [name, bytes] of files) data.items.add(new File([new Uint8Array(bytes)], name));
      const box = document.querySelector('.drop');
      for (const kind of ['dragenter', 'dragover', 'drop']) box.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
    }""", listed)


def test_the_address_keeps_the_view(visit: Visit, kept_address: str) -> None:
    visit.page.goto(f"{kept_address}?view=library")
    visit.page.wait_for_selector("[data-overview]")
    assert re.search(r"\d+ 条", visit.page.inner_text("[data-source='city.txt']"))
