"""What the API takes and gives, as pydantic models: every size bounded, every unknown field refused.

Answers carry the fields of the batch contract (assistant/batch.py). Descriptions are Chinese: they are what the
OpenAPI page and an MCP client show.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from assistant.schema import Status
from corpus.schema import ClauseKind, Level

MOST_TEXT, MOST_EARLIER, MOST_DOCUMENTS, MOST_HITS = 4000, 20, 50, 20
EARLIER = "本次对话里先前的提问，旧的在前；“那2027年呢”这样的追问要靠它补全"
DOCUMENTS = "只查这些文件：文件编号（document_id）或标题；空着不限"
LEVELS = "只查这几级的文件：国家、重庆、其他；空着不限。同时写了 documents 时以 documents 为准"

Text = Annotated[str, Field(max_length=MOST_TEXT)]
# That a question may not be blank is declared here and refused by the chain, whose message is the better one.
Question = Annotated[Text, Field(json_schema_extra={"minLength": 1, "pattern": r"\S"})]


class Scope(BaseModel):
    """Which documents are searched."""

    model_config = ConfigDict(extra="forbid")
    documents: Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=MOST_DOCUMENTS)] = Field(default=[], description=DOCUMENTS)
    levels: Annotated[list[Level], Field(max_length=len(Level))] = Field(default=[], description=LEVELS)


class AskRequest(Scope):
    """一个问题。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"question": "国家要求中小学生每天运动多久？"}]})
    id: Annotated[str, Field(max_length=200)] | Annotated[int, Field(ge=-(2**53), le=2**53)] | None = Field(default=None, description="原样带回，供对号")
    question: Question = Field(description="问题，一般不超过 1000 字")
    history: Annotated[list[Text], Field(max_length=MOST_EARLIER)] = Field(default=[], description=EARLIER)


class SearchRequest(Scope):
    """只检索，不作答。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"question": "中小学生 体育活动时间", "limit": 3}]})
    question: Question = Field(description="问题或关键词")
    limit: Annotated[int, Field(ge=1, le=MOST_HITS)] = Field(default=10, description="最多几条")


class Cited(BaseModel):
    """回答里一个 [n] 的出处。text[start:end] 就是 quote（按 Unicode 码点数）。"""

    label: int = Field(description="回答里 [n] 的 n")
    clause_id: str
    document: str = Field(description="文件标题")
    path: list[str] = Field(description="从大标题到这一条")
    page: int | None
    text: str = Field(description="条款全文；表格行是印出的整行")
    quote: str = Field(description="引用的原句")
    start: int
    end: int
    context: str = Field(description="表格行的表头、单位、组名；别的条款的引导句")


class Retrieved(BaseModel):
    """检索到的一条。score 只能在同一次检索里比大小。"""

    clause_id: str
    document: str
    text: str
    score: float


class Seconds(BaseModel):
    """各步用时，秒。"""

    retrieve: float
    answer: float
    total: float


class Reply(BaseModel):
    """一个回答。每句话后的 [n] 对应 citations；资料里没有的，refused 为真，nearest 是最接近的条款。"""

    question: str
    answer: str
    refused: bool
    status: Status = Field(description="grounded：有据；partial：部分有据；refused：资料中没有")
    citations: list[Cited]
    nearest: list[Retrieved]
    model: str = Field(description="措辞出自哪个语言模型；none 表示原文摘录")
    seconds: Seconds
    rewritten: str | None = Field(description="追问补全后的问题；没有改写时为 null")
    notices: list[str] = Field(description="要一并告诉用户的话，例如语言模型没有回答")


class AskResponse(Reply):
    """一个回答，连同检索到的 20 条。"""

    id: str | int | None
    retrieved: list[Retrieved]


class Found(BaseModel):
    """检索到的一条，最好的在前。text[start:end] 是最贴近问题的一段。"""

    rank: int
    clause_id: str
    document: str
    document_id: str
    level: Level
    label: str
    path: list[str]
    page: int | None
    text: str
    start: int
    end: int
    score: float


class SearchResponse(BaseModel):
    """检索结果。"""

    question: str
    hits: list[Found]


class Row(BaseModel):
    """指标表的一行。values：年份 → 印出的值，空格为 null。"""

    indicator: str
    unit: str | None
    group: str | None
    values: dict[str, str | None]


class Note(BaseModel):
    """一个注。position：它跟在 text 的第几个字后面。"""

    number: int
    text: str
    position: int


class DocumentRecord(BaseModel):
    """一份文件。"""

    document_id: str
    title: str
    issuer: str | None
    level: Level
    number: str | None = Field(description="文号")
    issued_on: str | None
    period: str | None = Field(description="规划期，如 2024—2035")
    publisher: str | None
    clauses: int = Field(description="有多少条")


class ClauseRecord(BaseModel):
    """一条条款的全部内容。"""

    clause_id: str
    document: DocumentRecord
    kind: ClauseKind
    label: str = Field(description="条款自己的编号，没有则空")
    title: str
    path: list[str]
    text: str
    page_start: int | None
    page_end: int | None
    lead_departments: list[str] = Field(description="牵头部门")
    support_departments: list[str] = Field(description="配合部门")
    inherited_years: list[str] = Field(description="从上级标题继承的年份")
    notes: list[Note]
    context: str
    row: Row | None
    previous: str | None = Field(description="同一文件里上一条的 clause_id")
    next: str | None = Field(description="同一文件里下一条的 clause_id")
    link: str = Field(description="在页面里打开这一条的地址")


class DocumentsResponse(BaseModel):
    """资料库里的文件。generation：资料库每变一次加一。"""

    generation: int
    documents: list[DocumentRecord]


class Fault(BaseModel):
    """出了什么错，下一步怎么办。field：请求里的哪一项，如 history.0；与某一项无关时为 null。"""

    code: str
    message: str
    remedy: str
    field: str | None = None


class FaultResponse(BaseModel):
    """一切错误都是这个样子。"""

    error: Fault
