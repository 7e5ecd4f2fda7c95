# Everything a change has to pass; CI runs the same.
check: lint test

# Formatting, lint, types and import contracts.
lint:
    uv run ruff format --check .
    uv run ruff check .
    uv run mypy
    uv run lint-imports

# Mend what can be mended by a program.
fix:
    uv run ruff format .
    uv run ruff check --fix .

# All tests but the long ones, on containers where Docker answers, else on embedded parts.
test *ARGS:
    uv run pytest {{ARGS}}

# The same tests on the embedded Kafka and Postgres.
test-embedded *ARGS:
    BUYQ_TEST_STACK=embedded uv run pytest {{ARGS}}

# Write the schema snapshot of each event, after a change that was made on purpose.
schemas:
    uv run python -m tests.contract.write_schemas

# Faults, at full size unless a count is given: chaos [scenario|all] [count] [seed] [--traced].
chaos *ARGS:
    uv run python -m tests.chaos.run {{ARGS}}

# A deployment, rehearsed against another version's checkout, there and back: upgrade FOLDER [rounds].
upgrade *ARGS:
    uv run python -m tests.chaos.upgrade {{ARGS}}

# Send very many odd requests to a real api: `just fuzz --cases 1000`.
fuzz *ARGS:
    uv run python -m tests.openapi.fuzz {{ARGS}}

# Load a fresh local stack: speed, cost and mistakes as JSON, `just bench --buys 200 --concurrency 50`.
bench *ARGS:
    uv run buyq bench load {{ARGS}}

# How fast a rebuild folds the log, beside plain consumers: bench-replay [buys] [rounds].
bench-replay *ARGS:
    uv run python -m tests.benchmarks.replay {{ARGS}}

# What a buy costs after many: `just bench-history 1000 10000 100000`.
bench-history *ARGS:
    uv run python -m tests.benchmarks.history {{ARGS}}

# What tracing costs where it is off, unsampled and on, in µs.
bench-tracing:
    uv run python -m tests.benchmarks.tracing

# Write the TypeScript types of the public shapes, after a change that was made on purpose.
types:
    uv run python -m tests.contract.write_types

# Make the page of web/src for an api that runs from this checkout.
page:
    uv run python web/page_build.py

# Very many sockets, a tenth of which reconnects each second, over two restarts: sockets [clients] [seconds].
sockets *ARGS:
    uv run python -m tests.benchmarks.sockets {{ARGS}}

# Both systems by turns in one run, given a checkout of the BullMQ original: bench-original PATH.
bench-original *ARGS:
    uv run python -m tests.benchmarks.original {{ARGS}}

# The stack of compose/, live: buys, sockets, losses, a rolling restart, a restore. Needs its images.
compose *ARGS:
    uv run pytest tests/compose/live -m long -rP {{ARGS}}
