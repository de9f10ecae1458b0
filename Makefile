# SPDX-License-Identifier: Apache-2.0
# libnlsock.  "make help" lists the targets.

PREFIX = /usr/local
LIBDIR = $(PREFIX)/lib
INCLUDEDIR = $(PREFIX)/include
BINDIR = $(PREFIX)/bin
MANDIR = $(PREFIX)/share/man
DOCDIR = $(PREFIX)/share/doc/libnlsock
DESTDIR =

# Set to 2014 or ovs3 to build the library of one interface only: that of July 2014 or that of 3.x.
FLAVOUR =
FLAVOURS := $(or $(FLAVOUR),$(shell sed -n 's/^name = //p' src/flavour/*/build.conf))

CARGO ?= cargo
OBJCOPY ?= objcopy
NM ?= nm
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)

# What is built goes into cargo's folder, which can be anywhere.  CARGO_BUILD_TARGET is the name of the
# platform to build for, or a file that describes it.
CARGO_TARGET_DIR ?= target
triple := $(patsubst %.json,%,$(notdir $(CARGO_BUILD_TARGET)))
BUILD = $(CARGO_TARGET_DIR)/libraries$(addprefix /,$(triple))
STAGE = $(CURDIR)/stage
SOURCES := $(shell find src -type f) Cargo.toml Cargo.lock build.rs cbindgen.toml

# Where the documentation is: for pkg-config.
URL = file://$(DOCDIR)/README.md

# $(call escape,FILE): FILE as a target or a prerequisite, although it may have spaces.
empty :=
space := $(empty) $(empty)
escape = $(subst $(space),\ ,$(1))

# Variables that the user sets are in the environment of each command.
cargo_build = build-aux/cargo.sh '$(CARGO)' build

# For each interface version: its folder in src/flavour, the name of its library, its pkg-config files,
# and how cargo builds it. That of 2014 is the one that cargo builds without a feature.
define flavour_names
folder_$(1) := $$(shell grep -lx 'name = $(1)' src/flavour/*/build.conf | cut -d/ -f3)
name_$(1) := $$(shell sed -n 's/^library = //p' src/flavour/$$(folder_$(1))/build.conf)
pc_$(1) := $$(shell sed -n 's/^packages = //p' src/flavour/$$(folder_$(1))/build.conf)
target_$(1) := $$(CARGO_TARGET_DIR)$(if $(filter-out 2014,$(1)),/$(1))
cargo_$(1) := --release --locked $(if $(filter-out 2014,$(1)),--features $(1)) --target-dir "$$(target_$(1))"
release_$(1) := $$(target_$(1))/$(addsuffix /,$(triple))release
endef
$(foreach f,$(FLAVOURS),$(eval $(call flavour_names,$f)))

exports = src/flavour/$(folder_$(1))/exports.list
shared = $(BUILD)/lib$(name_$(1)).so.$(VERSION)
static = $(BUILD)/lib$(name_$(1)).a
libraries = $(call escape,$(call shared,$(1))) $(call escape,$(call static,$(1)))
headers = $(shell cd include && find $(name_$(1)) -name '*.h')

# A command that fails leaves no file that looks like its result.
.DELETE_ON_ERROR:

.PHONY: all help demo check check-capture check-valgrind check-faults check-asan check-tsan check-kernel check-ovs
.PHONY: check-platforms abi check-abi check-ovn check-diff mutants fuzz soak bench
.PHONY: bench-check bench-baseline bench-daemon
.PHONY: dist rpm deb check-deb deps vendor headers exports install uninstall stage clean
.PHONY: doc install-doc uninstall-doc check-doc

all: $(foreach f,$(FLAVOURS),$(call libraries,$f)) fake-kernel ## Build the shared and static libraries; FLAVOUR=2014|ovs3 for one

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1: \2/p' Makefile | sort

# The rules for one interface version.
#
# cargo does not touch a library that is up to date for it.  Without the -c, touch would make an empty
# library where cargo makes none.
#
# The static library has one object, whose only global symbols are those of the interface.  Others
# would clash with those of another Rust library in the same program.  On MIPS they stay global all the
# same: its relocations mean something else for local symbols, and the linker would fail.  Section groups
# are dissolved, since a linker keeps only the first group of a name.
keep_global = $(if $(filter mips%,$(shell $(CC) -dumpmachine)),,--keep-global-symbols=$(call exports,$(1)))
define flavour_rules
$(call escape,$(release_$(1))/libnlsock.so): $(SOURCES) build-aux/cargo.sh
	$(cargo_build) $(cargo_$(1))
	@touch -c "$$@"

$(call escape,$(call shared,$(1))): $(call escape,$(release_$(1))/libnlsock.so)
	@mkdir -p "$(BUILD)"
	cp "$$<" "$$@"

$(call escape,$(call static,$(1))): $(call escape,$(release_$(1))/libnlsock.so) $(call exports,$(1))
	@mkdir -p "$(BUILD)"
	$(LD) -r --force-group-allocation -o "$(BUILD)/$(name_$(1)).o" \
	    $$$$(sed 's/^/-u /' $(call exports,$(1))) "$(release_$(1))/libnlsock.a"
	$(OBJCOPY) $$(call keep_global,$(1)) --strip-debug \
	    --remove-section=.llvmbc --remove-section=.llvmcmd "$(BUILD)/$(name_$(1)).o"
	rm -f "$$@"
	$(AR) rcsD "$$@" "$(BUILD)/$(name_$(1)).o"

install-$(1): $(call libraries,$(1))
uninstall-$(1):
endef
$(foreach f,$(FLAVOURS),$(eval $(call flavour_rules,$f)))

# The fake kernel, which is preloaded into programs.  Its functions take the place of libc's, so the
# macros of _FORTIFY_SOURCE must not.
FAKE_KERNEL = $(BUILD)/libnlsock-fake-kernel.so
fake_kernel_sources = $(wildcard tools/fake-kernel/preload/*.c)

# Its part in Rust: the tool, and a library that is linked into the one above.  They need Rust's
# standard library.
FAKE_KERNEL_CARGO ?= $(CARGO)
fake_kernel_release = $(CARGO_TARGET_DIR)/$(addsuffix /,$(triple))release
FAKE_KERNEL_TOOL = $(fake_kernel_release)/nlsock-fake-kernel
fake_kernel_static = $(fake_kernel_release)/libfake_kernel.a
fake_kernel_rust := $(shell find tools/fake-kernel/src -type f) tools/fake-kernel/Cargo.toml Cargo.toml Cargo.lock

.PHONY: check-fake-kernel fake-kernel install-fake-kernel uninstall-fake-kernel
fake-kernel: $(call escape,$(FAKE_KERNEL)) $(call escape,$(FAKE_KERNEL_TOOL))

$(call escape,$(FAKE_KERNEL_TOOL)): $(fake_kernel_rust) build-aux/cargo.sh
	build-aux/cargo.sh '$(FAKE_KERNEL_CARGO)' build --release --locked -p nlsock-fake-kernel \
	    --target-dir "$(CARGO_TARGET_DIR)"
	@touch -c "$@"

$(call escape,$(fake_kernel_static)): $(call escape,$(FAKE_KERNEL_TOOL))
	@touch -c "$@"

$(call escape,$(FAKE_KERNEL)): $(fake_kernel_sources) $(wildcard tools/fake-kernel/preload/*.h) \
    $(call escape,$(fake_kernel_static))
	@mkdir -p "$(BUILD)"
	$(CC) -std=gnu11 -D_GNU_SOURCE -O2 $(CPPFLAGS) $(CFLAGS) -U_FORTIFY_SOURCE -fPIC -fvisibility=hidden \
	    -shared -o "$@" $(fake_kernel_sources) "$(fake_kernel_static)" -Wl,--exclude-libs,ALL $(LDFLAGS) \
	    -static-libgcc -lgcc_eh -lm -lpthread -ldl

demo: deps ## Build the 2014 library and watch this kernel's links, routes and families
	@$(MAKE) --no-print-directory FLAVOUR=2014 stage
	c-tests/check/demo.sh "$(STAGE)"

check: deps stage ## Run all tests; the last line counts them
	c-tests/check/check.sh "$(STAGE)"

check-capture: deps stage ## Capture the examples and some C tests, and have tshark read the captures
	c-tests/check/check.sh "$(STAGE)" capture

check-valgrind: deps stage ## Run the C and the Rust tests under valgrind
	VALGRIND=1 c-tests/check/check.sh "$(STAGE)"

check-faults: stage ## Run the fault scripts, and COUNT random ones; NLSOCK_REF=LIBRARY tests another library
	c-tests/faults/faults.sh "$(STAGE)"

check-fake-kernel: stage ## Run programs that use netlink on the real and on the fake kernel
	c-tests/fake-kernel/fake-kernel.sh "$(STAGE)"

check-asan: deps ## Run the C tests with AddressSanitizer
	c-tests/check/sanitize.sh address

check-tsan: deps ## Run the C tests with ThreadSanitizer
	c-tests/check/sanitize.sh thread

check-abi: ## Compare functions and structures of both libraries with the committed description
	c-tests/abi/check-abi.sh

abi: ## Bring the description of functions and structures up to date
	UPDATE=1 c-tests/abi/check-abi.sh

check-platforms: ## Build with the oldest Rust for all platforms and run tests there; TARGETS="NAME...", COUNT
	c-tests/platforms/check-platforms.sh $(TARGETS)

check-kernel: stage ## Run tests and Open vSwitch on a kernel with its datapath, in a VM; SUITE=full: more
	c-tests/vm/check-kernel.sh "$(STAGE)"

check-ovs: stage ## Run Open vSwitch's tests with this library instead of its own code; OVS=TREE, SUITE=full|system
	c-tests/ovs/check-ovs.sh "$(STAGE)"

check-ovn: stage ## Run OVN's netlink code and tests with this library; OVN=TREE, OVS=TREE if OVN has none in it
	c-tests/ovs/check-ovn.sh "$(STAGE)"

check-diff: stage ## Make the same calls to the original and to the library; OVS=TREE, COUNT random ones, SEED
	c-tests/diff/check-diff.sh "$(STAGE)"

check-doc: ## Make the documentation, and check that it is whole
	c-tests/check/check-doc.sh

bench: stage ## Measure this library and others, write the results to docs/bench/; OVS=TREE: beside its C code
	c-tests/bench/bench.sh "$(STAGE)"

bench-daemon: stage ## Measure Open vSwitch's daemon with 20000 flows, in a VM, write the results to docs/bench/
	c-tests/vm/bench-daemon.sh "$(STAGE)"

bench-check: deps stage ## Count instructions, and compare them with the baseline
	c-tests/bench/bench-check.sh "$(STAGE)"

bench-baseline: stage ## Make the instruction counts of this version the baseline
	UPDATE=1 c-tests/bench/bench-check.sh "$(STAGE)"

# How long "make fuzz" and "make soak" take.
SECONDS = 60

fuzz: deps ## Fuzz all targets for SECONDS together
	c-tests/check/fuzz.sh $(SECONDS)

# Words for "make mutants".
mutants_options = $(if $(QUICK),--quick) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) \
    $(if $(SHARD),--shard $(SHARD)) $(if $(FOR),--seconds $(FOR)) $(if $(AGAIN),--again $(AGAIN))

mutants: ## Judge versions of the library with one fault each: all, or SAMPLE=N with SEED=S; FOR=SECONDS
	c-tests/mutants/mutants.py $(mutants_options)

soak: deps stage ## Use all functions in several threads for SECONDS, and check every result
	c-tests/check/soak.sh "$(STAGE)" $(SECONDS)

deps: ## Install the packages that the tests need, if run by root
	@c-tests/check/deps.sh

vendor: ## Download into vendor/ what is needed to build without a network
	build-aux/vendor.sh '$(CARGO)'

dist: ## Make the two tarballs for packages in target/dist: the source, and what it needs to be built
	build-aux/dist.sh "$(CARGO_TARGET_DIR)/dist"

rpm: ## Build RPM packages in target/rpm
	packaging/rpm/build.sh "$(CARGO_TARGET_DIR)/rpm"

deb: ## Build Debian's packages in target/deb
	build-aux/deb.sh "$(CARGO_TARGET_DIR)/deb"

check-deb: ## Install, use and remove the packages of "make deb" in a new chroot
	c-tests/deb/check-deb.sh "$(CARGO_TARGET_DIR)/deb"

headers: ## Bring the generated headers up to date
	for features in headers headers,ovs3; do \
	    NLSOCK_UPDATE_HEADERS=1 $(CARGO) build --locked --features $$features \
	        --target-dir "$(CARGO_TARGET_DIR)/headers" || exit 1; \
	done

exports: $(foreach f,$(FLAVOURS),exports-$f) ## Bring the lists of exported symbols up to date

exports-%:
	$(cargo_build) $(cargo_$*)
	$(NM) -D --defined-only "$(release_$*)/libnlsock.so" | awk 'NF == 3 { print $$3 }' \
	    | LC_ALL=C sort > $(call exports,$*)

# "make stage" sets it to another command, since nobody but the tests uses what is installed there.
LOADER = build-aux/loader.sh

install: $(foreach f,$(FLAVOURS),install-$f) install-fake-kernel ## Install to PREFIX, LIBDIR, INCLUDEDIR, DOCDIR below DESTDIR
	install -d "$(DESTDIR)$(DOCDIR)"
	install -m 644 $(documents) "$(DESTDIR)$(DOCDIR)/"
	$(if $(DESTDIR),,@$(LOADER) "$(LIBDIR)")

# In a folder of its own: no program is linked to it.
install-fake-kernel: fake-kernel
	install -d "$(DESTDIR)$(LIBDIR)/nlsock" "$(DESTDIR)$(BINDIR)"
	install -m 755 "$(FAKE_KERNEL)" "$(DESTDIR)$(LIBDIR)/nlsock/"
	install -m 755 "$(FAKE_KERNEL_TOOL)" "$(DESTDIR)$(BINDIR)/"
	for page in $(fake_kernel_pages); do \
	    section=$${page##*.} && install -d "$(DESTDIR)$(MANDIR)/man$$section" \
	        && sed 's/@VERSION@/$(VERSION)/' "tools/fake-kernel/man/$$page" \
	            > "$(DESTDIR)$(MANDIR)/man$$section/$$page" || exit 1; \
	done

fake_kernel_pages = nlsock-fake-kernel.1 nlsock-fake-kernel-script.5

# What is installed into DOCDIR.
documents = README.md CHANGELOG.md SECURITY.md LICENSE LICENSES.md

# A space in a folder's name is written as "\ " in a pkg-config file, and sed needs another backslash.
pc_folder = $(subst $(space),\\\\ ,$(1))

install-%:
	install -d "$(DESTDIR)$(LIBDIR)/pkgconfig"
	install -m 755 "$(call shared,$*)" "$(DESTDIR)$(LIBDIR)/"
	ln -sf lib$(name_$*).so.$(VERSION) "$(DESTDIR)$(LIBDIR)/lib$(name_$*).so.1"
	ln -sf lib$(name_$*).so.1 "$(DESTDIR)$(LIBDIR)/lib$(name_$*).so"
	install -m 644 "$(call static,$*)" "$(DESTDIR)$(LIBDIR)/"
	for header in $(call headers,$*); do \
	    install -D -m 644 include/$$header "$(DESTDIR)$(INCLUDEDIR)/$$header" || exit 1; \
	done
	for pc in $(pc_$*); do \
	    sed -e "s|@PREFIX@|$(call pc_folder,$(PREFIX))|" \
	        -e "s|@LIBDIR@|$(call pc_folder,$(LIBDIR))|" \
	        -e "s|@INCLUDEDIR@|$(call pc_folder,$(INCLUDEDIR))|" \
	        -e "s|@URL@|$(subst $(space),%20,$(URL))|" -e "s|@VERSION@|$(VERSION)|" \
	        pkgconfig/$$pc.pc.in > "$(DESTDIR)$(LIBDIR)/pkgconfig/$$pc.pc" || exit 1; \
	done

# The man pages and the HTML of the headers.
DOC = $(CARGO_TARGET_DIR)/doc
DOC_SOURCES := $(shell find docs/doxygen include -type f -name '[!.]*') Cargo.toml

doc: $(call escape,$(DOC)/complete) ## Write man pages and HTML of the headers to target/doc/man and target/doc/html; needs doxygen and python3

$(call escape,$(DOC)/complete): $(DOC_SOURCES)
	docs/doxygen/doc.sh "$(DOC)"
	@touch "$@"

document_folders = html/nlsock html/nlsock-ovs3 docs/bench docs/guide

# README.md, which "install" installs, has links into docs/.
install-doc: doc ## Install man pages to MANDIR; HTML and docs/ to DOCDIR
	install -d "$(DESTDIR)$(MANDIR)/man3" "$(DESTDIR)$(DOCDIR)/html" "$(DESTDIR)$(DOCDIR)/docs"
	install -m 644 "$(DOC)"/man/man3/* "$(DESTDIR)$(MANDIR)/man3/"
	cd "$(DESTDIR)$(DOCDIR)" && rm -rf $(document_folders)
	cp -r "$(DOC)"/html/* "$(DESTDIR)$(DOCDIR)/html/"
	cp -r docs/*.md docs/bench docs/guide "$(DESTDIR)$(DOCDIR)/docs/"

# Each man page has a line by which it is known.
uninstall-doc:
	-grep -ls '^\.\\" Written by "make doc" of libnlsock\.$$' "$(DESTDIR)$(MANDIR)/man3"/* | xargs -r -d '\n' rm -f
	if cd "$(DESTDIR)$(DOCDIR)" 2>/dev/null; then \
	    rm -rf $(document_folders); rm -f $(wildcard docs/*.md); \
	    rmdir html docs; \
	fi 2>/dev/null; true

uninstall: uninstall-doc $(foreach f,$(FLAVOURS),uninstall-$f) uninstall-fake-kernel ## Remove what install and install-doc put there
	if cd "$(DESTDIR)$(DOCDIR)" 2>/dev/null; then rm -f $(documents); fi
	-rmdir "$(DESTDIR)$(DOCDIR)" 2>/dev/null

uninstall-%:
	if cd "$(DESTDIR)$(LIBDIR)" 2>/dev/null; then \
	    rm -f $(addprefix lib$(name_$*),.so.$(VERSION) .so.1 .so .a) \
	        $(addsuffix .pc,$(addprefix pkgconfig/,$(pc_$*))); \
	fi
	if cd "$(DESTDIR)$(INCLUDEDIR)/$(name_$*)" 2>/dev/null; then \
	    rm -f $(patsubst $(name_$*)/%,%,$(call headers,$*)) && find . -depth -type d -empty -delete; \
	    cd .. && rmdir $(name_$*) 2>/dev/null; true; \
	fi

uninstall-fake-kernel:
	rm -f "$(DESTDIR)$(LIBDIR)/nlsock/libnlsock-fake-kernel.so" "$(DESTDIR)$(BINDIR)/nlsock-fake-kernel" \
	    $(foreach page,$(fake_kernel_pages),"$(DESTDIR)$(MANDIR)/man$(lastword $(subst ., ,$(page)))/$(page)")
	-rmdir "$(DESTDIR)$(LIBDIR)/nlsock" 2>/dev/null

# An installation inside this folder.  The demonstration and the C tests are compiled against it.
stage: all
	rm -rf "$(STAGE)"
	$(MAKE) --no-print-directory -s install DESTDIR= PREFIX="$(STAGE)" LOADER=true

clean: ## Remove what was built
	rm -rf "$(BUILD)" "$(STAGE)"
	$(CARGO) clean --target-dir "$(CARGO_TARGET_DIR)"
