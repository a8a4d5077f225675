# The commands of the README. Each does its own set-up and is safe to repeat.
PY := .venv/bin/python
# Compiled files are kept: every process that a test starts would compile the project anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup run test check bench nightly stop
setup:
	@./tools/setup

run: setup
	@$(PY) -m jinzhai_video.serve

test: setup
	@$(PY) -m pytest -n auto --dist loadgroup

nightly: setup
	@$(PY) -m pytest -n auto --dist loadgroup -m "nightly or not nightly" --nightly

bench: setup
	@$(PY) -m tools.bench

check: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .
	.venv/bin/lint-imports
	.venv/bin/djlint --lint --quiet templates
	$(PY) manage.py check_templates
	HTTPS=on DEBUG=off ALLOWED_HOSTS=example.gov.cn $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) manage.py makemigrations --check --dry-run

stop:
	@$(PY) -m jinzhai_video.postgres stop
