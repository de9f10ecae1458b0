# SPDX-License-Identifier: Apache-2.0
"""Builds a mutant, and runs the tests until one fails."""

import collections
import glob
import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time

import listed

# What can detect a mutant, in the order of trying.
KINDS = ("Rust", "C", "scripts", "random", "timeout")

# Tests that need more processor time than this, in seconds, run only for mutants which the others
# do not detect.
QUICK = 1.0
# Those that need more processor time than this are left out.
SLOW = 10.0
MEMORY = 8 << 30

# Without overflow checks and debug assertions, as users have the library. But not optimised, since
# compiling would take four times as long.
PROFILE = {
    "CARGO_PROFILE_DEV_OPT_LEVEL": "0", "CARGO_PROFILE_DEV_DEBUG": "0",
    "CARGO_PROFILE_DEV_DEBUG_ASSERTIONS": "false", "CARGO_PROFILE_DEV_OVERFLOW_CHECKS": "false",
    "CARGO_INCREMENTAL": "1", "RUSTFLAGS": "--cap-lints=allow",
    "PROPTEST_RNG_SEED": "1", "PROPTEST_CASES": "200",
}
LIBRARY = {"2014": "libnlsock.so.1", "ovs3": "libnlsock-ovs3.so.1"}
OTHER = {"2014": "ovs3", "ovs3": "2014"}
# Tests of what happens to the process and its threads. Some of them take too long.
PROCESS_TESTS = ("test-fork-", "test-cancel", "test-capture", "test-leave-handler", "test-thread-",
                 "out-of-memory")
UNPRIVILEGED = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]


class Failed(Exception):
    """A test failed: the mutant is detected."""


class Unbuilt(Exception):
    """The mutant does not compile."""


class Test:
    """A command, and how long it takes without a mutant."""

    def __init__(self, kind, name, command, folder, environment, prepare):
        self.kind, self.name, self.command, self.folder = kind, name, command, folder
        self.environment = environment
        # Compiles what it needs of the mutant. Returns whether that succeeds.
        self.prepare = prepare
        self.wall = self.cpu = None

    def run(self):
        """Returns None if it succeeds, otherwise what can be said about the failure.

        Raises Unbuilt if it does not compile.

        A mutant may loop or wait for ever. What loops meets the limit of processor time, which does not
        depend on what else the machine does. What waits uses no processor time, so there is a limit of
        real time as well, large enough for a busy machine. Both count as detected, since `make check`
        would not end."""
        if not self.prepare():
            raise Unbuilt
        measured = self.wall is not None
        cpu = 5 + 10 * self.cpu if measured else SLOW
        wall = 15 + 10 * self.wall if measured else 60

        def limit():
            resource.setrlimit(resource.RLIMIT_CPU, (int(cpu), int(cpu) + 2))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

        process = subprocess.Popen(
            self.command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            preexec_fn=limit)
        try:
            status = process.wait(timeout=wall)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            # Also what the test left behind, and if this script is ended.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        if status is None or status == -signal.SIGXCPU:
            return "timeout"
        return self.kind if status else None

    def measure(self):
        """Runs it without a mutant. Returns whether it succeeds."""
        self.prepare()
        before, start = os.times(), time.monotonic()
        if self.run():
            return False
        after = os.times()
        self.wall = time.monotonic() - start
        self.cpu = (after.children_user + after.children_system
                    - before.children_user - before.children_system)
        return True


class Judge:
    def __init__(self, root, work):
        self.root, self.work = root, work
        self.source = os.path.join(work, "source")
        self.stage = os.path.join(work, "stage")
        # The tests run as another user, too, who may not be able to read the working folder.
        self.temporary = tempfile.mkdtemp(prefix="nlsock-mutants.")
        os.chmod(self.temporary, 0o755)
        self.lib = os.path.join(self.temporary, "lib")
        os.mkdir(self.lib)
        self.programs = os.path.join(self.temporary, "programs")
        self.environment = dict(os.environ, LD_LIBRARY_PATH=f"{self.lib}:{self.programs}")
        self.environment.pop("NLSOCK_LOG", None)
        self.environment.pop("NLSOCK_CAPTURE", None)
        self.environment.pop("NLSOCK_CAPTURE_SIZE", None)
        # So that memory which is used before it is written, or after it was freed, is not 0.
        self.environment["MALLOC_PERTURB_"] = "165"
        # The interfaces whose library has been built with the present mutant.
        self.built = set()
        # How often a test detected a mutant of a file.
        self.kills = collections.defaultdict(collections.Counter)
        self.privileged = os.geteuid() == 0 and shutil.which("setpriv")

    def __enter__(self):
        try:
            self.copy_source()
            for flavour in LIBRARY:
                if not self.build(flavour):
                    raise SystemExit("the library does not build without a mutant")
            self.build_tests()
            self.choose_tests()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.temporary, ignore_errors=True)

    def copy_source(self):
        """Copies what has changed, so that cargo compiles only that."""
        os.makedirs(self.source, exist_ok=True)
        names = listed.tracked(self.root)
        for old in listed.tracked(self.source) if os.path.exists(self.source + "/.git") else []:
            if old not in names:
                os.remove(os.path.join(self.source, old))
        if not os.path.exists(self.source + "/.git"):
            subprocess.run(["git", "init", "-q"], cwd=self.source, check=True)
        for name in names:
            copy = os.path.join(self.source, name)
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            with open(os.path.join(self.root, name), "rb") as file:
                content = file.read()
            if not os.path.exists(copy) or open(copy, "rb").read() != content:
                shutil.copy(os.path.join(self.root, name), copy)

    def cargo(self, flavour, *command):
        target = os.path.join(self.work, "build-" + flavour)
        features = ["--features", flavour] if flavour != "2014" else []
        return ["cargo", *command, "--quiet", "--locked", "--lib", "--target-dir", target, *features]

    def run_cargo(self, flavour, *command):
        """Returns whether it succeeds."""
        return not subprocess.run(
            self.cargo(flavour, *command), cwd=self.source, env=dict(os.environ, **PROFILE),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode

    def build(self, flavour):
        """Builds the library, once for each mutant. Returns whether that succeeds."""
        if flavour in self.built:
            return True
        if not self.run_cargo(flavour, "build"):
            return False
        library = os.path.join(self.work, "build-" + flavour, "debug", "libnlsock.so")
        shutil.copy(library, os.path.join(self.lib, LIBRARY[flavour] + ".new"))
        os.rename(os.path.join(self.lib, LIBRARY[flavour] + ".new"),
                  os.path.join(self.lib, LIBRARY[flavour]))
        self.built.add(flavour)
        return True

    def build_tests(self):
        """Compiles the C programs, unless they are up to date, and copies them."""
        programs = os.path.join(self.work, "programs")
        stamp = os.path.join(programs, "stamp")
        state = listed.content_hash(self.root, "c-tests/api", "c-tests/support", "c-tests/faults",
                                    "c-tests/check", "c-tests/mutants", "include", "src", "tools")
        if not os.path.exists(stamp) or open(stamp).read() != state:
            shutil.rmtree(programs, ignore_errors=True)
            shutil.rmtree(self.stage, ignore_errors=True)
            os.makedirs(self.stage)
            shutil.copytree(os.path.join(self.source, "include"), self.stage + "/include")
            shutil.copytree(self.lib, self.stage + "/lib")
            for library in LIBRARY.values():
                os.symlink(library, f"{self.stage}/lib/{library[:-2]}")
            subprocess.run([os.path.join(self.root, "c-tests/mutants/build-tests.sh"), self.stage,
                            programs], check=True)
            with open(stamp, "w") as file:
                file.write(state)
        shutil.copytree(programs, self.programs)

    def c_test(self, line, *prefix):
        name, *arguments = line.split()
        arguments = [os.path.join(self.programs, os.path.basename(a)) for a in arguments]
        command = [*prefix, os.path.join(self.programs, name), *arguments]
        flavour = "ovs3" if name.endswith("-ovs3") else "2014"
        return Test("C", " ".join([name, *prefix[:1]]), command, self.temporary, self.environment,
                    lambda: self.build(flavour))

    def fault_test(self, kind, name, program, *arguments):
        return Test(kind, name, [os.path.join(self.programs, program), *arguments],
                    os.path.join(self.source, "c-tests/faults"),
                    dict(self.environment, NLSOCK_LOG="off"), lambda: self.build("2014"))

    def random_scripts(self, count):
        return self.fault_test("random", f"{count} random scripts", "random-scripts", "--seed", "1",
                               "--count", str(count))

    def fault_tests(self):
        scripts = sorted(glob.glob(os.path.join(self.source, "c-tests/faults/scripts/*.script")))
        tests = [self.fault_test("scripts", os.path.basename(s), "run-script", s) for s in scripts]
        return [*tests, self.random_scripts(3000), self.random_scripts(20000)]

    def all_tests(self, flavour):
        """The tests of an interface. The fault bed is compiled for that of 2014."""
        with open(os.path.join(self.programs, "tests")) as file:
            lines = [line for line in file.read().splitlines()
                     if line.split()[0].endswith("-ovs3") == (flavour == "ovs3")]
        # A test that fails may leave its temporary files.
        yield Test("Rust", "Rust tests " + flavour, self.cargo(flavour, "test"), self.source,
                   dict(self.environment, TMPDIR=self.temporary, **PROFILE),
                   lambda: self.run_cargo(flavour, "test", "--no-run"))
        for line in lines:
            yield self.c_test(line)
        if flavour == "2014":
            yield from self.fault_tests()
        if self.privileged:
            # Those that are about the process and its threads make no difference there.
            for line in lines:
                if not line.startswith(PROCESS_TESTS):
                    yield self.c_test(line, *UNPRIVILEGED)

    def choose_tests(self):
        """Sets `first` and `second` to the tests of each interface, the quickest first. The second ones
        take longer, or differ little from the first. How long they take is kept for the next run."""
        conditions = json.dumps([PROFILE, self.environment.get("MALLOC_PERTURB_")])
        digest = hashlib.sha256(conditions.encode()).hexdigest()[:16]
        path = os.path.join(self.work, "measured-" + digest)
        try:
            with open(path) as file:
                measured = json.load(file)
        except FileNotFoundError:
            measured = {}
        self.first, self.second = {}, {}
        for flavour in LIBRARY:
            tests = []
            for test in self.all_tests(flavour):
                if test.name in measured:
                    test.cpu, test.wall = measured[test.name]
                elif not test.measure() and not test.name.startswith(PROCESS_TESTS):
                    # What fails by chance judges nothing.
                    raise SystemExit(f"{test.name} fails without a mutant")
                if test.name not in measured:
                    measured[test.name] = test.cpu, test.wall
                    with open(path, "w") as file:
                        json.dump(measured, file, indent=1)
                if test.wall is not None:
                    tests.append(test)
                else:
                    print(f"left out, since it takes too long: {test.name}")
            tests.sort(key=lambda test: test.wall)
            first = [t for t in tests if t.kind == "Rust" or t.cpu <= QUICK and "setpriv" not in t.name]
            self.first[flavour] = sorted(first, key=lambda test: KINDS.index(test.kind))
            self.second[flavour] = [test for test in tests if test not in first]

    def run(self, tests, file):
        """Runs the tests up to the first that fails. Those that detected mutants of this file before come
        first."""
        kills = self.kills[file]
        for test in sorted(tests, key=lambda test: -kills[test.name]):
            why = test.run()
            if why:
                kills[test.name] += 1
                raise Failed(why)

    def judge(self, mutant, quick):
        """Returns the outcome, and which kind of test detected it. If it is to be quick, a mutant that the
        first tests do not detect stays open."""
        path = os.path.join(self.source, mutant.file)
        with open(path) as file:
            original = file.read()
        with open(path, "w") as file:
            file.write(listed.mutate(original, mutant))
        self.built.clear()
        try:
            here = mutant.flavour or "2014"
            self.run(self.first[here], mutant.file)
            if quick:
                return "open", "-"
            if not mutant.flavour and self.build(OTHER[here]):
                self.run(self.first[OTHER[here]], mutant.file)
            self.run(self.second[here], mutant.file)
            return "survived", "-"
        except Unbuilt:
            return "unbuilt", "-"
        except Failed as failed:
            return "detected", str(failed)
        finally:
            with open(path, "w") as file:
                file.write(original)
            shutil.rmtree(os.path.join(self.source, "proptest-regressions"), ignore_errors=True)
