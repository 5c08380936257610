# torimatome: every target sets up its own environment; python3 (3.11+) and make are enough.
# `make` alone lists the targets.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RUN    := $(VENV)/.run-ready
DEV    := $(VENV)/.dev-ready

# Options of `make aggregate`; empty means the product's own default. Lower case does as well.
MONTH  ?= $(month)
INBOX  ?= $(or $(inbox),inbox)
OUTBOX ?= $(or $(outbox),outbox)
ARGS   ?= $(args)
ROOM   ?= months
SAMPLE ?= 0
SEED   ?= 1
KIT_PYTHON ?= 3.12
EMBED  ?=

# A variable that nothing uses is a slip of the fingers (MOUTH=2026-11): told, not passed over.
KNOWN   := PYTHON VENV BIN RUN DEV MONTH INBOX OUTBOX ARGS ROOM SAMPLE SEED KIT_PYTHON EMBED month inbox outbox args
GIVEN   := $(foreach name,$(.VARIABLES),$(if $(findstring command line,$(origin $(name))),$(name)))
UNKNOWN := $(filter-out $(KNOWN),$(GIVEN))
ifneq ($(strip $(UNKNOWN)),)
$(error 「$(strip $(UNKNOWN))」という指定はありません。使えるのは MONTH INBOX OUTBOX ARGS PYTHON です)
endif
TWICE   := $(strip $(foreach name,MONTH/month INBOX/inbox OUTBOX/outbox ARGS/args,\
             $(if $(filter 2,$(words $(filter $(subst /, ,$(name)),$(GIVEN)))),$(name))))
ifneq ($(TWICE),)
$(error 「$(TWICE)」は大文字と小文字のどちらか一方だけを指定してください)
endif

.DEFAULT_GOAL := help
.PHONY: help setup aggregate demo demo-year test check format docs lock bench verify windows coverage mutants kit clean

help: ## この一覧を表示します / list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)$$/  make \1\t\2/' | expand -t 20

setup: $(RUN) ## 実行環境 (.venv) を用意します / set up what is needed to run

aggregate: $(RUN) ## inbox/ の回答を集計し outbox/ に書き出します (MONTH=2026-11 INBOX=… OUTBOX=…) / the main job
	@TORIMATOME_MONTH="$(MONTH)" $(BIN)/python -m pipeline aggregate --inbox "$(INBOX)" --outbox "$(OUTBOX)" $(ARGS) \
	  || { code=$$?; test $$code -eq 1 || exit $$code; } # 1: written; what was not read is told

demo: $(RUN) ## 見本の回答で集計を試します / the main job on sample returns
	@$(BIN)/python -m pipeline demo --into build/demo

demo-year: $(RUN) ## 3 か月分の見本で、前月比・約束の記録・差戻し・配布を試します / three months, slips and forms
	@PYTHONPATH=tests $(BIN)/python -m story --into build/demo-year

# Tests are rewritten when they are loaded: what came of it is kept, also where nothing else is.
test: $(DEV) ## 自動テスト / the fast tests
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m "not outside and not wine"

check: $(DEV) ## 書式・静的検査・型・層・文書 / format, lint, types, layers, generated pages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pages --check

format: $(DEV) ## 書式をそろえます / format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(DEV) ## 生成文書を作り直します / write the generated pages again
	$(BIN)/python -m pages

verify: $(DEV) ## LibreOffice と検証ツールによる検査 / slow checks with outside tools
	TORIMATOME_EVERY_CASE=1 $(BIN)/python -m pytest -n auto -m "outside or workbook_once or hypothesis" -rs

windows: $(DEV) ## キットと 2 か月の流れを、Wine の上の Windows 用 Python で試します / the kit under Wine
	$(BIN)/python -m pytest -n 0 -m wine -rs

# The rooms that decide what counts, and the tests that hold them; docs/testing.md has the figures.
CORE_TESTS := $(foreach name,marks mark_pieces mark_lines mark_facts units told_batches told_rosters assemble_pieces months notes options explain locate locate_odd locate_rare \
  locate_memory layout_kinds layout_forms bodies objects_beside review_lines \
  places parse assemble assemble_claims identity roster local_codes slips control_files seal \
  mail_senders mailed_returns mail_answers mail_programs hostile_mails arrival \
  rules rule_words check settings golden_findings \
  review review_bulk review_spread review_form review_earlier_form review_entries never_upwards \
  returns return_names return_laws editions editions_run four_formats,tests/test_$(name).py)

coverage: $(DEV) ## 中核の分岐がすべて試験されているか / every branch of the core runs in the tests
	@mkdir -p build/coverage
	TORIMATOME_EVERY_CASE=1 $(BIN)/coverage run -m pytest -n 0 -m "not outside" $(CORE_TESTS)
	$(BIN)/coverage report

mutants: $(DEV) ## 中核を少しずつ変えて試験が気づくか (ROOM=months|marks|assemble SAMPLE=… SEED=…) / mutants
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/mutants.txt
	$(BIN)/python tests/mutants.py $(ROOM) --sample $(SAMPLE) --seed $(SEED)

kit: $(DEV) ## Windows 用の取りまとめキット (KIT_PYTHON=3.12 EMBED=python-3.12.x-embed-amd64.zip) / the kit
	@$(BIN)/python -m kit --python $(KIT_PYTHON) $(if $(EMBED),--embed "$(EMBED)")

bench: $(DEV) ## 速さと使用メモリを測ります / measure speed and memory
	$(BIN)/python -m bench

# The locks are made for every Python from 3.11 on and every platform; needs `pip install uv` first.
lock: ## requirements/*.txt を作り直します / resolve the locked requirements again
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements/run.txt
	uv pip compile pyproject.toml --extra cluster --group build --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -c requirements/run.txt -o requirements/dev.txt
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -c requirements/run.txt -o requirements/kit.txt
	uv pip compile pyproject.toml --extra cluster --group build --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -c requirements/run.txt -o requirements/cluster.txt
	uv pip compile --group mutants --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -c requirements/dev.txt -o requirements/mutants.txt

clean: ## 作ったもの (.venv, build) を消します / remove what was made
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

$(RUN): requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 以上が必要です (found %d.%d)。" % sys.version_info[:2])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "実行環境を用意しています (初回は数分かかります) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(RUN)

$(DEV): requirements/dev.txt $(RUN)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $(DEV)
