// SPDX-License-Identifier: Apache-2.0
import GradusModeling
import Testing

/// What a broken file is told: one line with the place, the cause and what was expected.
@Suite struct MPSMessageTests {
  static let sections =
    "NAME, OBJSENSE, OBJNAME, ROWS, COLUMNS, RHS, RANGES, BOUNDS, QUADOBJ, QMATRIX, QSECTION, QCMATRIX, SOS, SETS, "
    + "INDICATORS, ENDATA"

  static let table: [(String, String)] = [
    ("", "1:1: the file is empty; expected a section NAME or ROWS"),
    ("hello\n", "1:1: \"hello\" is not a section of an MPS file; expected one of \(sections)"),
    ("NAME t\nROWS\n N c\n", "3:1: the file ends without ENDATA; expected ENDATA in the last line"),
    ("NAME t\nENDATA\n", "2:1: the section ROWS is missing; expected ROWS before ENDATA"),
    ("ROWS\n N c\nENDATA\n", "3:1: the section COLUMNS is missing; expected COLUMNS before ENDATA"),
    ("ROWS\n X c\n", "2:2: \"X\" is not a type of row; expected N, E, L or G"),
    ("ROWS\n N\n", "2:3: a row without a name; expected a type N, E, L or G and a name"),
    ("ROWS\n L r\n L r\n", "3:4: the row r stands twice; expected different names of rows"),
    ("ROWS\n N c\nROWS\n", "3:1: the section ROWS stands twice; expected one of each"),
    ("COLUMNS\n", "1:1: the section COLUMNS stands before ROWS; expected ROWS first"),
    ("ROWS\n N c\nRHS\n", "3:1: the section RHS stands before COLUMNS; expected ROWS and COLUMNS first"),
    ("OBJSENSE\n UP\nROWS\n", "2:2: \"UP\" is not a sense; expected MIN or MAX"),
    ("OBJNAME\n z\nROWS\n N c\nCOLUMNS\n", "5:1: OBJNAME says z, which is no N row; expected the name of an N row"),
    ("ROWS\n N c\nCOLUMNS\n x q 1\n", "4:4: the row q is unknown; expected a name from the section ROWS"),
    ("ROWS\n N c\nCOLUMNS\n x c 1x\n", "4:6: \"1x\" is not a number; expected a finite number"),
    ("ROWS\n N c\nCOLUMNS\n x c nan\n", "4:6: \"nan\" is not a number; expected a finite number"),
    ("ROWS\n N c\nCOLUMNS\n x c inf\n", "4:6: \"inf\" is not finite; expected a finite number"),
    ("ROWS\n N c\nCOLUMNS\n x c 1e999\n", "4:6: \"1e999\" is not finite; expected a finite number"),
    (
      "ROWS\n N c\nCOLUMNS\n x c\n",
      "4:5: 2 fields, which is too few; expected a name and one or two pairs of a row and a number"
    ),
    ("ROWS\n N c\nCOLUMNS\n x c 1 c 2\n", "4:8: the row c stands twice in this column; expected one entry a row"),
    (
      "ROWS\n N c\n L r\nCOLUMNS\n x c 1\n y c 1\n x r 1\n",
      "7:2: the column x stands twice; expected all entries of a column together"
    ),
    (
      "ROWS\n N c\nCOLUMNS\n m 'MARKER' 'INTEND'\n",
      "4:13: a second 'INTEND' in a row; expected 'INTORG' first"
    ),
    (
      "ROWS\n N c\nCOLUMNS\n m 'MARKER' 'SOSORG'\n",
      "4:13: the marker 'SOSORG' is unknown; expected 'INTORG' or 'INTEND'"
    ),
    (
      MPSSectionTests.text("RHS\n A r 1\n B s 1\n"),
      "12:2: B is a second set of right-hand sides; expected one set, here A: a file states one problem"
    ),
    (
      MPSSectionTests.text("RHS\n r 1\n r 2\n"),
      "12:2: a second right-hand side of r, which was 1.0 before; expected one right-hand side"
    ),
    (
      MPSSectionTests.text("RHS\n s inf\n"),
      "11:4: this right-hand side makes the row impossible; expected a finite number"
    ),
    (MPSSectionTests.text("RANGES\n c 1\n"), "11:2: a range of the objective; expected a row of type E, L or G"),
    (
      MPSSectionTests.text("BOUNDS\n UX b x 1\n"),
      "11:2: \"UX\" is not a type of bound; expected UP, LO, FX, FR, MI, PL, BV, LI, UI, SC or SI"
    ),
    (
      MPSSectionTests.text("BOUNDS\n UP b z 1\n"),
      "11:7: the column z is unknown; expected a name from the section COLUMNS"
    ),
    (
      MPSSectionTests.text("BOUNDS\n UP x\n"),
      "11:6: a bound without a number; expected a type, a set, a column and a number"
    ),
    (
      MPSSectionTests.text("BOUNDS\n UP b x 1\n UP b x 2\n"),
      "12:2: a second upper bound of x, which was 1.0 before; expected one upper bound"
    ),
    (
      MPSSectionTests.text("BOUNDS\n LO b x 1e30\n"),
      "11:9: 1e30 as lower bound leaves no value; expected a finite number"
    ),
    (
      MPSSectionTests.text("QUADOBJ\n x y 1\n y x 1\n"),
      "12:4: the entry (x, y) is listed twice; expected every entry of one triangle once"
    ),
    (
      MPSSectionTests.text("QMATRIX\n x y 1\n"),
      "11:4: the entry (y, x) is 1.0 but its mirror image is 0.0; expected a symmetric matrix with both triangles listed"
    ),
    (MPSSectionTests.text("QCMATRIX\n"), "10:9: this section needs the name of one row; expected the word and a name"),
    (MPSSectionTests.text("SOS\n x 1\n"), "11:2: a member before the first set; expected S1 or S2 and a name"),
    (MPSSectionTests.text("SOS\n S1 a\n x 1\n x 2\n"), "13:2: x is in this set already; expected every member once"),
    (
      MPSSectionTests.text("INDICATORS\n IF r x 1\n"),
      "11:7: the column x of an indicator is not binary; expected an integer column with bounds 0 and 1"
    ),
    (
      MPSSectionTests.text("LAZYCONS\n"),
      "10:1: the section LAZYCONS is not supported; expected one of \(sections)"
    ),
    ("ROWS\n N c\u{1}\n", "2:5: byte 0x1 is not text; expected a text file in UTF-8"),
  ]

  @Test(arguments: table)
  func message(_ text: String, _ message: String) {
    let error = #expect(throws: ReadError.self) { try MPSReaderTests.read(text) }
    #expect(error?.description == "t.mps:" + message)
  }

  @Test func longNamesAreRefused() {
    let error = #expect(throws: ReadError.self) {
      try MPSReaderTests.read("ROWS\n N " + String(repeating: "a", count: 1_000_000) + "\n")
    }
    #expect(error?.description == "t.mps:2:4: a name of 1000000 bytes; expected at most 4096 bytes in a name")
  }

  @Test func namesHaveToBeText() {
    let error = #expect(throws: ReadError.self) {
      try MPSReader.read(FileBytes(path: "t.mps", content: Array("ROWS\n N c".utf8) + [0xE4, 10]))
    }
    #expect(error?.description == "t.mps:2:4: a name that is not UTF-8; expected text in UTF-8")
  }
}
