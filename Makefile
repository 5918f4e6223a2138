# Thin names over pip and pytest. Every target sets up what it needs in .venv and skips what is up to date.
#
#   make test VENV=/elsewhere      another environment (its C build lies inside it)
#   make test PYTEST_ARGS='-k crc' arguments for pytest; BENCH_ARGS likewise for the benchmarks
#   make test WORKERS=2            so many tests at once
#   make test WERROR=ON            warnings of the C compiler are errors (also with CI set)

PYTHON ?= python3
VENV ?= .venv
WERROR ?= $(if $(CI),ON,OFF)
PYTEST_ARGS ?=
BENCH_ARGS ?=

# Many tests wait for a board or a browser: few cores have twice as many workers.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((n < 4 ? 2 * n : n)))

export CMAKE_BUILD_PARALLEL_LEVEL ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

BIN = $(VENV)/bin
BUILD = $(VENV)/build
LOG = $(VENV)/setup.log
CHECK = build/check

# --prefer-binary: a newer release that would have to be compiled first is not worth it.
PIP = $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL = $(PIP) install --prefer-binary --no-build-isolation --config-settings=build-dir='$(abspath $(BUILD))' \
	--config-settings=cmake.define.FLIGHTSW_WERROR=$(WERROR)

NATIVE = $(wildcard native/*/*.[ch] hil/firmware/*.[ch] hil/firmware/ports/posix/*.[ch] flightsw/_native/core.c \
	flightsw/_native/core.cdef hil/pace/pace.*)
PYTHON_FILES = flightsw tests $(wildcard hil)
C_FILES = $(filter-out %_dictionary.h,$(wildcard native/*/*.[ch] hil/firmware/*.[ch] hil/firmware/ports/posix/*.[ch] \
	hil/pace/*.[ch]))
# Of chips and of tools beside the tests: no compiler of this machine takes them for the analysis.
CHIP_FILES = $(filter-out hil/firmware/ports/posix/%,$(wildcard hil/firmware/ports/*/*.[ch])) tests/hil/simavr/avr_board.c

.DEFAULT_GOAL := help
.PHONY: help demo test test-long bench check coverage sanitize fuzz docs build clean requirements
.DELETE_ON_ERROR:

help:
	@echo 'make demo       fly the demonstration'
	@echo 'make test       the tests'
	@echo 'make test-long  all tests, those that take minutes too'
	@echo 'make bench      the benchmarks; results are kept in .benchmarks'
	@echo 'make check      lint, types, house rules, C format and analysis'
	@echo 'make coverage   conditions (MC/DC) of what speaks on board; needs clang-19'
	@echo 'make sanitize   the tests under AddressSanitizer and UBSan'
	@echo 'make fuzz       every decoder of the core, SECONDS_EACH=20; needs clang-19'
	@echo 'make docs       the documents as pages, in build/docs'
	@echo 'make build      set up .venv for development and compile the core'
	@echo 'make clean      remove .venv, builds and caches'

demo: $(VENV)/ready
	@$(BIN)/flightsw demo

test: $(VENV)/ready $(VENV)/ready-test
	@$(BIN)/python -m pytest -q -n $(WORKERS) $(PYTEST_ARGS)

test-long: $(VENV)/ready $(VENV)/ready-test
	@$(BIN)/python -m pytest -q -n $(WORKERS) -m 'long or not long' $(PYTEST_ARGS)

bench: $(VENV)/ready-test
	@$(BIN)/python -m pytest tests/benchmarks --benchmark-only --benchmark-autosave $(BENCH_ARGS)

coverage sanitize: $(VENV)/ready-test
	@WORKERS=$(WORKERS) .ci/instrumented $@

fuzz:
	@tests/fuzz/run

docs: $(VENV)/ready-dev
	@$(BIN)/sphinx-build -q -W --keep-going -d build/doctrees docs build/docs && echo build/docs/README.html

build: $(VENV)/ready-dev

clean:
	@rm -rf $(VENV) build .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find flightsw tests $(wildcard hil) -name __pycache__ -type d -prune -exec rm -rf {} +

# ------------------------------------------------------------------------------------------------ checks

check: $(VENV)/ready-dev
	$(BIN)/ruff check $(PYTHON_FILES)
	$(BIN)/ruff format --check $(PYTHON_FILES)
	$(BIN)/mypy $(PYTHON_FILES)
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/clang-format --dry-run -Werror $(C_FILES) $(CHIP_FILES)
	@mkdir -p $(CHECK)
	@cmake -S . -B $(CHECK) -DFLIGHTSW_WERROR=ON >$(CHECK).log 2>&1 || { cat $(CHECK).log >&2; exit 1; }
	@MAKEFLAGS=--no-print-directory cmake --build $(CHECK)
	printf '%s\n' $(filter %.c,$(C_FILES)) | xargs -P 2 -n 1 $(BIN)/clang-tidy --quiet -p $(CHECK)
	@for room in fsw transmitter; do $(call freestanding,$(CHECK)/libflightsw_$$room.a) || exit 1; done
	@$(call freestanding,$(CHECK)/libflightsw_firmware.a,|(board|fsw|transmitter)_[a-z_]+)

# What a board must supply: mem* and the compiler's own helpers (a host's knows its processor), nothing else; to the firmware
# also what board.h says.
SUPPLIED = mem(cpy|move|set|cmp)|_GLOBAL_OFFSET_TABLE_|__cpu_(model|indicator_init)|__(u?(div|mod|divmod)|mul|ashl|ashr|lshr|popcount|clz|ctz)[a-z]*[0-9]

define freestanding
{ ld -r --whole-archive $(1) $(CHECK)/libflightsw_ccsds.a -o $(1).o && nm -u $(1).o >$(1).nm || exit 1; \
foreign=$$(awk '{ print $$2 }' $(1).nm | grep -vE '^($(SUPPLIED)$(2))$$'); \
if [ -n "$$foreign" ]; then echo "$(1) is not freestanding, it needs: $$foreign" >&2; exit 1; fi; \
echo "$(1) is freestanding"; }
endef

# ------------------------------------------------------------------------------------------------ set-up

# Runs $(2), says $(1); what it prints goes to the log, which is shown when it fails.
define quietly
@echo '$(1)' >&2; \
if ! { $(2); } >$(LOG) 2>&1; then cat $(LOG) >&2; echo 'set-up failed; the lines above are $(LOG)' >&2; exit 1; fi; \
touch $@
endef

$(VENV)/made: | requirements
	@mkdir -p $(VENV)
	$(call quietly,Making $(VENV) (first time; half a minute),\
		$(PYTHON) -m venv $(VENV) && $(PIP) install --prefer-binary 'scikit-build-core>=1.0' 'cffi>=2.1')

$(VENV)/ready: $(VENV)/made pyproject.toml CMakeLists.txt $(NATIVE)
	$(call quietly,Compiling the core and installing what it needs,$(INSTALL) -e .)

# ccsdspy comes as source: it is built by itself, with the tools that it asks for.
$(VENV)/ready-test: pyproject.toml | $(VENV)/ready
	$(call quietly,Installing the test tools,\
		$(PIP) install --prefer-binary 'ccsdspy>=2.0' && $(INSTALL) -e '.[test]')

$(VENV)/ready-dev: pyproject.toml | $(VENV)/ready-test
	$(call quietly,Installing the development tools,$(INSTALL) -e '.[dev]')

# Everything that is missing, with its Debian package, in one line, before anything else happens.
requirements:
	@missing= packages=; \
	lacks() { missing="$${missing:+$$missing, }$$1"; packages="$$packages $$2"; }; \
	if ! command -v $(PYTHON) >/dev/null 2>&1; then \
		lacks 'Python 3.11 or later' 'python3 python3-venv python3-dev'; \
	elif ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
		lacks "Python 3.11 or later ($(PYTHON) is $$($(PYTHON) -V 2>&1); another one: make PYTHON=python3.12)" python3; \
	else \
		$(PYTHON) -c 'import ensurepip, venv' >/dev/null 2>&1 || lacks 'the Python module venv' python3-venv; \
		$(PYTHON) -c 'import os, sysconfig; os.stat(sysconfig.get_path("include") + "/Python.h")' >/dev/null 2>&1 || \
			lacks 'the Python headers (Python.h)' python3-dev; \
	fi; \
	compiler=; \
	for each in $(CC) gcc clang; do [ -n "$$compiler" ] || ! command -v $$each >/dev/null 2>&1 || compiler=$$each; done; \
	if [ -z "$$compiler" ]; then \
		lacks 'a C compiler' 'gcc libc6-dev'; \
	elif ! echo '#include <stdint.h>' | $$compiler -fsyntax-only -x c - >/dev/null 2>&1; then \
		lacks 'the C library headers' libc6-dev; \
	fi; \
	command -v cmake >/dev/null 2>&1 || lacks cmake cmake; \
	if [ -n "$$missing" ]; then echo "missing: $$missing. On Debian: apt-get install$$packages" >&2; exit 1; fi
