# make run：安装、建索引、打开聊天页。make test：同一个环境加测试工具，运行全部测试。
PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/python -m pip
PY := $(VENV)/bin/python

.PHONY: run test eval index fuzz clean

run: $(VENV)/.installed
	@$(PY) -m index build --if-stale
	@$(PY) app.py

test: $(VENV)/.installed-test
	@$(PY) -m index build --if-stale
	@HF_HUB_OFFLINE=1 $(PY) -m pytest

eval: $(VENV)/.installed
	@$(PY) -m index build --if-stale
	@$(PY) -m eval run --split dev

# 读文件的模糊测试，十分钟；读坏了的输入留在 var/fuzz 里。
fuzz: $(VENV)/.installed-test
	@mkdir -p var/fuzz && cd var/fuzz && PYTHONPATH=$(CURDIR) $(CURDIR)/$(PY) -m tests.corpus.fuzz_readers corpus -max_total_time=600 -timeout=30

index: $(VENV)/.installed
	@$(PY) -m index build

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("需要 Python 3.11 或更新的版本，现在是 " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --quiet --upgrade pip

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	@echo "正在安装（第一次约需一两分钟）…"
	@$(PIP) install --quiet -e .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(VENV)/bin/python
	@echo "正在安装测试环境…"
	@$(PIP) install --quiet -e '.[test]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) var build dist *.egg-info
