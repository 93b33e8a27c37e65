# The long tests, which CI does not run. Each can be stopped at any time: what they have found is in target/deep, and the fuzzers and the mutants go on from there.

# About eight hours on two cores, most of it for the mutants.
deep: coverage long-run fuzz mutants

# Lines of the verdict path that the tests run: at least 95 %.
coverage:
    tests/deep/coverage

# A server under mixed load for a quarter of an hour, each answer checked.
long-run *arguments:
    tests/deep/long-run {{ arguments }}

# 20 minutes for each target.
fuzz *arguments:
    tests/deep/fuzz {{ arguments }}

# Every change of the verdict path must make a test fail.
mutants *options:
    tests/deep/mutants {{ options }}

# As CI does.
ci:
    bash .ci/run
