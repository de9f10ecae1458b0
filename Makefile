# libnlsock.  "make help" lists the targets.

PREFIX = /usr/local
LIBDIR = $(PREFIX)/lib
INCLUDEDIR = $(PREFIX)/include
DESTDIR =

CARGO = cargo
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
SONAME = libnlsock.so.1

BUILD = build
STAGE = $(CURDIR)/stage
EXPORTS = src/abi/exports.list
SOURCES := $(shell find src -type f) Cargo.toml Cargo.lock build.rs cbindgen.toml
RELEASE = target/release

.PHONY: all help demo check check-valgrind check-faults headers exports install uninstall stage clean deps

all: $(BUILD)/libnlsock.so.$(VERSION) $(BUILD)/libnlsock.a ## Build the shared and the static library

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1: \2/p' Makefile | sort

$(RELEASE)/libnlsock.so: $(SOURCES)
	$(CARGO) build --release --locked
	@touch $@

$(BUILD)/libnlsock.so.$(VERSION): $(RELEASE)/libnlsock.so
	@mkdir -p $(BUILD)
	cp $< $@

# One object with nothing global in it but the interface: Rust's own symbols must not meet those
# of another Rust library in the same program.
$(BUILD)/libnlsock.a: $(RELEASE)/libnlsock.so $(EXPORTS)
	@mkdir -p $(BUILD)
	@echo "ld -r -o $(BUILD)/nlsock.o"; \
	ld -r -o $(BUILD)/nlsock.o $(addprefix -u ,$(shell cat $(EXPORTS))) $(RELEASE)/libnlsock.a
	objcopy --keep-global-symbols=$(EXPORTS) --strip-debug \
	    --remove-section=.llvmbc --remove-section=.llvmcmd $(BUILD)/nlsock.o
	rm -f $@
	ar rcs $@ $(BUILD)/nlsock.o

demo: deps stage ## Build everything and watch this kernel's links, routes and families
	c-tests/demo.sh $(STAGE)

check: deps stage ## Run all tests; the last line counts them
	c-tests/check.sh $(STAGE)

check-valgrind: deps stage ## Run the C and the Rust tests under valgrind
	VALGRIND=1 c-tests/check.sh $(STAGE)

check-faults: stage ## Run the fault scripts, and COUNT random ones; NLSOCK_REF=LIBRARY tries another
	c-tests/faults/faults.sh $(STAGE)

deps: ## Install what the tests use, where the machine lacks it and root may
	@c-tests/deps.sh

headers: ## Bring the generated headers up to date
	NLSOCK_UPDATE_HEADERS=1 $(CARGO) build --release --locked

exports: $(RELEASE)/libnlsock.so ## Bring the list of exported symbols up to date
	nm -D --defined-only $< | awk 'NF == 3 { print $$3 }' | LC_ALL=C sort > $(EXPORTS)

HEADERS = $(shell cd include && find nlsock -name '*.h')

install: all ## Install to PREFIX, LIBDIR, INCLUDEDIR below DESTDIR
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 755 $(BUILD)/libnlsock.so.$(VERSION) $(DESTDIR)$(LIBDIR)/
	ln -sf libnlsock.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libnlsock.so
	install -m 644 $(BUILD)/libnlsock.a $(DESTDIR)$(LIBDIR)/
	for header in $(HEADERS); do \
	    install -D -m 644 include/$$header $(DESTDIR)$(INCLUDEDIR)/$$header || exit 1; \
	done
	for pc in nlsock nlsock-compat; do \
	    sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
	        -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(VERSION)|' \
	        pkgconfig/$$pc.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/$$pc.pc || exit 1; \
	done

uninstall: ## Remove what install put there
	rm -f $(addprefix $(DESTDIR)$(LIBDIR)/,libnlsock.so.$(VERSION) $(SONAME) libnlsock.so \
	    libnlsock.a pkgconfig/nlsock.pc pkgconfig/nlsock-compat.pc)
	rm -f $(addprefix $(DESTDIR)$(INCLUDEDIR)/,$(HEADERS))
	-rmdir $(addprefix $(DESTDIR)$(INCLUDEDIR)/nlsock/,generated compat) \
	    $(DESTDIR)$(INCLUDEDIR)/nlsock

# A private installation, which the demonstration and the C tests compile against.
stage: all
	rm -rf $(STAGE)
	$(MAKE) --no-print-directory -s install DESTDIR= PREFIX=$(STAGE)

clean: ## Remove what was built
	rm -rf $(BUILD) $(STAGE)
	$(CARGO) clean
