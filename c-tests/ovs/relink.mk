# SPDX-License-Identifier: Apache-2.0
# The GNUmakefile of the relinked tree, which make prefers to the Makefile, after a line that sets
# "nlsock".  It has Open vSwitch's own rules, but adds the library to every link line.  libtool
# moves it before the archives that need it, where compilers that link with --as-needed by
# themselves would drop it.

include Makefile

own_libs := $(LIBS)
LIBS := $(own_libs) -Wl,-rpath,$(dir $(nlsock)) -Wl,--push-state,--no-as-needed \
    $(nlsock) -Wl,--pop-state

# These do without the archive, and so without the library.
tests/test-strtok_r tests/test-type-props: LIBS := $(own_libs)
