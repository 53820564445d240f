# SPDX-License-Identifier: Apache-2.0
"""No function that waits writes behind the frame that it has reserved: what lies there would be overwritten now and then."""
import importlib.util
import platform
import shutil
import unittest

from program import FOLDER, ROOT

spec = importlib.util.spec_from_file_location("async_frames", ROOT / "tools" / "async_frames.py")
async_frames = importlib.util.module_from_spec(spec)
spec.loader.exec_module(async_frames)
READABLE = platform.machine() == "x86_64" and platform.system() == "Linux" and shutil.which("objdump")


def lines(*instructions, head="0000000000001000 <$s1a1fyyYaKF>:"):
    return [head, *(f"    1000:\t{text}" for text in instructions)]


class Frames(unittest.TestCase):
    def found(self, *instructions, **more):
        by_address = {0x1000: 848}
        return [text for _, _, text in async_frames.overruns(lines(*instructions, **more), by_address, {"$s1a1fyyYaKF": 848})]

    def test_a_word_behind_the_frame_is_found(self):
        self.assertEqual(self.found("mov    %rdx,0x348(%r14)"), [])
        self.assertEqual(self.found("mov    %rdx,0x350(%r14)"), ["mov    %rdx,0x350(%r14)"])
        self.assertEqual(self.found("mov    0x350(%r14),%rdx"), [], "to read another's field is no fault")
        self.assertEqual(self.found("add    $0x350,%r14"), ["add    $0x350,%r14"])

    def test_the_frame_is_followed_through_registers_and_the_stack(self):
        keep = ["mov    %r14,-0xa0(%rbp)", "add    $0x2d0,%r14", "mov    %rdx,0x350(%r14)"]
        self.assertEqual(self.found(*keep), [], "the sum is another address")
        self.assertEqual(self.found(*keep[:2], "mov    -0xa0(%rbp),%rbx", "movups %xmm0,0x350(%rbx)"), ["movups %xmm0,0x350(%rbx)"])
        self.assertEqual(self.found("mov    %r14,%rax", "call   2000 <g>", "mov    %rdx,0x350(%rax)"), [])

    def test_the_rest_behind_a_call_has_it_from_the_callee(self):
        rest = {"head": "0000000000002000 <$s1a1fyyYaKFTQ1_>:"}
        self.assertEqual(self.found("mov    (%r14),%rax", "mov    %rdx,0x350(%rax)", **rest), ["mov    %rdx,0x350(%rax)"])
        self.assertEqual(self.found("mov    %rdx,0x350(%r14)", **rest), [])
        self.assertEqual(self.found("mov    %rdx,0x350(%r14)", head="0000000000002000 <$s1a1fyyYaKFTY1_>:"), ["mov    %rdx,0x350(%r14)"])

    @unittest.skipUnless(READABLE, "needs x86-64 Linux with binutils")
    def test_the_program_has_none(self):
        program = str(FOLDER / "gradus")
        by_address, by_name = async_frames.frames(program)
        self.assertGreater(len(by_address), 500)
        self.assertEqual(async_frames.overruns(async_frames.listing(program), by_address, by_name), [])


if __name__ == "__main__":
    unittest.main()
