# SPDX-License-Identifier: Apache-2.0
# user-mode-linux: a kernel that is a process of this machine.  Read by run.sh and kernels.sh.
#
# It traces its processes and answers their system calls.  Its connection tracking has no zones.

uml_about="user-mode-linux"

uml_packages() {
    need_program linux.uml user-mode-linux
    vm_packages
}

# has_room DIR: the folder has room for a file with the VM's memory, and allows to execute it.
has_room() {
    [ -w "$1" ] && [ "$(df -Pk "$1" | awk 'NR == 2 { print $4 }')" -gt $((memory * 1024)) ] \
        && ! findmnt -n -o OPTIONS -T "$1" | grep -qw noexec
}

# Looks for what is needed, and sets what init.sh has to know.
find_uml() {
    release=$(linux.uml --version 2>/dev/null) || lacking "linux.uml does not run on this machine"
    modules_dir=/usr/lib/uml/modules/$release
    [ -f "$modules_dir/modules.dep" ] \
        || lacking "no modules in $modules_dir: apt-get install user-mode-linux"
    job_type=hostfs
    job_options=$job
    if has_room /dev/shm; then
        room=/dev/shm
    elif has_room "$scratch"; then
        room=$scratch
    else
        lacking "no room for $memory MB in /dev/shm or $scratch, or programs are forbidden there"
    fi
}

# exec_uml INIT: becomes the VM.  Its console is standard output.
exec_uml() {
    TMPDIR=$room exec timeout -k 5 "$seconds" linux.uml mem="${memory}M" \
        rootfstype=hostfs rootflags=/ ro init="$1" \
        con=null con0=null,fd:1 quiet panic=-1 umid=vm uml_dir="$scratch/"
}

# Ends what is left of a VM that was killed: helper processes, in its process group.
end_uml() {
    [ ! -f "$scratch/vm/pid" ] || kill -s KILL -- "-$(cat "$scratch/vm/pid")" 2>/dev/null
}

# Ends the script if the console says why this machine cannot run user-mode-linux.
explain_uml() {
    why=$(trace_problem "$scratch/console" /proc/cpuinfo)
    [ -z "$why" ] || lacking "$why"
}
