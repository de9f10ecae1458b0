# SPDX-License-Identifier: Apache-2.0
# The sources of the fault bed's parts, in this folder.  Read by all that compile it.

# The fake kernel's headers.
bed_kernel=../../tools/fake-kernel/preload
bed_common="script.c actions.c actions-dump.c actions-process.c expectations.c invariants.c tokens.c"
bed_run_script="run-script.c $bed_common"
bed_random_scripts="random-scripts.c jobs.c generator*.c $bed_common"
