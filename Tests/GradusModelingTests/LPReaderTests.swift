// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

@Suite struct LPReaderTests {
  static let everything = #"""
    \ a comment
    \Problem name: sample
    MAXIMIZE
     profit: 3 x + 2y - 1.5e1 z + 0 w
       + [ 2 x ^ 2 - 4 x * y + 6 y^2 ] / 2 + 10   \ behind a term
    Subject To
     c1: x + y + 3 z <= 10
     c2: -2 <= x - z <= 5
     3 x + 4 y - - 2 w >= 2
     q: x + [ x^2 + 2 x * z ] <= 100
     i1: w = 1 -> x + z >= 1
     c6: 5 >= y
     e: x - y + w = -1
    Bounds
     x <= 40
     -inf <= y <= 8
     z free
     1 <= v[1] <= 1e30
    Generals
     y
    Binaries
     w
    Semi-continuous
     v[1]
    SOS
     s1: S1:: x:1 y:2 z:3
     S2:: z:5 v[1]:6
    End
    """#.replacing(" + 0 w", with: " + 0 w + v[1]")

  static func read(_ text: String) throws -> StandardForm {
    try LPReader.read(FileBytes(path: "t.lp", text: text)).form
  }

  @Test func everyPart() throws {
    let form = try Self.read(Self.everything)
    #expect(form.name == "sample")
    #expect(form.sense == .maximize)
    #expect(form.objectiveName == "profit")
    #expect(Array(form.columnNames) == ["x", "y", "z", "w", "v[1]"])
    #expect(Array(form.rowNames) == ["c1", "c2", "c3", "q", "i1", "c6", "e"])
    #expect(form.costs == [3, 2, -15, 0, 1])
    #expect(form.objectiveOffset == 10)
    #expect(form.rowLower == [-.infinity, -2, 2, -.infinity, 1, -.infinity, -1])
    #expect(form.rowUpper == [10, 5, .infinity, 100, .infinity, 5, -1])
    #expect(form.columnLower == [0, -.infinity, -.infinity, 0, 1])
    #expect(form.columnUpper == [40, 8, .infinity, 1, .infinity])
    #expect(form.kinds == [.continuous, .integer, .continuous, .integer, .semicontinuous])
    #expect(form.matrix.transposed().values == [1, 1, 3, 1, -1, 3, 4, 2, 1, 1, 1, 1, 1, -1, 1])
    #expect(
      form.quadratic
        == SparseMatrix(rowCount: 5, columnCount: 5, triplets: [(0, 0, 2), (0, 1, -2), (1, 0, -2), (1, 1, 6)]))
    #expect(
      form.quadraticTerms == [
        QuadraticTerm(
          row: 3, matrix: SparseMatrix(rowCount: 5, columnCount: 5, triplets: [(0, 0, 2), (0, 2, 2), (2, 0, 2)]))
      ])
    #expect(form.indicators == [Indicator(row: 4, column: 3, active: true)])
    #expect(
      form.specialOrderedSets == [
        SpecialOrderedSet(name: "s1", kind: .one, columns: [0, 1, 2], weights: [1, 2, 3]),
        SpecialOrderedSet(name: "sos2", kind: .two, columns: [2, 4], weights: [5, 6]),
      ])
  }

  @Test(arguments: ModelFormat.linear)
  func survivesEveryFormat(_ format: ModelFormat) throws {
    let form = try Self.read(Self.everything)
    let (bytes, losses) = try ModelFile.text(of: form, format: format)
    let again = try ModelFile.parse(text: String(decoding: bytes, as: UTF8.self), format: format).form
    #expect(again.difference(from: form) == nil)
    #expect(losses.isEmpty == (format == .mps))
  }

  @Test(arguments: [
    "minimize\nx\nsubject to\nx>=1\nend", "Minimum\n obj: x\nSuch That\n c: x => 1\nEND\n",
    "MIN x\nS.T.\n1 <= x\nEnd", "min\nobj:\nx\nst.\nx\n>\n1\nend\n",
    "min x st\nend".replacing(" st", with: "\nst\nx>1"),
    "min 0.5 x + 0.5 x\nst\n c1: 2 x - x + 3 >= 4\nend",
  ])
  func spellings(_ text: String) throws {
    let form = try Self.read(text)
    #expect(form.costs == [1])
    #expect(form.rowLower == [1])
    #expect(form.rowUpper == [.infinity])
    #expect(form.matrix.values == [1])
  }

  @Test(
    arguments: [
      ("x <= 5", 0, 5), ("x >= -5", -5, .infinity), ("x = 3", 3, 3), ("x free", -.infinity, .infinity),
      ("5 >= x >= 2", 2, 5),
      ("-infinity <= x <= 4", -.infinity, 4), ("x >= -inf", -.infinity, .infinity), ("2 <= x", 2, .infinity),
      ("x <= -3", 0, -3), ("2 <= x <= 1", 2, 1), ("x > 1\n x < 2", 1, 2),
    ] as [(String, Double, Double)])
  func bounds(_ line: String, _ low: Double, _ high: Double) throws {
    let form = try Self.read("min\n x\nst\n x >= 1\nbounds\n \(line)\nend\n")
    #expect(form.columnLower == [low])
    #expect(form.columnUpper == [high])
  }

  @Test func binaryVariablesKeepTighterBounds() throws {
    let form = try Self.read("min\n x + y\nbounds\n x = 1\n y <= 7\nbinary\n x y\nend\n")
    #expect(form.columnLower == [1, 0])
    #expect(form.columnUpper == [1, 1])
    #expect(form.kinds == [.integer, .integer])
  }

  @Test(
    arguments: [
      // Continues in any case: no relation follows, or every row has a label.
      ("5 >= x\n + y\n c: x >= 1", [-.infinity, 1], [5, .infinity]),
      ("a: 1 <= x\n - y <= 2\n b: x >= 1", [1, 1], [2, .infinity]),
      // Another row in any case: the one above has ended.
      ("x >= 1\n - x + y <= 3", [1, -.infinity], [.infinity, 3]),
      ("5 >= x\n y >= 1", [-.infinity, 1], [5, .infinity]),
    ] as [(String, [Double], [Double])])
  func linesThatBeginWithASign(_ rows: String, _ low: [Double], _ high: [Double]) throws {
    let form = try Self.read("min\n x + y\nst\n \(rows)\nend\n")
    #expect(form.rowLower == low)
    #expect(form.rowUpper == high)
  }

  @Test(arguments: ["5 >= x\n - y >= 1", "a: 5 <= x\n - y <= 7\n x >= 1", "1 <= x\n + y <= 2", "5 >= x\n - y = 1"])
  func aLineThatMayBeginAnotherRowIsRefused(_ rows: String) {
    let error = #expect(throws: ReadError.self) { try Self.read("min\n x + y\nst\n \(rows)\nend\n") }
    #expect(
      error?.description
        == "t.lp:5:2: this line may continue the row above or begin another; "
        + "expected a label for every row, as in \"c1: x >= 1\"")
  }

  static let table: [(String, String)] = [
    ("", "1:1: found the end of the file; expected Minimize or Maximize at the start of a line"),
    ("foo", "1:1: found \"foo\"; expected Minimize or Maximize at the start of a line"),
    ("min\n x\nst\n x >= 1\n", "5:1: found the end of the file; expected End in the last line"),
    ("min\n x y\nst\n", "2:4: found \"y\"; expected a sign and a term, or Subject To at the start of a line"),
    ("min\n x +\nst\n", "3:1: found \"st\"; expected a term behind the sign"),
    ("min\n x\nst\n c: x >= y\nend\n", "4:10: found \"y\"; expected a number"),
    ("min\n x\nst\n c: x\nend\n", "5:1: found \"end\"; expected a sign and a term, or <=, >= or ="),
    ("min\n x\nst\n c: x>=1\n c: x>=2\nend\n", "5:2: the row c stands twice; expected different names of rows"),
    ("min\n x\nst\n 1 <= x >= 2\nend\n", "4:9: found \">=\"; expected two relations of the same direction"),
    ("min\n x\nst\n x <= 1 <= 2\nend\n", "4:9: found \"<=\"; expected one relation, or a number on the left"),
    ("min\n x\nst\n x >= inf\nend\n", "4:2: an infinite side makes the row impossible; expected a finite number"),
    ("min\n inf x\nst\nend\n", "2:2: \"inf\" is not finite; expected a finite number"),
    ("min\n 1e999 x\nst\nend\n", "2:2: \"1e999\" is not finite; expected a finite number"),
    ("min\n [ x^2 ]\nst\nend\n", "3:1: found \"st\"; expected / 2 behind the bracket in an objective"),
    ("min\n [ x^3 ]/2\nst\nend\n", "2:6: found \"3\"; expected the power 2"),
    ("min\n [ x ]/2\nst\nend\n", "2:6: found \"]\"; expected ^ 2 or * and a variable"),
    (
      "min\n x\nst\n [ x^2 ]/2 <= 1\nend\n",
      "4:9: found \"/\"; expected no division behind the bracket in a constraint"
    ),
    ("min\n x\nst\n c: 1 <= 2\nend\n", "4:5: a row without a variable; expected at least one term"),
    (
      "min\n x\nbounds\n q <= 1\nend\n",
      "4:2: the variable \"q\" is unknown; expected a variable of the objective or a constraint"
    ),
    (
      "min\n x\nbounds\n x <= 1\n x <= 2\nend\n",
      "5:2: a second upper bound of x, which was 1.0 before; expected one upper bound"
    ),
    ("min\n x\nbounds\n x 5\nend\n", "4:4: found \"5\"; expected <=, >=, = or free"),
    (
      "min\n x\ngeneral\n q\nend\n",
      "4:2: the variable \"q\" is unknown; expected a variable of the objective or a constraint"
    ),
    (
      "min\n x\nst\n x = 1 -> x >= 1\nend\n",
      "4:2: the variable x of an indicator is not binary; expected it in the section Binary"
    ),
    ("min\n x\nsos\n s: S3:: x:1\nend\n", "4:5: found \"S3\"; expected S1:: or S2::"),
    ("min\n x\nsos\n S1:: x:1 x:2\nend\n", "4:11: x is in this set already; expected every member once"),
    (
      "min\n x\nlazy constraints\nend\n",
      "3:1: the section \"lazy constraints\" is not supported; "
        + "expected Bounds, General, Binary, Semi-Continuous, SOS or End"
    ),
    ("min\n x\u{1}\nend\n", "2:3: byte 0x1 does not belong here; expected a name, a number or a sign"),
  ]

  @Test(arguments: table)
  func message(_ text: String, _ message: String) {
    let error = #expect(throws: ReadError.self) { try Self.read(text) }
    #expect(error?.description == "t.lp:" + message)
  }
}
