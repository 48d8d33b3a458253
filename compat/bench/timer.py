"""Times commands side by side: reads a job as JSON, runs all commands in turn, round after round, prints JSON.

Job: {"rounds": N, "warmups": N, "budgetSeconds": S, "commands": [{"argv", "cwd", "env"}]}
Reply: {"times": [[nanoseconds, ...], ...], "codes": [[...], ...]}

Every round runs each command once, in alternating order, so that a slow moment of the machine hits all alike.
Processes are started with posix_spawn from this small one, which costs the same few hundred microseconds for all.
"""
import json
import os
import sys
import time

job = json.load(sys.stdin)
null = os.open(os.devnull, os.O_RDWR)
files = [(os.POSIX_SPAWN_DUP2, null, number) for number in (0, 1, 2)]


def once(command):
    os.chdir(command["cwd"])
    argv = command["argv"]
    start = time.perf_counter_ns()
    child = os.posix_spawn(argv[0], argv, command["env"], file_actions=files)
    _, status = os.waitpid(child, 0)
    return time.perf_counter_ns() - start, os.waitstatus_to_exitcode(status)


commands = job["commands"]
times = [[] for _ in commands]
codes = [[] for _ in commands]
for command in commands:
    for _ in range(job["warmups"]):
        once(command)
begun = time.monotonic()
for turn in range(job["rounds"]):
    order = range(len(commands)) if turn % 2 == 0 else reversed(range(len(commands)))
    for index in order:
        taken, code = once(commands[index])
        times[index].append(taken)
        codes[index].append(code)
    if turn >= 4 and time.monotonic() - begun > job["budgetSeconds"]:
        break
json.dump({"times": times, "codes": codes}, sys.stdout)
