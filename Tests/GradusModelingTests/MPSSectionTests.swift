// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Each section by a small text.
@Suite struct MPSSectionTests {
  /// A file of two rows and two columns with `extra` behind the columns and `head` before the rows.
  static func text(head: String = "", columns: String = standard, _ extra: String = "") -> String {
    "NAME t\n\(head)ROWS\n N c\n L r\n E s\nCOLUMNS\n\(columns)\(extra)ENDATA\n"
  }

  static let standard = " x c 1 r 2\n x s 1\n y c -1 r 1\n"
  static let integer = " m 'MARKER' 'INTORG'\n x c 1 r 2\n x s 1\n n 'MARKER' 'INTEND'\n y c -1 r 1\n"

  func read(_ text: String) throws -> StandardForm { try MPSReaderTests.read(text) }

  @Test(arguments: [
    ("OBJSENSE MAX\n", Sense.maximize), ("OBJSENSE\n    MAX\n", .maximize), ("OBJSENSE\n MAXIMIZE\n", .maximize),
    ("OBJSENSE\n    MIN\n", .minimize), ("", .minimize), ("objsense\n  maximize\n", .maximize),
  ])
  func sense(_ head: String, _ sense: Sense) throws {
    #expect(try read(Self.text(head: head)).sense == sense)
  }

  @Test func furtherFreeRowsAreLeftOut() throws {
    let text = "ROWS\n N a\n N b\n L r\nCOLUMNS\n x a 1 b 2\n x r 3\nRHS\n RHS b 5 r 6\nENDATA\n"
    let first = try read(text)
    #expect(first.costs == [1])
    #expect(first.objectiveName == "a")
    #expect(first.constraintCount == 1)
    let named = try read("OBJNAME\n b\n" + text)
    #expect(named.costs == [2])
    #expect(named.objectiveOffset == -5)
    let (_, notes) = try MPSReader.read(FileBytes(path: "t.mps", text: text))
    #expect(notes == ["1 N rows besides the objective are left out"])
  }

  @Test(arguments: [
    (3.0, 10.0, 13.0), (-3.0, 7.0, 10.0), (0.0, 10.0, 10.0),
  ])
  func rangesOfEquations(_ range: Double, _ low: Double, _ high: Double) throws {
    let form = try read(Self.text("RANGES\n RNG s \(range)\nRHS\n RHS s 10\n"))
    #expect(form.rowLower[1] == low)
    #expect(form.rowUpper[1] == high)
  }

  @Test(arguments: [-3.0, 3.0])
  func rangesOfInequalities(_ range: Double) throws {
    let form = try read(
      "ROWS\n N c\n L l\n G g\nCOLUMNS\n x l 1 g 1\nRHS\n l 10 g 20\nRANGES\n l \(range) g \(range)\nENDATA\n")
    #expect(form.rowLower == [7, 20])
    #expect(form.rowUpper == [10, 23])
  }

  @Test(
    arguments: [
      ("UP b x 5", 0, 5, VariableKind.continuous), ("LO b x -2", -2, .infinity, .continuous),
      ("FX b x 3", 3, 3, .continuous), ("FR b x", -.infinity, .infinity, .continuous),
      ("MI b x", -.infinity, .infinity, .continuous), ("PL b x", 0, .infinity, .continuous),
      ("BV b x", 0, 1, .integer), ("LI b x 2", 2, .infinity, .integer), ("UI b x 7", 0, 7, .integer),
      ("SC b x 9", 0, 9, .semicontinuous), ("SI b x 9", 0, 9, .semiinteger), ("UP x 5", 0, 5, .continuous),
      ("FR x", -.infinity, .infinity, .continuous), ("UP b x 1e30", 0, .infinity, .continuous),
      ("UP b x -4", 0, -4, .continuous), ("MI b x\n UP b x -4", -.infinity, -4, .continuous),
      ("LO b x 5\n UP b x 4", 5, 4, .continuous), ("up b x 5", 0, 5, .continuous),
    ] as [(String, Double, Double, VariableKind)])
  func bounds(_ line: String, _ low: Double, _ high: Double, _ kind: VariableKind) throws {
    let form = try read(Self.text("BOUNDS\n \(line)\n"))
    #expect(form.columnLower[0] == low)
    #expect(form.columnUpper[0] == high)
    #expect(form.kinds[0] == kind)
  }

  @Test(
    arguments: [
      ("", 0, 1), ("BOUNDS\n UP b x 5\n", 0, 5), ("BOUNDS\n LO b x -2\n", -2, .infinity),
      ("BOUNDS\n PL b x\n", 0, .infinity),
    ] as [(String, Double, Double)])
  func markedColumns(_ extra: String, _ low: Double, _ high: Double) throws {
    let form = try read(Self.text(columns: Self.integer, extra))
    #expect(form.kinds == [.integer, .continuous])
    #expect(form.columnLower[0] == low)
    #expect(form.columnUpper[0] == high)
  }

  @Test func aNegativeUpperBoundIsNoted() throws {
    let (_, notes) = try MPSReader.read(FileBytes(path: "t.mps", text: Self.text("BOUNDS\n UP b x -4\n")))
    #expect(notes == ["the column x has a negative upper bound and the default lower bound 0"])
  }

  static let matrix = SparseMatrix(
    rowCount: 2, columnCount: 2, triplets: [(0, 0, 4), (0, 1, 1), (1, 0, 1), (1, 1, 6)])

  @Test(arguments: [
    "QUADOBJ\n x x 4\n x y 1\n y y 6\n", "QMATRIX\n x x 4\n x y 1\n y x 1\n y y 6\n",
    "QSECTION c\n x x 4 y 1\n y y 6\n", "QCMATRIX c\n x x 2\n x y 0.5\n y x 0.5\n y y 3\n",
  ])
  func quadraticObjective(_ section: String) throws {
    #expect(try read(Self.text(section)).quadratic == Self.matrix)
  }

  @Test func quadraticRow() throws {
    let form = try read(Self.text("QCMATRIX r\n x x 2\n x y 0.5\n y x 0.5\n y y 3\nQSECTION s\n x x 2\n"))
    #expect(form.quadraticTerms.map(\.row) == [0, 1])
    #expect(form.quadraticTerms.first?.matrix == Self.matrix)
    #expect(form.quadratic == nil)
  }

  @Test(arguments: [
    "SOS\n S1 set\n x 1\n y 2\n S2 other 3\n y 5\n x 6\n",
    "SETS\n S1 all set\n set x 1\n set y 2\n S2 all other 3\n other y 5\n other x 6\n",
  ])
  func sets(_ section: String) throws {
    let sets = try read(Self.text(section)).specialOrderedSets
    #expect(
      sets == [
        SpecialOrderedSet(name: "set", kind: .one, columns: [0, 1], weights: [1, 2]),
        SpecialOrderedSet(name: "other", kind: .two, columns: [1, 0], weights: [5, 6], priority: 3),
      ])
  }

  @Test func indicators() throws {
    let form = try read(Self.text("BOUNDS\n BV b x\nINDICATORS\n IF r x 1\n IF s x 0\n"))
    #expect(
      form.indicators == [Indicator(row: 0, column: 0, active: true), Indicator(row: 1, column: 0, active: false)])
  }

  @Test func commentsBlankLinesAndCarriageReturns() throws {
    let text = Self.text("BOUNDS\n UP b x 5\n").replacing("\n", with: "\r\n")
    let form = try read("* first\r\n\r\n" + text.replacing("ROWS\r\n", with: "ROWS\r\n& remark\r\n") + "rest\r\n")
    #expect(form.columnUpper[0] == 5)
  }

  @Test func dataMayBeginInTheFirstColumnOfFreeFormat() throws {
    let text = Self.text("RHS\nRHS r 4\nBOUNDS\nUP b x 5\n").replacing("\n ", with: "\n")
    let form = try read(text)
    #expect(form.rowUpper[0] == 4)
    #expect(form.columnUpper[0] == 5)
  }

  @Test func fortranExponents() throws {
    #expect(try read(Self.text("RHS\n r 1.5D2 s -2d-1\n")).rowUpper == [150, -0.2])
  }
}
