# The GNUmakefile of the relinked tree, which make prefers to the Makefile.  It has Open vSwitch's
# own rules, but keeps the three objects that the library replaces out of the archive, and adds the
# library to every link line.  libtool moves it before the archives that need it, where compilers
# that link with --as-needed by themselves would drop it.

include Makefile

replaced := lib/netlink-socket.lo lib/netlink.lo lib/ofpbuf.lo
lib_libopenvswitch_la_OBJECTS := $(filter-out $(replaced),$(lib_libopenvswitch_la_OBJECTS))

own_libs := $(LIBS)
library_dir := $(abspath $(CURDIR)/../library)
LIBS := $(own_libs) -Wl,-rpath,$(library_dir) -Wl,--push-state,--no-as-needed \
    $(library_dir)/libnlsock-ovs3.so -Wl,--pop-state

# These do without the archive, and so without the library.
tests/test-strtok_r tests/test-type-props: LIBS := $(own_libs)
