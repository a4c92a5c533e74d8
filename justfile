# The same commands as in CI: every recipe is a step of scripts/check, where each is written out.

# List the recipes.
default:
    @just --list

# Everything CI runs.
ci:
    scripts/check ci

# All tests: units, properties, simulator, doctests, tidy.
test:
    scripts/check test

# Formatting and clippy, warnings denied.
lint:
    scripts/check fmt lint

# Format the code.
fmt:
    cargo fmt --all

# The documentation, warnings denied.
docs:
    scripts/check docs

# Every example, offline.
examples:
    scripts/check examples

# Arrows between crates, sizes, names, words.
tidy:
    scripts/check tidy

# Spelling.
typos:
    scripts/check typos

# Licences, banned crates and sources of the dependencies.
deny:
    scripts/check deny

# Known security advisories (fetches the database).
advisories:
    scripts/check advisories

# This client and its peers, side by side. Options: `just bench --quick`.
bench *options:
    benches/run {{options}}

# Programs written by others, run here: aimock, LLMock, llama.cpp, openai-python. `just real-servers llmock --quick`.
real-servers *arguments:
    scripts/real-servers {{arguments}}

# The README's quick start, as written.
readme:
    scripts/check readme
