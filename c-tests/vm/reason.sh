# SPDX-License-Identifier: Apache-2.0
# Why user-mode-linux cannot trace its processes.  Read by run.sh.

# trace_problem CONSOLE CPUINFO: prints the reason, if the kernel's console shows a failure of
# ptrace(); otherwise nothing.
trace_problem() {
    line=$(grep -i 'ptrace.*\(fail\|errno\|not permitted\)' "$1" | tail -n 1)
    if [ -z "$line" ]; then
        return
    elif grep -qw amx_tile "$2"; then
        # The registers of AMX do not fit the memory in which this kernel saves registers.
        echo "user-mode-linux does not run on a processor with AMX"
    else
        echo "user-mode-linux cannot trace its processes: $line"
    fi
}
