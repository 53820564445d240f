// SPDX-License-Identifier: Apache-2.0
import GradusModeling
import Testing

/// What a broken SIF file is told: one line with the place, the cause and what was expected.
@Suite struct SIFMessageTests {
  typealias Tests = SIFReaderTests
  static func card(
    _ code: String, _ first: String = "", _ second: String = "", _ number: String = "", _ third: String = "",
    _ last: String = ""
  ) -> String { Tests.card(code, first, second, number, third, last) }

  static let head = "NAME          T\n"

  static let table: [(String, String)] = [
    ("", "1:1: the file is empty; expected the section NAME"),
    ("VARIABLES\n", "1:1: the section NAME is missing; expected NAME in the first line"),
    ("NAME          T\n", "1:1: the file ends without ENDATA; expected ENDATA behind each part"),
    (head + "ENDATA\n", "2:1: GROUPS or VARIABLES is missing; expected both before ENDATA"),
    (
      head + "BOUNDS\n",
      "2:1: the section BOUNDS stands before GROUPS or VARIABLES; expected GROUPS and VARIABLES first"
    ),
    (head + "\tX\n", "2:1: a tab; expected fields in fixed columns, padded by blanks"),
    (head + " RE\u{1}\n", "2:4: byte 0x1 is not text; expected a text file in ASCII"),
    (
      head + " REX\n",
      "2:4: text outside the fields; expected fields in columns 2-3, 5-14, 15-24, 25-36, 40-49 and 50-61"
    ),
    (head + card("RE", "A", "", "1x") + "ENDATA\n", "2:25: \"1x\" is not a finite number; expected a finite number"),
    (
      head + card("R+", "A", "B") + "ENDATA\n",
      "2:15: the real parameter B is unknown; expected the name of a real parameter"
    ),
    (
      head + card("RF", "A", "SINC", "1") + "ENDATA\n",
      "2:15: the function \"SINC\" is unknown; expected ABS, SQRT, EXP, LOG, LOG10, SIN, COS, TAN, ARCSIN, ARCCOS, "
        + "ARCTAN, HYPSIN, HYPCOS or HYPTAN"
    ),
    (
      head + card("RE", "A", "", "0") + card("RD", "B", "A", "1") + "ENDATA\n",
      "3:5: the parameter B is not finite; expected numbers that give a finite one"
    ),
    (head + card("ND") + "ENDATA\n", "2:2: ND without DO; expected DO first"),
    (
      head + card("DO", "I", "A", "", "B") + "ENDATA\n", "2:2: this loop does not end in its section; expected OD or ND"
    ),
    (
      head + card("DO", "I", "A", "", "B") + card("OD", "J") + "ENDATA\n",
      "3:5: OD of J ends a loop of I; expected the index of the innermost loop"
    ),
    (
      Tests.text("", groups: card("DN", "OBJ", "A", "1")),
      "6:2: D-groups are not supported; expected groups of type N, L, G or E"
    ),
    (
      Tests.text("", groups: card("Q", "OBJ")),
      "6:2: \"Q\" is unknown here; expected N, L, G or E, behind X or Z for names of arrays"
    ),
    (
      Tests.text("", groups: card("N", "OBJ", "X9", "1")),
      "6:15: the variable X9 is unknown; expected a name from the section VARIABLES"
    ),
    (
      Tests.text("", groups: card("XN", "OBJ(I)")),
      "6:5: the index I of OBJ(I) is unknown; expected up to three names of integer parameters"
    ),
    (
      Tests.text("", groups: card("N", "OBJ", "'SCALE'", "0")),
      "6:25: a scale factor of 0.0; expected a number that is not zero"
    ),
    (
      Tests.text("CONSTANTS\n" + card("", "A", "OBJ", "1") + card("", "B", "OBJ", "2")),
      "9:5: B is a second set in CONSTANTS; expected one set, here \"A\": a file states one problem"
    ),
    (
      Tests.text("RANGES\n" + card("", "A", "OBJ", "1")),
      "8:15: a range of OBJ, which is of type N; expected a group of type L or G"
    ),
    (
      Tests.text("BOUNDS\n" + card("UP", "B", "X1", "1") + card("FR", "B", "'DEFAULT'")),
      "9:15: 'DEFAULT' behind single entries; expected 'DEFAULT' first in its section"
    ),
    (
      Tests.text("BOUNDS\n" + card("UX", "B", "X1", "1")),
      "8:2: \"UX\" is unknown here; expected LO, UP, FX, FR, MI, PL, XL, XU, XX, XR, XM, XP, ZL, ZU or ZX"
    ),
    (
      Tests.text("GROUP USES\n" + card("E", "OBJ", "E9")),
      "8:15: the element E9 is unknown; expected a name from ELEMENT USES"
    ),
    (
      Tests.element(card("F", "", "", "X + Q")),
      "21:29: Q is unknown here; expected a variable, an internal variable or a parameter of this type, or a name from "
        + "TEMPORARIES"
    ),
    (
      Tests.element(card("F", "", "", "X * - Y")),
      "21:29: a sign behind an operator; expected parentheses around a signed term"
    ),
    (Tests.element(card("F", "", "", "( X + Y")), "21:32: a parenthesis is not closed; expected )"),
    (
      Tests.element(card("F", "", "", "ERF( X )")),
      "21:25: the function ERF is not supported; expected an intrinsic function such as EXP, LOG, SQRT, SIN, ABS or MAX"
    ),
    (
      Tests.element(card("F", "", "", "X + (Y .GT. P)")),
      "21:29: a condition used as a number; expected a number"
    ),
    (Tests.element(""), "8:1: the type ET has no value; expected a card F in its function part"),
    (
      Tests.element(card("F", "", "", "R"), temporaries: card("R", "R")),
      "23:2: the expression uses a temporary that has no value yet; expected an assignment first"
    ),
    (
      Tests.element(card("F", "", "", "X"), temporaries: card("F", "MYFUN")),
      "20:2: external functions are not supported; expected intrinsic functions (M) only"
    ),
    (
      Tests.element(card("F", "", "", "X")).replacing("ELEMENTS  ", with: "ELEMENT   "),
      "18:1: text behind ENDATA; expected the parts ELEMENTS and GROUPS, once each, or the end of the file"
    ),
  ]

  @Test(arguments: table)
  func message(_ text: String, _ message: String) {
    let error = #expect(throws: ReadError.self) { try Tests.read(text) }
    #expect(error?.description == "t.sif:" + message)
  }

  @Test func deepNestingIsRefused() {
    for piece in ["(", "ABS(", "X**"] {
      let text = Tests.element(
        Self.card("F", "", "", "X") + String(repeating: Self.card("F+", "", "", "*" + piece + piece), count: 2000))
      let error = #expect(throws: ReadError.self) { try Tests.read(text) }
      #expect(error?.line ?? 0 > 19)
    }
  }
}
