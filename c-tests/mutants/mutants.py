#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges mutants of the library: versions of its source with one small fault each.

usage: mutants.py [--sample N] [--seed S] [--shard K/N] [--seconds N] [--again survived|all]
                  [--only TEXT] [--quick]

cargo-mutants lists the mutants. Each is built, and judged by the Rust tests, the C tests, the fault
scripts and random scripts, up to the first that fails. The results are kept in target/mutants, a line
for each mutant, so that a run that was interrupted goes on. When the code of a source file changes, the
results of its mutants are discarded; they are kept when only its tests change.

  --sample N     N mutants chosen by chance; all if it is not given
  --seed S       of that choice, and of the order
  --shard K/N    of these, the K-th of N parts (K is 1 to N), for several clones that work side by side;
                 the lines of their target/mutants/results.tsv can be put together
  --seconds N    stop after N seconds, and go on in the next run
  --again WHICH  judge these mutants once more: after tests were added, those that survived
  --only TEXT    only mutants whose name contains the text
  --quick        only the quick tests; what they do not detect stays open for a run without this option

docs/testing.md lists the survivors, with reasons. The status is 1 if a survivor is missing there, or if
the list has one that does not exist or is detected."""

import argparse
import collections
import json
import os
import random
import signal
import sys
import time

import judge
import listed

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
WORK = os.path.join(ROOT, "target", "mutants")
RESULTS = os.path.join(WORK, "results.tsv")

Result = collections.namedtuple("Result", "outcome by")


def load_results(hashes):
    """The results so far, by key, of the files that are still as they were."""
    results = {}
    try:
        with open(RESULTS) as file:
            for line in file:
                content, *rest = line.rstrip("\n").split("\t")
                if len(rest) == 5 and hashes.get(rest[0]) == content:
                    results[tuple(rest[:3])] = Result(*rest[3:])
    except FileNotFoundError:
        pass
    return results


def result_line(hashes, key, result):
    return "\t".join([hashes[key[0]], *key, *result]) + "\n"


def save_results(hashes, results):
    with open(RESULTS + ".new", "w") as file:
        file.writelines(result_line(hashes, key, result) for key, result in results.items())
    os.rename(RESULTS + ".new", RESULTS)


def print_figures(mutants, results):
    """Prints the figures of these mutants and returns the survivors."""
    count = collections.Counter()
    survivors = []
    for mutant in mutants:
        result = results.get(mutant.key)
        if result:
            count[result.outcome] += 1
            count[result.by] += result.outcome == "detected"
            if result.outcome == "survived":
                survivors.append(mutant)
    built = count["detected"] + count["survived"]
    if count["open"]:
        print(f"{count['open']} mutants pass the quick tests, and have not met the others yet")
    print(f"{len(mutants)} mutants, {built + count['unbuilt']} judged, {built} built, "
          f"{count['detected']} detected, {count['survived']} survived")
    if built:
        print(f"detected: {100 * count['detected'] / built:.1f} % of those that build, by "
              + ", ".join(f"{kind} {count[kind]}" for kind in judge.KINDS))
    return survivors


def compare_with_list(mutants, all_mutants, results):
    """Prints how the survivors differ from those in docs/testing.md; returns whether they do."""
    known = listed.survivors(os.path.join(ROOT, "docs", "testing.md"))
    exist = {mutant.key for mutant in all_mutants}
    bad = False
    for mutant in mutants:
        result = results.get(mutant.key)
        if result and result.outcome == "survived" and mutant.key not in known:
            print(f"survived: {mutant.name}\n    {mutant.key[2]}")
            bad = True
    for key in known:
        if key not in exist:
            print("listed, but does not exist:", *key)
            bad = True
        elif key in results and results[key].outcome != "survived":
            print(f"listed, but {results[key].outcome}:", *key)
            bad = True
    return bad


def shard(text):
    """"K/N" as a slice."""
    try:
        k, n = map(int, text.split("/"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not K/N") from None
    if not 1 <= k <= n:
        raise argparse.ArgumentTypeError(f"{text}: K has to be 1 to N")
    return slice(k - 1, None, n)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--sample", type=int)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--shard", type=shard, default=slice(None))
    options.add_argument("--seconds", type=float)
    options.add_argument("--again", choices=["survived", "all"])
    options.add_argument("--only")
    options.add_argument("--quick", action="store_true")
    options = options.parse_args()

    # So that what runs is ended, and temporary files are removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.makedirs(WORK, exist_ok=True)
    all_mutants = listed.mutants(ROOT, os.path.join(WORK, "listing"))
    hashes = {file: listed.code_hash(ROOT, file) for file in {m.file for m in all_mutants}}
    results = load_results(hashes)
    mutants = [m for m in all_mutants if not options.only or options.only in m.name]
    random.Random(options.seed).shuffle(mutants)
    mutants = mutants[:options.sample][options.shard]
    if options.again:
        for mutant in mutants:
            result = results.get(mutant.key)
            if result and options.again in ("all", result.outcome):
                del results[mutant.key]
    save_results(hashes, results)

    give_up_at = time.monotonic() + options.seconds if options.seconds else float("inf")
    judged = {key for key, result in results.items() if options.quick or result.outcome != "open"}
    todo = [mutant for mutant in mutants if mutant.key not in judged]
    if todo:
        with judge.Judge(ROOT, WORK) as judging:
            for mutant in todo:
                if time.monotonic() > give_up_at:
                    break
                start = time.monotonic()
                result = Result(*judging.judge(mutant, options.quick))
                results[mutant.key] = result
                with open(RESULTS, "a") as file:
                    file.write(result_line(hashes, mutant.key, result))
                print(f"{result.outcome:8} {result.by:32} {time.monotonic() - start:5.1f} s  "
                      f"{mutant.name}", flush=True)
    print_figures(mutants, results)
    return compare_with_list(mutants, all_mutants, results)


if __name__ == "__main__":
    sys.exit(main())
