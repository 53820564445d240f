// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// What cards mean, on small files written for it.
@Suite struct SIFReaderTests {
  /// A line of data in its columns.
  static func card(
    _ code: String, _ first: String = "", _ second: String = "", _ number: String = "", _ third: String = "",
    _ last: String = ""
  ) -> String {
    var line = ""
    for (text, column) in [(code, 2), (first, 5), (second, 15), (number, 25), (third, 40), (last, 50)]
    where !text.isEmpty {
      line += String(repeating: " ", count: max(0, column - 1 - line.count)) + text
    }
    return line + "\n"
  }

  static let expression = String(repeating: " ", count: 24)

  static func read(_ text: String, workLimit: Int = SIFReader.workLimit) throws(ReadError) -> FormulaProgram {
    try SIFReader.read(FileBytes(path: "t.sif", text: text), workLimit: workLimit).program
  }

  /// Two variables X1, X2 with any bounds, the objective group OBJ and the sections given.
  static func text(_ sections: String, parts: String = "", groups: String = card("N", "OBJ", "X1", "1.0")) -> String {
    "NAME          T\nVARIABLES\n" + card("", "X1") + card("", "X2") + "GROUPS\n" + groups + sections + "ENDATA\n"
      + parts
  }

  /// A problem whose objective is one element of X and Y (at X1, X2) and P = 2.5, with this body of its function.
  static func element(_ body: String, temporaries: String = "") -> String {
    text(
      "ELEMENT TYPE\n" + card("EV", "ET", "X", "", "Y") + card("EP", "ET", "P") + "ELEMENT USES\n"
        + card("T", "E1", "ET") + card("V", "E1", "X", "", "X1") + card("V", "E1", "Y", "", "X2")
        + card("P", "E1", "P", "2.5") + "GROUP USES\n" + card("E", "OBJ", "E1"),
      parts: "ELEMENTS      T\n" + (temporaries.isEmpty ? "" : "TEMPORARIES\n" + temporaries) + "INDIVIDUALS\n"
        + card("T", "ET") + body + "ENDATA\n", groups: card("N", "OBJ"))
  }

  static func value(_ program: FormulaProgram, _ x: [Double]) -> Double {
    SIFCollectionTests.values(program, x).objective
  }

  static let expressions: [(String, Double)] = [
    ("X", 3), ("- X ** 2", -9), ("X - Y - 1", 0), ("2 ** 3 ** 2 * 1.0", 512), ("X / Y / 2", 0.75), ("1 / 2 * X", 0),
    ("1.0 / 2 * X", 1.5), ("X ** (-1)", 1.0 / 3), ("2 ** (-1) + X", 3), ("1.5D+1 + 1.d-1 + 2.E0", 17.1),
    ("X**P", 15.588457268119896), ("+X*(Y+1.0)", 9), ("SQRT(X + 1.0)", 2), ("EXP( 0.0D0 )", 1), ("LOG(EXP(X))", 3),
    ("MAX(X, Y, 7)", 7), ("MIN( X, Y )", 2), ("SIGN( X, -Y )", -3), ("SIGN(-X, 0.0)", 3), ("ABS(-X)", 3),
    ("MOD(X, Y)", 1), ("INT(P) + NINT(P)", 5), ("DIM(X, Y) + DIM(Y, X)", 1), ("ATAN2( 0.0, X )", 0),
    ("5 / 2 * DBLE( 3 )", 6), ("x + y", 5), ("TANH(0.0)+SINH(0.0)+COSH(0.0)", 1), ("X*Y/4", 1.5),
  ]

  @Test(arguments: expressions)
  func fortran(_ expression: String, _ wanted: Double) throws {
    let program = try Self.read(Self.element(Self.card("F", "", "", expression)))
    #expect(abs(Self.value(program, [3, 2]) - wanted) <= 1e-14 * abs(wanted), "\(Self.value(program, [3, 2]))")
  }

  static let conditions: [(String, Bool)] = [
    ("X .GT. Y", true), ("X.LT.Y", false), ("X >= 3", true), ("X /= 3", false), ("1.EQ.1", true),
    (".NOT. X .LE. Y .AND. Y .GT. 0.0", true), ("X.LT.Y .OR. .FALSE. .OR. Y.EQ.2.0", true),
    ("X.LT.Y .EQV. Y.LT.X", false), ("(X.LT.Y) .NEQV. .TRUE.", true), ("X == 3.0 .and. Y < 1", false),
  ]

  @Test(arguments: conditions)
  func branches(_ condition: String, _ holds: Bool) throws {
    let body =
      Self.card("A", "C", "", condition) + Self.card("I", "C", "R", "X + Y") + Self.card("E", "C", "R", "X * P")
      + Self.card("E+", "", "", "+ 1.0") + Self.card("F", "", "", "R")
    let program = try Self.read(Self.element(body, temporaries: Self.card("L", "C") + Self.card("R", "R")))
    #expect(Self.value(program, [3, 2]) == (holds ? 5 : 8.5))
  }

  @Test func temporariesContinuationsAndDerivativesThatAreSkipped() throws {
    let body =
      Self.card("A", "N", "", "7.9") + Self.card("A", "R", "", "X*X") + Self.card("A+", "", "", "+ Y *")
      + Self.card("A+", "", "", "Y") + Self.card("A", "R", "", "R + N / 2") + Self.card("F", "", "", "R")
      + Self.card("F+", "", "", "* P") + Self.card("G", "X", "", "not ( Fortran") + Self.card("H", "X", "Y", "?")
    let program = try Self.read(Self.element(body, temporaries: Self.card("I", "N") + Self.card("R", "R")))
    #expect(Self.value(program, [3, 2]) == 40)
  }

  @Test func globalsServeAllTypes() throws {
    let text = Self.element(Self.card("F", "", "", "C * X"), temporaries: Self.card("R", "C"))
      .replacing("INDIVIDUALS", with: "GLOBALS\n" + Self.card("A", "C", "", "4.0 / 2").dropLast() + "\nINDIVIDUALS")
    #expect(Self.value(try Self.read(text), [3, 2]) == 6)
  }

  @Test func internalVariables() throws {
    let text = Self.element(
      Self.card("R", "U", "X", "2.0", "Y", "-1.0") + Self.card("R", "U", "Y", "0.5") + Self.card("F", "", "", "U * U")
    ).replacing("ELEMENT USES", with: Self.card("IV", "ET", "U") + "ELEMENT USES")
    #expect(Self.value(try Self.read(text), [3, 2]) == 25)
  }

  @Test func parameters() throws {
    let sections =
      Self.card("IE", "N", "", "7") + Self.card("IA", "M", "N", "-3") + Self.card("IS", "K", "N", "10")
      + Self.card("IM", "L", "N", "2") + Self.card("ID", "D", "N", "50") + Self.card("I+", "S", "N", "", "M")
      + Self.card("I-", "T", "N", "", "M") + Self.card("I*", "Q", "N", "", "M") + Self.card("I/", "V", "N", "", "M")
      + Self.card("I=", "W", "N") + Self.card("RE", "A", "", "-2.75D0") + Self.card("IR", "Z", "A")
    // N 7, M 4, K 3, L 14, D 7, S 11, T 3, Q 28, V 1, W 7, Z −2
    var text = ""
    for name in ["N", "M", "K", "L", "D", "S", "T", "Q", "V", "W", "Z"] { text += Self.card("X", "X(\(name))") }
    let program = try Self.read(
      "NAME          T\n" + sections + "VARIABLES\n" + text + "GROUPS\n" + Self.card("N", "OBJ") + "ENDATA\n")
    #expect(program.linear.columnNames.map { $0 } == ["X7", "X4", "X3", "X14", "X11", "X28", "X1", "X-2"])
  }

  @Test func realParameters() throws {
    let sections =
      Self.card("IE", "I", "", "3") + Self.card("RI", "R", "I") + Self.card("RA", "A", "R", "0.5")
      + Self.card("RS", "S", "R", "10") + Self.card("RM", "M", "R", "-2") + Self.card("RD", "D", "R", "12")
      + Self.card("RF", "F", "SQRT", "16") + Self.card("R=", "E", "R") + Self.card("R+", "P", "R", "", "A")
      + Self.card("R-", "N", "R", "", "A") + Self.card("R*", "T", "R", "", "A") + Self.card("R/", "Q", "R", "", "M")
      + Self.card("R(", "C", "COS", "", "N") + Self.card("AE", "B(I)", "", "7") + Self.card("AM", "B(I)", "B(I)", "2")
    var groups = Self.card("N", "OBJ")
    for name in ["R", "A", "S", "M", "D", "F", "E", "P", "N", "T", "Q", "C", "B(I)"] {
      groups += Self.card("ZG", name, "X1", "", name)
    }
    let program = try Self.read(
      "NAME          T\n" + sections + "VARIABLES\n" + Self.card("", "X1") + "GROUPS\n" + groups + "ENDATA\n")
    let wanted = [3, 3.5, 7, -6, 4, 4, 3, 6.5, -0.5, 10.5, -0.5, 0.8775825618903728, 14]
    #expect(program.linear.matrix.values == wanted)
    #expect(program.linear.rowNames.last == "B3")
  }

  @Test func loops() throws {
    let text =
      "NAME          T\n" + Self.card("IE", "1", "", "1") + Self.card("IE", "3", "", "3")
      + Self.card("IE", "0", "", "0")
      + Self.card("IE", "-2", "", "-2") + "VARIABLES\n"
      + Self.card("DO", "I", "3", "", "1") + Self.card("DI", "I", "-2") + Self.card("X", "A(I)") + Self.card("OD", "I")
      + Self.card("DO", "I", "1", "", "0") + Self.card("X", "NONE(I)") + Self.card("ND")
      + Self.card("DO", "I", "1", "", "3") + Self.card("X", "B(I)") + Self.card("DO", "J", "I", "", "3")
      + Self.card("X", "C(I,J)") + Self.card("ND") + Self.card("DO", "I", "1", "", "1")
      + Self.card("DO", "J", "1", "", "0") + Self.card("X", "NO(J)") + Self.card("OD", "J") + Self.card("X", "D(I)")
      + Self.card("OD") + "GROUPS\n" + Self.card("N", "OBJ") + "ENDATA\n"
    let names = try Self.read(text).linear.columnNames.map { $0 }
    #expect(names == ["A3", "A1", "B1", "C1,1", "C1,2", "C1,3", "B2", "C2,2", "C2,3", "B3", "C3,3", "D1"])
  }

  @Test func sidesScalesAndRanges() throws {
    let groups =
      Self.card("N", "OBJ", "X1", "3", "'SCALE'", "2") + Self.card("L", "A", "X1", "1", "X2", "1")
      + Self.card("G", "B", "X1", "1") + Self.card("E", "C", "X2", "4", "X2", "1")
      + Self.card("G", "C2", "'SCALE'", "4")
      + Self.card("G", "C2", "X1", "8")
    let program = try Self.read(
      Self.text(
        "CONSTANTS\n" + Self.card("", "S", "'DEFAULT'", "5") + Self.card("", "S", "OBJ", "6") + "RANGES\n"
          + Self.card("", "S", "A", "-2", "B", "3"), groups: groups))
    #expect(program.linear.rowLower == [3, 5, 5, 1.25])
    #expect(program.linear.rowUpper == [5, 8, 5, .infinity])
    #expect(program.linear.matrix.values == [1, 1, 2, 1, 5])
    #expect(program.linear.costs == [1.5, 0] && program.linear.objectiveOffset == -3)
    #expect(program.isLinear)
  }

  @Test func typedRowsAndDefaults() throws {
    let text = Self.text(
      "CONSTANTS\n" + Self.card("", "S", "C", "1") + "GROUP TYPE\n" + Self.card("GV", "SQ", "V")
        + Self.card("GP", "SQ", "Q")
        + "GROUP USES\n" + Self.card("T", "'DEFAULT'", "SQ") + Self.card("P", "OBJ", "Q", "2")
        + Self.card("P", "C", "Q", "3"),
      parts: "GROUPS        T\nINDIVIDUALS\n" + Self.card("T", "SQ") + Self.card("F", "", "", "V ** Q") + "ENDATA\n",
      groups: Self.card("N", "OBJ", "X1", "1") + Self.card("L", "C", "X2", "1", "'SCALE'", "2"))
    let program = try Self.read(text)
    let (objective, rows) = SIFCollectionTests.values(program, [3, 5])
    #expect(objective == 9 && rows == [32] && program.linear.rowUpper == [0])
  }

  @Test func bounds() throws {
    func bounds(_ cards: String) throws -> [Double] {
      let form = try Self.read(Self.text("BOUNDS\n" + cards)).linear
      return [form.columnLower[0], form.columnUpper[0], form.columnLower[1], form.columnUpper[1]]
    }
    let infinity = Double.infinity
    #expect(try bounds("") == [0, infinity, 0, infinity])
    #expect(try bounds(Self.card("FR", "B", "X1")) == [-infinity, infinity, 0, infinity])
    #expect(try bounds(Self.card("MI", "B", "X1")) == [-infinity, 0, 0, infinity])
    #expect(try bounds(Self.card("UP", "B", "X1", "0")) == [-infinity, 0, 0, infinity])
    #expect(try bounds(Self.card("UP", "B", "X1", "-1")) == [0, -1, 0, infinity])
    #expect(try bounds(Self.card("LO", "B", "X1", "-1e20")) == [-infinity, infinity, 0, infinity])
    #expect(
      try bounds(Self.card("FX", "B", "'DEFAULT'", "2") + Self.card("PL", "B", "X2")) == [2, 2, 2, infinity])
    let array = Self.card("IE", "1", "", "1") + Self.card("RE", "R", "", "4") + Self.card("ZU", "B", "X(1)", "", "R")
    #expect(try bounds(array) == [0, 4, 0, infinity])
  }

  @Test func starts() throws {
    let cards =
      Self.card("V", "S", "'DEFAULT'", "2") + Self.card("", "S", "X2", "5", "R", "3") + Self.card("", "T", "X1", "9")
    let file = FileBytes(
      path: "t.sif",
      text: Self.text("START POINT\n" + cards, groups: Self.card("N", "OBJ") + Self.card("E", "R", "X1", "1")))
    let (program, notes) = try SIFReader.read(file)
    #expect(program.start == Vector([2, 5]) && program.hasStart)
    #expect(program.startMultipliers == Vector([-3]))
    #expect(notes == ["of several start points the first is taken"])
    #expect(try !Self.read(Self.text("")).hasStart)
  }

  @Test func quadraticTermsIntegersAndVariablesBehindGroups() throws {
    let text =
      "NAME          T\nROWS\n" + Self.card("N", "OBJ") + Self.card("E", "R", "'SCALE'", "2") + "COLUMNS\n"
      + Self.card("", "X1", "OBJ", "1", "R", "4") + Self.card("", "X2", "'INTEGER'") + Self.card("", "X3", "'ZERO-ONE'")
      + "RHS\n" + Self.card("", "", "R", "6") + "QUADRATIC\n" + Self.card("", "X1", "X1", "2", "X2", "3") + "ENDATA\n"
    let program = try Self.read(text)
    #expect(Self.value(program, [2, 5, 0]) == 2 + 4 + 30)
    #expect(program.linear.kinds == [.continuous, .integer, .integer])
    #expect(program.linear.columnUpper == [.infinity, .infinity, 1])
    #expect(program.linear.matrix.values == [2] && program.linear.rowLower == [3])
  }

  @Test func commentsAndFields() throws {
    let text = Self.text(Self.card("", "", "") + "* a comment\n\n").replacing(
      "GROUPS\n",
      with: "GROUPS\r\n IE N                   10             $-PARAMETER, any text behind it, however long\n")
    #expect(try Self.read(text).variableCount == 2)
    // Decimals behind column 36 are left out; digits whose loss would change the size of the number are refused.
    func with(_ number: String) -> FileBytes {
      FileBytes(
        path: "t.sif", text: Self.text(Self.card("RE", "R", "", number) + Self.card("ZN", "OBJ", "X2", "", "R")))
    }
    let (program, notes) = try SIFReader.read(with("1.23456789012"))
    #expect(program.linear.costs[1] == 1.2345678901)
    #expect(notes == ["decimals behind column 36 are left out, first in line 7"])
    for number in ["1234567890123", "1.23456789D-07", "1.234567890 1"] {
      let error = #expect(throws: ReadError.self) { try SIFReader.read(with(number)) }
      #expect(error?.cause == "text outside the fields")
    }
  }

  @Test func loopsKeepToALimitOfWork() {
    let text =
      "NAME          T\n" + Self.card("IE", "1", "", "1") + Self.card("IE", "N", "", "2000000000")
      + Self.card("DO", "I", "1", "", "N") + Self.card("DO", "J", "1", "", "N") + Self.card("ND") + "ENDATA\n"
    let error = #expect(throws: ReadError.self) { try Self.read(text, workLimit: 100_000) }
    #expect(error?.cause == "the loops of this file go beyond the reader's limit of work")
  }
}
