#!/usr/bin/env python3
"""Runs the interop programs of languages against servers, and keeps the table of what they showed.

usage: interop.py --language NAME    run one language; its results go to the build folder
       interop.py --missing NAME WHAT PACKAGES
                                     record that it cannot run, and fail
       interop.py --table            print the table of all results; fail if anything in it
                                     does, or if README.md records another one
       interop.py --record           write the table into README.md

README.md says what programs are given and must print. Every process that is started here is ended
here, also when a program hangs or a check fails.

LARDER_BUILD names the build folder; tests/functional and the Python stubs must be on PYTHONPATH
(CTest sets all that). INTEROP_TRANSPORTS limits how many transports are tried, INTEROP_PARTS which
parts.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from larder_harness import BUILD, PATIENCE, SCRIPTED_LARDERD, Larderd, split_address

HERE = pathlib.Path(__file__).resolve().parent
WORK = BUILD.resolve() / "tests" / "interop"
RESULTS = WORK / "results"
PARTS = ("today", "older", "newer")
TRANSPORTS = ("binary-framed", "binary-unframed", "compact-framed", "compact-unframed")
PARTS_RUN = os.environ.get("INTEROP_PARTS", " ".join(PARTS)).split()
TRANSPORTS_MAX = int(os.environ.get("INTEROP_TRANSPORTS", len(TRANSPORTS)))

SCRIPTED = '[store "default"]\nengine=scripted\n'
TAP = re.compile(r"(?P<bad>not )?ok (?P<number>\d+)\b(?: - )?(?P<text>[^#]*)"
                 r"(?:# SKIP (?P<skip>.*))?")
TABLE = re.compile(r"(<!-- table:[^\n]*-->\n).*?(<!-- end of table -->\n)", re.DOTALL)


def checks():
    """Numbers of the checks of each part, with their names, from CHECKS.md."""
    parts, part = {name: {} for name in PARTS}, None
    for line in (HERE / "CHECKS.md").read_text().splitlines():
        heading = re.match(r"## Part `(\w+)`", line)
        if heading:
            part = heading.group(1)
        row = re.match(r"\| (\d+) \| ([^|]+) \|", line)
        if row:
            assert int(row.group(1)) not in parts[part], line
            parts[part][int(row.group(1))] = row.group(2)
    return parts


class Language:
    """What interop.json says of a language."""

    def __init__(self, name):
        self.name = name
        self.source = HERE / name
        said = json.loads((self.source / "interop.json").read_text())
        self.title = said["title"]
        self.runtime = said["runtime"]
        self.commands = said["parts"]
        self.preparation = said.get("prepare")
        self.environment = said.get("environment", {})
        self.without = said.get("without", {})
        self.cannot = said.get("cannot", {})
        self.skips = {int(number): reason for number, reason in said.get("skips", {}).items()}
        parts = sorted([*self.commands, *self.without])
        assert parts == sorted(PARTS), f"{name}: other parts than {PARTS}"
        assert set(self.cannot) <= set(TRANSPORTS), f"{name}: other transports than {TRANSPORTS}"

    def transports(self):
        able = [transport for transport in TRANSPORTS if transport not in self.cannot]
        return able[:TRANSPORTS_MAX]

    def fill(self, text, part):
        """A text of interop.json with its folders."""
        build = WORK / self.name
        return text.format(source=self.source, build=build, stubs=build / part)

    def prepare(self):
        """What has to be done before the first part; returns what is wrong, or None."""
        if self.preparation is None:
            return None
        done = subprocess.run([self.fill(word, PARTS[0]) for word in self.preparation],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=PATIENCE)
        return None if done.returncode == 0 else f"{self.preparation[0]}: {done.stdout.strip()}"

    def run(self, part, environment):
        """Runs the program of a part; returns its output, its errors and its exit status."""
        command = [self.fill(word, part) for word in self.commands[part]]
        own = {name: self.fill(value, part) for name, value in self.environment.items()}
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env={**inherited, **environment, **own},
                                   start_new_session=True)
        try:
            out, errors = process.communicate(timeout=PATIENCE)
            status = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, errors = process.communicate()
            status = "none: it did not end"
        return out.decode(errors="replace"), errors.decode(errors="replace"), status


class StandIn:
    """A server of another contract."""

    def __init__(self, contract, protocol, framing):
        environment = {**os.environ, "PYTHONPATH": str(WORK / "stand_in" / contract)}
        command = [sys.executable, HERE / "stand_in.py", contract, protocol, framing]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=environment)
        self.port = int(self.process.stdout.readline() or 0)

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Servers:
    """All servers of one transport, and what a program must know of them; a context manager."""

    def __init__(self, transport):
        self.protocol, self.framing = transport.split("-")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="larder-interop-"))
        self.larderds = []
        self.stand_ins = []

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def start(self):
        self.larderds.append(Larderd(self.folder / "plain"))
        self.larderds.append(Larderd(self.folder / "scripted", program=SCRIPTED_LARDERD,
                                     config=SCRIPTED))
        for contract in ("older", "newer"):
            self.stand_ins.append(StandIn(contract, self.protocol, self.framing))

    def environment(self):
        plain, scripted = self.larderds
        older, newer = self.stand_ins
        ports = {
            "DATA": split_address(plain.address)[2],
            "ADMIN": split_address(plain.admin_address)[2],
            "SCRIPTED": split_address(scripted.address)[2],
            "SCRIPTED_ADMIN": split_address(scripted.admin_address)[2],
            "OLDER": older.port,
            "NEWER": newer.port,
        }
        return {"INTEROP_PROTOCOL": self.protocol, "INTEROP_FRAMING": self.framing,
                **{f"INTEROP_{name}_PORT": str(port) for name, port in ports.items()}}

    def __exit__(self, kind, *_):
        try:
            for larderd in self.larderds:
                if kind is None:
                    larderd.stop()  # asserts a clean end
        finally:
            for larderd in self.larderds:
                larderd.kill()
            for stand_in in self.stand_ins:
                stand_in.stop()
            shutil.rmtree(self.folder, ignore_errors=True)


def verdicts(expected, skips, out, errors, status):
    """What a program's output says of each check: "ok", "skipped", or what is wrong."""
    said = {}
    for line in out.splitlines():
        match = TAP.fullmatch(line.strip())
        if not match:
            continue
        number = int(match["number"])
        if number in said:
            said[number] = "it was said twice"
        elif number not in expected:
            said[number] = "there is no such check in this part"
        elif match["bad"]:
            said[number] = match["text"].strip() or "not ok"
        elif match["skip"] is not None:
            said[number] = ("skipped" if match["skip"].strip() == skips.get(number) else
                            f"skipped, but interop.json does not say so: {match['skip']}")
        else:
            said[number] = "ok"
    for number in expected:
        said.setdefault(number, "the program did not come to it")
    good = all(verdict in ("ok", "skipped") for verdict in said.values())
    if good and status != 0:
        said[0] = f"exit status {status}"
    if errors and (status != 0 or not good):
        print(errors, file=sys.stderr)
    return said


def run_transport(language, transport):
    """The verdicts of all parts over one transport."""
    said = {}
    with Servers(transport) as servers:
        # Today's part comes last, since it ends with draining a server.
        for part in [part for part in reversed(PARTS_RUN) if part in language.commands]:
            expected = checks()[part]
            out, errors, status = language.run(part, servers.environment())
            said.update(verdicts(expected, language.skips, out, errors, status))
    return said


def run_language(name):
    language = Language(name)
    results, began = {}, time.monotonic()
    problem = language.prepare()
    if problem is not None:
        store_results(name, {"missing": problem})
        print(f"{language.title} cannot be prepared: {problem}")
        return 1
    for transport in language.transports():
        try:
            results[transport] = run_transport(language, transport)
        except AssertionError as problem:  # a server did not end as it should
            results[transport] = {0: str(problem)}
    store_results(name, {"transports": results, "seconds": round(time.monotonic() - began, 1)})
    bad = 0
    for transport, said in results.items():
        for number, verdict in sorted(said.items()):
            if verdict not in ("ok", "skipped"):
                bad += 1
                print(f"{language.title}, {transport}, check {number}: {verdict}")
    print(f"{language.title}: {sum(map(len, results.values()))} checks over "
          f"{len(results)} transports, {bad} failed")
    return 1 if bad or not results else 0


def record_missing(name, what, packages):
    problem = f"missing: {what}; install {packages}"
    store_results(name, {"missing": problem})
    print(f"{Language(name).title}: {problem}")
    return 1


def store_results(name, results):
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(results, indent=1))


def cell(language, results, transport):
    """What the table says of a language and a transport."""
    if transport in language.cannot:
        return "cannot"
    if "missing" in results:
        return "**runtime missing**"
    said = list(results.get("transports", {}).get(transport, {}).values())
    if not said:
        return "not run"
    passed, skipped = said.count("ok"), said.count("skipped")
    failed = len(said) - passed - skipped
    return (f"{passed} ok" + (f", {skipped} skipped" if skipped else "") +
            (f", **{failed} failed**" if failed else ""))


def table(with_seconds):
    """The table, the notes below it, and whether everything in it is well."""
    languages = [Language(path.parent.name) for path in HERE.glob("*/interop.json")]
    languages.sort(key=lambda language: language.title.casefold())
    transports = TRANSPORTS[:TRANSPORTS_MAX]
    heads = ["language", "runtime", *(transport.replace("-", " ") for transport in transports)]
    heads += ["seconds"] if with_seconds else []
    rows, notes, good = [heads, ["---"] * len(heads)], [], True
    for language in languages:
        path = RESULTS / f"{language.name}.json"
        results = json.loads(path.read_text()) if path.exists() else {}
        cells = [cell(language, results, transport) for transport in transports]
        good = good and not any("**" in text or text == "not run" for text in cells)
        rows.append([language.title, language.runtime, *cells])
        rows[-1] += [str(results.get("seconds", ""))] if with_seconds else []
        notes += notes_of(language)
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines + [""] + notes if notes else lines) + "\n", good


def notes_of(language):
    """What a language cannot do, with the reasons; equal reasons together."""
    reasons = {}
    for part, reason in language.without.items():
        reasons.setdefault(reason, []).append(f"part {part}")
    for transport, reason in language.cannot.items():
        reasons.setdefault(reason, []).append(transport.replace("-", " "))
    for number, reason in language.skips.items():
        reasons.setdefault(reason, []).append(f"check {number}")
    return [f"- {language.title}, {', '.join(what)}: {reason}." for reason, what in reasons.items()]


def show_table():
    text, good = table(with_seconds=True)
    (WORK / "table.md").write_text(text)
    print(text)
    if TRANSPORTS_MAX < len(TRANSPORTS) or len(PARTS_RUN) < len(PARTS):
        return 0 if good else 1
    recorded = TABLE.search((HERE / "README.md").read_text()).group()
    now = TABLE.sub(lambda match: match[1] + "\n" + table(False)[0] + "\n" + match[2], recorded)
    if now != recorded:
        print("tests/interop/README.md records another table; interop.py --record writes this one")
    return 0 if good and now == recorded else 1


def record_table():
    text, good = table(with_seconds=False)
    readme = HERE / "README.md"
    readme.write_text(TABLE.sub(lambda match: match[1] + "\n" + text + "\n" + match[2],
                                readme.read_text()))
    print(text)
    return 0 if good else 1


def main():
    actions = {"--language": (run_language, 1), "--missing": (record_missing, 3),
               "--table": (show_table, 0), "--record": (record_table, 0)}
    action, count = actions.get(sys.argv[1] if len(sys.argv) > 1 else "", (None, 0))
    if action is None or len(sys.argv) != count + 2:
        sys.exit(__doc__)
    sys.exit(action(*sys.argv[2:]))


if __name__ == "__main__":
    main()
