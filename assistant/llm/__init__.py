"""Language models behind one contract: the bundled local one, any OpenAI-compatible server, or none."""

from __future__ import annotations

from assistant.llm.base import Message, TextModel
from errors import SettingsError

__all__ = ["Message", "TextModel", "load_model"]

PROVIDERS = ("none", "local", "openai")


def load_model(
    provider: str, *, base_url: str = "", model: str = "", api_key: str = "", timeout: float = 30.0, threads: int = 0
) -> TextModel | None:
    """The model that settings name; None for "none". Nothing is loaded or called until the first stream().

    provider "local": model is "" for the bundled one, or the path of a GGUF file. "openai": base_url, model and
    api_key of a compatible server, behind a circuit breaker; timeout in seconds for each wait;
    threads for the local one, 0 to choose. SettingsError for anything else.
    """
    if provider == "none":
        return None
    if provider == "local":
        from assistant.llm.local import LocalModel

        return LocalModel(model, threads=threads, timeout=timeout)
    if provider == "openai":
        from assistant.llm.breaker import BreakerModel
        from assistant.llm.openai import OpenAIModel

        if not base_url or not model:
            missing = "base_url" if not base_url else "model"
            raise SettingsError("模型服务的设置不完整", f"设置 model.{missing}", "请填写服务地址和模型名称。")
        return BreakerModel(OpenAIModel(base_url=base_url, model=model, api_key=api_key, timeout=timeout))
    raise SettingsError("不认识的模型提供方", f"设置 model.provider = {provider!r}", f"可用的有：{'、'.join(PROVIDERS)}。")
