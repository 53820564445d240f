#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Finds asynchronous functions of a program that write behind the frame they have reserved.

usage: tools/async_frames.py [PROGRAM]          x86-64 Linux, with binutils; PROGRAM: .build/release/gradus unless said

Swift 6.3 lays out the frame of a function that waits for values of 32 and more bytes of alignment, and reserves it for 16
(swiftlang/swift#91639): the last words of the frame lie behind it, and what is there is overwritten now and then. Each such function has
a symbol with its code and the size of its frame. In the code the registers are followed that hold the frame's address: in the function
itself and where it goes on after another task, r14; where it goes on after a call, the first word of what r14 points to.
Prints every function that writes at or behind the size, and exits with 1 when there is one.
"""
import re
import struct
import subprocess
import sys

REGISTER = r"%(r[a-z0-9]+)"
SLOT = r"(-?0x[0-9a-f]+\(%r[bs]p\)|\(%rsp\))"
CALLED = {"rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"}
REST = re.compile(r"T([YQ])\d*_$")
# A jump over more than this is another object's field that a register was mistaken for.
REACH = 4096


def sections(program):
    """(address, offset in the file, size) of each section."""
    found = []
    for line in subprocess.check_output(["readelf", "-S", "-W", program], text=True).splitlines():
        parts = re.match(r"\s*\[\s*\d+\]\s+(\S+)\s+(\S+)\s+([0-9a-f]+)\s+([0-9a-f]+)\s+([0-9a-f]+)", line)
        if parts and parts[2] != "NOBITS":
            found.append(tuple(int(parts[k], 16) for k in (3, 4, 5)))
    return found


def symbols(program):
    for line in subprocess.check_output(["nm", program], text=True).splitlines():
        parts = line.split()
        if len(parts) == 3:
            yield int(parts[0], 16), parts[1], parts[2]


def frames(program):
    """The size of the frame of each asynchronous function, by its address and by its name."""
    places = sections(program)
    with open(program, "rb") as file:
        image = file.read()
    by_address, by_name = {}, {}
    for address, _, name in symbols(program):
        if not name.endswith("Tu"):
            continue
        for start, offset, size in places:
            if start <= address < start + size:
                relative, frame = struct.unpack_from("<iI", image, offset + address - start)
                by_address[address + relative] = frame
                by_name[name[:-2]] = frame
    return by_address, by_name


class Follower:
    """The registers and places of the stack that hold a frame's address, instruction by instruction."""

    def __init__(self, size, held, parents):
        self.size, self.held, self.parents = size, set(held), set(parents)

    def move(self, source, target):
        for holders in (self.held, self.parents):
            (holders.add if source in holders else holders.discard)(target)

    def behind(self, text):
        """Whether an instruction writes behind the frame, or takes an address there; then goes on to the next."""
        found = False
        store = re.search(r",\s*(0x[0-9a-f]+)\(" + REGISTER + r"\)$", text)
        if store and not re.match(r"(cmp|test|lea)", text):
            found = store[2] in self.held and self.size <= int(store[1], 16) < self.size + REACH
        sum_ = re.match(r"add\s+\$(0x[0-9a-f]+)," + REGISTER + "$", text)
        if sum_ and sum_[2] in self.held:
            found = found or self.size <= int(sum_[1], 16) < self.size + REACH
        self.step(text)
        return found

    def step(self, text):
        for form in (f"mov\\s+{REGISTER},{REGISTER}$", f"mov\\s+{REGISTER},{SLOT}$", f"mov\\s+{SLOT},{REGISTER}$"):
            parts = re.match(form, text)
            if parts:
                return self.move(parts[1], parts[2])
        parts = re.match(r"mov\s+\(" + REGISTER + r"\)," + REGISTER + "$", text)
        if parts:
            is_frame = parts[1] in self.parents
            self.move("", parts[2])
            if is_frame:
                self.held.add(parts[2])
            return None
        parts = re.search("," + REGISTER + "$", text) or re.match("pop\\s+" + REGISTER + "$", text)
        if parts and not re.match(r"(cmp|test)", text):
            self.move("", parts[1])
        if text.startswith("call"):
            self.held -= CALLED
            self.parents -= CALLED
        return None


def listing(program):
    with subprocess.Popen(["objdump", "-d", "--no-show-raw-insn", program], stdout=subprocess.PIPE, text=True) as process:
        yield from process.stdout


def overruns(lines, by_address, by_name):
    """(name, size, instruction) of each function that writes behind its frame, the first of its instructions."""
    found, follower, name = {}, None, ""
    for line in lines:
        head = re.match(r"([0-9a-f]+) <(.*)>:$", line)
        if head:
            follower, name = None, head[2]
            rest = REST.search(name)
            if int(head[1], 16) in by_address:
                follower = Follower(by_address[int(head[1], 16)], {"r14"}, ())
            elif rest and name[:rest.start()] in by_name:
                name = name[:rest.start()]
                follower = Follower(by_name[name], *(({"r14"}, ()) if rest[1] == "Y" else ((), {"r14"})))
        elif follower and "\t" in line:
            text = line.split("\t", 1)[1].strip()
            if follower.behind(text):
                found.setdefault(name, (name, follower.size, text))
    return list(found.values())


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else ".build/release/gradus"
    by_address, by_name = frames(program)
    found = overruns(listing(program), by_address, by_name)
    for name, size, text in found:
        plain = subprocess.run(["swift", "demangle", "--compact", name], capture_output=True, text=True).stdout.strip()
        print(f"{plain or name}: a frame of {size} bytes, and {text}")
    print(f"{len(by_address)} asynchronous functions, {len(found)} write behind their frames")
    return 1 if found or not by_address else 0


if __name__ == "__main__":
    sys.exit(main())
