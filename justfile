# What is run here: by hand, by `.ci/run`, and by the workflow in `.github`. `just` alone lists it.
# A recipe that needs more than Rust says so; `.ci/tools` installs most of it.

set shell := ["bash", "-euo", "pipefail", "-c"]

# The oldest compiler that is promised. Cargo.toml alone states it.
msrv := `sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml`
# Where that compiles to which the oldest compiler needs.
msrv_target := justfile_directory() / "target/msrv"
# Another backend, and all that the README's command leaves out. Clippy compiles it in rustc's place: `lint` would look at all dependencies once more.
clippy_as_rustc := "RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__"
test_the_rest := clippy_as_rustc + " cargo test --workspace --no-default-features --features rust-crypto,neighbours,loom"
# Where documentation goes, and what writes it with what the tests have compiled.
documentation := env('CARGO_TARGET_DIR', 'target') / 'doc'
document := "RUSTDOC=$PWD/tests/rustdoc cargo test --workspace --doc"
# What no verdict comes from, and the tests: `coverage` counts the rest. .cargo/mutants.toml names the rest as well.
not_verdict_path := '/approov-actix-macros/|/approov-actix/src/((approov|keys|policy|testing)/|(config|crypto/algorithm|event|guide|lib|logging|message_signing|one_or_many|openapi|rejection|test_support)[.]rs)|/tests[.]rs$'

_default:
    @just --list --unsorted

# The test command of the README.
[group('tests')]
test *arguments:
    cargo test --workspace {{ arguments }}

# What the attribute says of mistakes, as the compiler of CI words it. With `overwrite`, the files get what it says now.
[group('tests')]
test-mistakes how='1':
    APPROOV_UI_TESTS={{ how }} cargo test --workspace --test integration -- ui::

# Behind nginx, as the guide to deployment says. Installs nginx.
[group('tests')]
test-nginx:
    APPROOV_SCRIPT_TESTS=1 cargo test --workspace --test servers -- nginx:: --nocapture

# Requests signed by packages of others. Needs node and Python.
[group('tests')]
test-differential:
    APPROOV_SCRIPT_TESTS=1 cargo test --workspace --test integration -- differential --nocapture

# With the backend rust-crypto, which needs nothing of AWS-LC, the examples beside other crates, and the memory store in every order of its threads. With a token cache
# for a single token; then without one, because most of what is refused is refused by other code when the token is cached. Left out: what neither changes.
[group('tests')]
test-rust-crypto:
    tree=$(cargo tree -p approov-actix -e normal --no-default-features --features jwks-url,rust-crypto,single-use-redis-rustls); ! grep aws-lc <<<"$tree"
    TEST_TOKEN_CACHE_CAPACITY=1 {{ test_the_rest }} --lib --test servers --test interleavings
    TEST_TOKEN_CACHE_CAPACITY=0 {{ test_the_rest }} --lib --test integration --test shapes -- --skip fuzzers:: --skip keys::refresh:: --skip project:: --skip with_others::

# With both backends: that the benchmarks measure what they say.
[group('tests')]
test-all-features:
    {{ clippy_as_rustc }} cargo test --workspace --all-features --bench verdicts --bench memory --bench http_server --no-run
    {{ clippy_as_rustc }} cargo test --workspace --all-features --bench verdicts

# Claims and blocked devices in a real Redis, and two servers behind nginx that share one. Installs both.
[group('tests')]
test-redis:
    command -v redis-server >/dev/null || { apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends redis-server >/dev/null; }
    APPROOV_TEST_REDIS_SERVER=$(command -v redis-server) {{ test_the_rest }} --lib --test servers -- redis block
    APPROOV_TEST_REDIS_SERVER=$(command -v redis-server) cargo test --workspace --test integration -- single_use::fleet single_use::failures
    tests/nginx >/dev/null && examples/fleet/run --check

# Pages in Chromium, and the Shapes API under Postman's newman. Needs node; installs Chromium.
[group('tests')]
test-pages:
    APPROOV_SCRIPT_TESTS=1 {{ test_the_rest }} --test servers -- scripts:: --nocapture

[group('style')]
fmt *arguments:
    cargo fmt --all {{ arguments }}
    cargo fmt --manifest-path fuzz/Cargo.toml {{ arguments }}

# Text no wider than code: pages, but for tables and code, and comments, but for tables. No page longer than anyone reads. Needs rumdl.
[group('style')]
width:
    git ls-files -z '*.md' ':!approov-actix' | xargs -0 rumdl check --no-cache --no-config --enable MD013 \
      --config 'MD013.line-length = 120' --config 'MD013.tables = false' --config 'MD013.code-blocks = false'
    ! LC_ALL=C.UTF-8 git grep -nE '^.{121}' -- '*.rs' | grep -E '^[^:]*:[0-9]+: *//' | grep -vE ':[0-9]+: *//[/!] \|'
    for page in docs/*.md; do [ "$(wc -l <"$page")" -le 350 ] || { echo "$page has more than 350 lines" >&2; exit 1; }; done

# Clippy, warnings are errors.
[group('style')]
lint:
    cargo clippy --workspace --all-targets --all-features -- -D warnings

# That the fuzzers' own lock file fits, since nothing here compiles them.
[group('style')]
lock:
    cargo tree --quiet --locked --manifest-path fuzz/Cargo.toml >/dev/null

# As docs.rs builds it, each item with the feature that brings it.
[group('documentation')]
docs:
    RUSTDOCFLAGS='-D warnings --cfg docsrs --out-dir {{ documentation }}' {{ document }}
    for feature in jwks-url macros message-signing openapi single-use-redis testing; do \
      grep -rqE "Available on <strong>crate features?.*<code>$feature</code>" {{ documentation }}/approov_actix || { echo "nothing says that it needs the feature $feature" >&2; exit 1; }; \
    done

# Lychee follows links. rumdl finds links without a definition, which are text to others, and definitions without a link. Left out: links.md, whose links are for
# rustdoc; line numbers of sources, which are no anchors; and a link that is broken in tracing's own documentation.
# Every link of the Markdown files and of the crates' documentation leads to a file, a heading or an item. Asks nobody outside. Needs lychee and rumdl.
[group('documentation')]
links: docs
    git ls-files '*.md' ':!approov-actix' | lychee --offline --include-fragments --no-progress --files-from -
    git ls-files -z '*.md' ':!approov-actix' | xargs -0 rumdl check --no-cache --no-config --enable MD052,MD053 --config 'MD052.shortcut-syntax = true'
    lychee --offline --include-fragments --no-progress --exclude '/doc/src/|/dispatcher#' {{ documentation }}/approov_actix{,_macros}

# Words that readers stumble over, in pages and comments. Needs node.
[group('documentation')]
words:
    tests/words

# What the documentation copies from programs.
[group('documentation')]
copies:
    examples/shapes-api-diff --check

# All features, and each alone (with RustCrypto, which has less to compile) on the oldest compiler, the documentation with the default ones, and without a backend one
# error that says what to do. No C, since nothing is linked. Needs cargo-hack.
[group('publishing')]
features $CARGO_TARGET_DIR=msrv_target $CC='true' $AR='true':
    cargo +{{ msrv }} check -p approov-actix --all-features
    cargo +{{ msrv }} hack check -p approov-actix --each-feature --features rust-crypto --exclude-features default,aws-lc-rs
    RUSTDOCFLAGS='-D warnings' cargo +{{ msrv }} doc -p approov-actix --no-deps --no-default-features --features rust-crypto,macros
    errors=$(cargo +{{ msrv }} check -p approov-actix --no-default-features 2>&1 | grep '^error' | grep -v 'could not compile' || true); \
    [[ $(wc -l <<<"$errors") = 1 && $errors == *'approov-actix needs a crypto backend'* ]] || { echo "$errors"; exit 1; }

# The same for the crates as they would be published, with the oldest dependencies that they allow. Needs cargo-hack.
[group('publishing')]
minimal-versions *arguments: (package arguments)
    CARGO_TARGET_DIR='{{ msrv_target }}' tests/minimal-versions

# The default build compiles neither an HTTP client nor TLS nor Redis.
[group('publishing')]
default-build:
    tree=$(cargo tree -p approov-actix -e normal); ! grep -E ' (ureq|rustls|ring|redis) ' <<<"$tree"

# Licences, origins and known faults of all dependencies. Needs cargo-deny. `just deny bans licenses sources` needs no network.
[group('publishing')]
deny *checks:
    cargo deny --locked check {{ checks }}

# The public interface is what public-api.txt says. With `overwrite`, the file gets what it is now. rustdoc's description has another form in each few releases.
[group('publishing')]
public-api how='1':
    RUSTDOCFLAGS='-Z unstable-options --output-format json --out-dir {{ documentation }}' {{ document }}
    APPROOV_PUBLIC_API=1 UPDATE_SNAPSHOTS={{ if how == 'overwrite' { 'yes' } else { 'no' } }} cargo test --workspace --test integration -- project::api

# The crates as they would be published. `minimal-versions` compiles them.
[group('publishing')]
package *arguments:
    tests/packages {{ arguments }}

# The workflows: their form, and what would make them unsafe. Needs zizmor.
[group('publishing')]
workflows:
    zizmor --offline --no-progress --strict-collection --persona pedantic .

# 20 minutes for each fuzzer: `cargo test` tries only what they start from. Needs a nightly compiler and a C++ compiler.
[group('deep')]
fuzz *arguments:
    tests/deep/fuzz {{ arguments }}

# Installs cargo-llvm-cov, which installs rustup's llvm-tools; elsewhere LLVM_COV and LLVM_PROFDATA name those of the compiler's LLVM (`rustc -vV`). Unit tests
# that stand at the end of a file count as well.
# Lines of the verdict path that the tests run: at least 95 %.
[group('deep')]
coverage:
    command -v cargo-llvm-cov >/dev/null || cargo install --locked cargo-llvm-cov
    cargo llvm-cov test -p approov-actix -p approov-actix-tests --all-features --lib --test integration \
      --ignore-filename-regex '{{ not_verdict_path }}' --show-missing-lines --fail-under-lines 95

# A server under mixed load for a quarter of an hour, each answer checked.
[group('deep')]
long-run *arguments:
    tests/deep/long-run {{ arguments }}

# What `public_interface_shows_no_other_crates` says, by type. Installs cargo-check-external-types.
[group('deep')]
external-types:
    command -v cargo-check-external-types >/dev/null || cargo install --locked cargo-check-external-types@0.5.0
    RUSTDOC='{{ justfile_directory() }}/tests/rustdoc' cargo check-external-types --all-features --manifest-path approov-actix/Cargo.toml

# Every change of the verdict path must make a test fail.
[group('deep')]
mutants *options:
    tests/deep/mutants {{ options }}

# A server without a C library, for an image with nothing else in it. With RustCrypto, which compiles faster. Installs the target and musl-tools.
[group('deep')]
static:
    command -v musl-gcc >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends musl-tools >/dev/null; }
    rustup target add x86_64-unknown-linux-musl
    cargo build -p approov-actix-examples --no-default-features --features rust-crypto --bin approov-token --target x86_64-unknown-linux-musl
    ! readelf --program-headers "${CARGO_TARGET_DIR:-target}/x86_64-unknown-linux-musl/debug/approov-token" | grep INTERP
    "${CARGO_TARGET_DIR:-target}/x86_64-unknown-linux-musl/debug/approov-token" secret >/dev/null

# Twenty times as many requests as `test-differential` signs.
[group('deep')]
differential $APPROOV_DIFFERENTIAL_REQUESTS='20000':
    just test-differential

# Every combination of features and the examples, on the oldest compiler, and the unit tests without any feature but a backend. Needs cargo-hack.
[group('deep')]
combinations $CARGO_TARGET_DIR=msrv_target:
    cargo +{{ msrv }} hack check -p approov-actix --feature-powerset --exclude-features default --at-least-one-of aws-lc-rs,rust-crypto --mutually-exclusive-features aws-lc-rs,rust-crypto
    cargo +{{ msrv }} check -p approov-actix-examples
    cargo +{{ msrv }} test -p approov-actix --no-default-features --features rust-crypto --lib

# The long tests, which CI does not run: about eight hours on two cores. Can be stopped at any time, and go on from what target/deep has.
[group('deep')]
deep: static external-types differential coverage long-run fuzz mutants combinations

# Everything that CI runs.
ci:
    bash .ci/run
