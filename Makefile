# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

# Everything below is installed and written inside the checkout: .venv, .build, .cache. `make clean` removes these.

.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash

# The first working name of a Python 3.11 or newer that can make a virtual environment.
# It is tried, because version managers put names on the PATH that only fail.
PYTHON = $(shell for name in python3.13 python3.12 python3.11 python3; do \
    $$name -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; \
    done)

export PATH := $(CURDIR)/.venv/bin:$(PATH)
# The home may be empty or read-only, so every tool keeps its files here.
export XDG_CACHE_HOME := $(CURDIR)/.cache
export ANSIBLE_HOME := $(CURDIR)/.cache/ansible
export ANSIBLE_REMOTE_TEMP := $(CURDIR)/.cache/ansible/tmp
export ANSIBLE_ASYNC_DIR := $(CURDIR)/.cache/ansible/async
# Only this checkout's settings: no other ansible.cfg, Python or locale of the machine.
export ANSIBLE_CONFIG := $(CURDIR)/tests/ansible.cfg
export ANSIBLE_PYTHON_INTERPRETER := $(CURDIR)/.venv/bin/python
export LC_ALL := C.UTF-8
# Absolute paths, since tests start processes in other directories.
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/.cache/hypothesis
export COVERAGE_FILE := $(CURDIR)/.cache/coverage/data

COLLECTION := .build/ansible_collections/lorawan/thingpark
# Other collections: playbooks/awx uses modules of awx.awx, and examples of the documentation use the other two.
AWX := .build/ansible_collections/awx/awx
PYTEST := .venv/bin/python -m pytest
# The vendor's contract is not part of the project. If it is present, every test run is checked against it.
CONTRACT := $(wildcard ../shared/api/*.openapi.yaml)
# The slowest come first, so that no worker runs them alone at the end.
TESTS := tests/integration tests/http tests/events tests/simulator tests/benchmarks tests/unit tests/project
HELD := $(if $(CONTRACT),tests/contract -p tests.contract.plugin)
# One more than the cores of a small machine, because tests often wait for their processes.
WORKERS := -n 3 --dist worksteal
NOX := .cache/gates/venv/bin/nox --noxfile noxfile.py

.PHONY: help setup demo demo-events test duration lint pytest thorough gates contract chaos bench unit format docs readability reference picture build ee ee-try clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1  	/p' Makefile

demo: .venv/run $(COLLECTION)  ## creates, checks and changes a small fleet on a simulated platform
	@.venv/bin/ansible-playbook lorawan.thingpark.quickstart $(ARGS)

demo-events: .venv/events $(COLLECTION)  ## a meter falls silent: a rule fires, a ticket is opened, the alarm is acknowledged; needs Java 17
	@.venv/bin/python tests/events/story.py

test: duration lint docs pytest  ## every check and test; the last line says what passed

duration:
	@echo 'Everything takes about fifteen minutes on two cores, and five more the first time: the checks two, the documentation three, the tests ten.'

lint: .venv/test $(COLLECTION) $(AWX)/MANIFEST.json .cache/gates/installed  ## style, types, licenses, documentation, the archive: the fast checks
	CI=true PIP_NO_COMPILE=1 $(NOX) --reuse-venv yes $(ARGS)

pytest: $(if $(CONTRACT),.venv/contract .cache/prism/installed) .venv/test .venv/events $(COLLECTION) $(AWX)/MANIFEST.json  ## all tests, each purpose once (ARGS="-k name" for some)
	@test -n "$(CONTRACT)" || echo 'The contract is not at hand in ../shared/api: what is tested is not held to it.'
	$(PYTEST) $(WORKERS) $(HELD) $(TESTS) $(ARGS)

thorough:  ## all tests, on every platform and in both frames, with more random cases, and the coverage of plugins/
	@$(MAKE) pytest ARGS="--thorough --cov $(ARGS)"

gates: .venv/test $(COLLECTION) .cache/gates/installed  ## ansible-test with every supported ansible-core (CORES="2.16 newest sanity" for some)
	.venv/bin/python tests/matrix.py .cache/gates/venv/bin/nox $(CORES)

contract: $(if $(CONTRACT),.venv/contract .cache/prism/installed) .venv/test .venv/events $(COLLECTION) $(AWX)/MANIFEST.json  ## the simulator and its clients, checked against the vendor's contract in ../shared/api
	@test -n "$(CONTRACT)" || echo 'The contract is not at hand in ../shared/api: there is nothing to hold the simulator against.'
	@test -z "$(CONTRACT)" || $(PYTEST) $(WORKERS) $(HELD) $(TESTS) $(ARGS)

setup: .venv/test .venv/events .venv/docs $(if $(CONTRACT),.venv/contract .cache/prism/installed) $(COLLECTION) $(AWX)/MANIFEST.json .cache/gates/installed
	@:

chaos: .venv/test $(COLLECTION)  ## random fleets on failing platforms, and interrupted runs (SCHEDULES=1000 SEED=7 for more and other cases)
	SCHEDULES=$(or $(SCHEDULES),300) $(if $(SEED),SEED=$(SEED)) $(PYTEST) -n 2 tests/http/test_chaos.py tests/http/test_chaos_accounts.py tests/http/test_ends.py \
	    tests/integration/test_interruption.py tests/integration/test_ends.py $(if $(SEED),--hypothesis-seed=$(SEED)) $(ARGS)

bench: .venv/bench $(COLLECTION)  ## the cost of ten thousand devices, compared with other ways; an hour (SMALL=1 only checks that all runs)
	.venv/bin/python -m tests.benchmarks $(if $(SMALL),--small) $(ARGS)

unit: .venv/test $(COLLECTION)  ## the fast tests only, without coverage
	$(PYTEST) $(WORKERS) tests/project tests/unit $(ARGS)

format: .cache/gates/installed  ## formats the Python files
	$(NOX) --reuse-venv yes --session format

docs: .venv/docs $(COLLECTION)  ## the documentation as a web site in .build/docs/html; fails on a dead link
	rm -rf .build/docs
	mkdir -m 755 -p .build/docs/rst
	cp -R docs/images .build/docs
	.venv/bin/antsibull-docs --config-file docs/site/antsibull-docs.cfg collection --use-current --squash-hierarchy \
	    --fail-on-error --dest-dir .build/docs/rst lorawan.thingpark
	cp docs/site/index.rst .build/docs/rst
	.venv/bin/sphinx-build --quiet --fail-on-warning --keep-going --conf-dir docs/site .build/docs/rst .build/docs/html
	$(PYTEST) -q -c docs/site/links.ini --rootdir .build/docs/html .build/docs/html

readability: .venv/docs  ## the readability of the documentation, and its hardest sentences (ARGS="--worst 5 fleet.rst" for some)
	.venv/bin/python docs/readability.py $(ARGS)

reference: .venv/run $(COLLECTION)  ## regenerates the modules, their documentation and everything else that follows from the declarations
	PYTHONPATH=.build .venv/bin/python docs/reference/generate.py

picture: .venv/docs .venv/events $(COLLECTION)  ## the pictures in docs/images, three of them of real runs; needs Java 17 and chromium
	.venv/bin/python docs/pictures/demo.py
	.venv/bin/python docs/pictures/events.py
	.venv/bin/python docs/pictures/report.py
	.venv/bin/python docs/pictures/architecture.py

# Only what git tracks: your own files in the checkout may hold keys.
ARCHIVES = .build
build: .venv/run  ## the collection's archive in .build
	@rm -f $(ARCHIVES)/lorawan-thingpark-*.tar.gz
	tracked=$$(mktemp -d) && trap 'rm -rf "$$tracked"' EXIT && \
	    git ls-files -z | tar --null --files-from=- -cf - | tar -xf - -C "$$tracked" && \
	    .venv/bin/ansible-galaxy collection build --force --output-path $(ARCHIVES) "$$tracked"

# EE_ENGINE=docker chooses the engine, otherwise the first working one; EE_BASE_IMAGE=name the base, EE_OPTIONS more options.
EE_ENGINE = podman docker buildah
EE_IMAGE = lorawan-thingpark-ee
# With these options, buildah needs no service, and no rights that a container usually lacks.
EE_BUILD_buildah := --isolation chroot --network host
ee: .venv/test build  ## an execution environment for AWX, with podman, docker or buildah
	@cp .build/lorawan-thingpark-*.tar.gz .build/lorawan-thingpark.tar.gz
	.venv/bin/ansible-builder create --context .build/ee --output-filename Containerfile
	@for engine in $(EE_ENGINE); do $$engine info >/dev/null 2>&1 && break; engine=; done; \
	case "$$engine" in \
	    '') echo 'A working podman, docker or buildah is needed for the image; what it is built from lies in .build/ee.' >&2; exit 1;; \
	    buildah) own='$(EE_BUILD_buildah)';; \
	esac; \
	set -x; $$engine build $$own --tag $(EE_IMAGE) $(if $(EE_BASE_IMAGE),--build-arg EE_BASE_IMAGE=$(EE_BASE_IMAGE)) $(EE_OPTIONS) \
	    --file .build/ee/Containerfile .build/ee

# For machines without access to image registries: a base of Debian's packages. ansible-builder needs a Python with pip, and finds
# one in /opt/python, as Debian's own has none. Its scripts accept only dnf, or a package manager that can install.
EE_DEBIAN = localhost/lorawan-thingpark-debian
EE_DEBIAN_OPTIONS = --build-arg PYCMD=/opt/python/bin/python3 --build-arg PYPKG=python3 \
    --build-arg PKGMGR=/usr/bin/apt-get --build-arg PKGMGR_PRESERVE_CACHE=always
# A certificate authority that only this machine trusts, for the build.
EE_TRUST = $(if $(SSL_CERT_FILE),--volume $(SSL_CERT_FILE):/etc/ssl/certs/ca-certificates.crt:ro)
ee-try:  ## an execution environment on a base of Debian's packages, and the demo in it; needs Debian's buildah and mmdebstrap
	@mkdir -p .build/ee-debian
	mmdebstrap --variant=minbase --include=python3-venv,ca-certificates,git,openssh-client trixie .build/ee-debian/base.tar
	buildah build $(EE_BUILD_buildah) --tag $(EE_DEBIAN) --file tests/ee/Containerfile .build/ee-debian
	$(MAKE) ee EE_ENGINE=buildah EE_BASE_IMAGE=$(EE_DEBIAN) EE_OPTIONS="$(EE_DEBIAN_OPTIONS) $(EE_TRUST)"
	tests/ee/run $(EE_IMAGE) ansible-playbook lorawan.thingpark.quickstart

clean:  ## removes everything that make created
	rm -rf .venv .build .cache .ansible .coverage .coverage.* tests/output

# Stamp files: a second call installs nothing; a changed list of requirements installs again.
.venv/run: requirements.txt
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or newer with its venv module is needed.' >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt 'ansible-core>=2.19,<2.23'
	@touch $@

.venv/test: .venv/run tests/requirements.txt tests/unit/requirements.txt
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

.venv/docs: .venv/run docs/requirements.txt
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r docs/requirements.txt
	@touch $@

.venv/bench: .venv/test tests/requirements-bench.txt
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/requirements-bench.txt
	@touch $@

.venv/events: .venv/run tests/requirements-events.txt
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/requirements-events.txt
	@touch $@

.venv/contract: .venv/test tests/requirements-contract.txt
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/requirements-contract.txt
	@touch $@

# The package's install scripts contain only telemetry, so they are skipped.
.cache/prism/installed: tests/contract/package.json
	@mkdir -p $(@D)
	@cp $< $(@D)
	@if node --version >/dev/null 2>&1 && npm --version >/dev/null 2>&1; then \
	    npm install --prefix $(@D) --cache $(@D)/npm --ignore-scripts --no-audit --no-fund --loglevel error && touch $@; \
	else echo 'Node with npm is not here: the independent validator of tests/contract/test_prism.py is left out.'; fi

# Apart from .venv, so that the tests don't depend on it.
.cache/gates/installed: .venv/run tests/requirements-gates.txt
	$(PYTHON) -m venv --clear .cache/gates/venv
	.cache/gates/venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/requirements-gates.txt
	@touch $@

# Ansible finds a collection by its directories' names; this link gives the checkout the right name.
$(COLLECTION):
	@mkdir -p $(@D)
	@ln -s ../../.. $@

# The package contains a hundred collections; only these three are extracted.
$(AWX)/MANIFEST.json: .venv/run tests/requirements-awx.txt
	.venv/bin/python -m pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps --dest .cache/awx \
	    -r tests/requirements-awx.txt
	.venv/bin/python -c 'import sys, zipfile; archive = zipfile.ZipFile(sys.argv[1]); archive.extractall(".build", \
	    [name for name in archive.namelist() if "/".join(name.split("/")[1:3]) in sys.argv[2:]])' .cache/awx/ansible-*.whl \
	    awx/awx community/hashi_vault netbox/netbox
	@rm -r .cache/awx
	@touch $@
