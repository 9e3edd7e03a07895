.PHONY: run reset test test-newest test-floors test-foreign test-openedx test-services matrix crash-test bench quality clean newest floors openedx services measuring
.NOTPARALLEL:

PYTHON ?= python3
export PYTHON STACK REPEAT

run: newest; @.venv/bin/python -m sandbox
reset: ; rm -rf sandbox/var
test: test-newest test-floors test-foreign test-openedx
test-newest: newest; .venv/bin/python -m pytest
test-floors: floors; .venv-floors/bin/python -m pytest -m "not browser"
test-foreign: newest floors
	.venv/bin/python -m pytest tests/foreign_lms --ds=tests.foreign_lms.settings
	.venv-floors/bin/python -m pytest tests/foreign_lms --ds=tests.foreign_lms.settings -m "not browser"
test-openedx: openedx; .venv-openedx/bin/python -m pytest tests/openedx --ds=tests.openedx.settings
test-services: services; @tools/test-services .venv-services/bin/python
matrix: ; @$(PYTHON) tools/matrix.py
crash-test: services; @tools/crash-test .venv-services/bin/python
bench: measuring; @PYTHONPATH=.:hooks .venv-bench/bin/python -m bench $(ENGINE) $(ARGS)
screenshots: pictures; @PYTHONPATH=.:hooks .venv-pictures/bin/python -m tools.screenshots
quality: newest; @tools/quality .venv/bin
clean: ; rm -rf .venv .venv-* build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

newest: ; @tools/environment .venv constraints/newest.txt dev
floors: ; @tools/environment .venv-floors constraints/floors.txt test
openedx: ; @tools/environment .venv-openedx constraints/openedx.txt openedx
services: ; @tools/environment .venv-services constraints/newest.txt services
measuring: ; @tools/environment .venv-bench constraints/newest.txt bench
pictures: ; @tools/environment .venv-pictures constraints/newest.txt pictures
