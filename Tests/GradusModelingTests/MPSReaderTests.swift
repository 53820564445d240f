// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

@Suite struct MPSReaderTests {
  static let small = """
    NAME          TESTPROB
    ROWS
     N  COST
     L  LIM1
     G  LIM2
     E  MYEQN
    COLUMNS
        XONE      COST               1.0   LIM1               1.0
        XONE      LIM2               1.0
        YTWO      COST               2.0   LIM1               1.0
        YTWO      MYEQN             -1.0
        ZTHREE    COST              -1.0   MYEQN              1.0
    RHS
        RHS       LIM1               4.0   LIM2               1.0
        RHS       MYEQN              7.0   COST              -5.5
    RANGES
        RNG       LIM1               2.5   MYEQN             -3.0
    BOUNDS
     UP BND       XONE               4.0
     LO BND       YTWO              -1.0
     UP BND       YTWO               1.0
    ENDATA
    """

  static func read(_ text: String, path: String = "t.mps") throws -> StandardForm {
    try MPSReader.read(FileBytes(path: path, text: text)).form
  }

  @Test func everyPartOfASmallFile() throws {
    let form = try Self.read(Self.small)
    #expect(form.name == "TESTPROB")
    #expect(form.objectiveName == "COST")
    #expect(form.objectiveOffset == 5.5)
    #expect(Array(form.rowNames) == ["LIM1", "LIM2", "MYEQN"])
    #expect(Array(form.columnNames) == ["XONE", "YTWO", "ZTHREE"])
    #expect(form.costs == [1, 2, -1])
    #expect(form.rowLower == [1.5, 1, 4])
    #expect(form.rowUpper == [4, .infinity, 7])
    #expect(form.columnLower == [0, -1, 0])
    #expect(form.columnUpper == [4, 1, .infinity])
    #expect(form.matrix.starts == [0, 2, 4, 5])
    #expect(form.matrix.rows == [0, 1, 0, 2, 2])
    #expect(form.matrix.values == [1, 1, 1, -1, 1])
  }

  @Test func namesWithBlanksNeedFixedFormat() throws {
    let form = try Self.read(
      """
      NAME          BLANKS
      ROWS
       N  OB 1
       L  R  1
       G  1 2 3
      COLUMNS
          X 1       R  1               2.0   1 2 3              3.0
          4 5       OB 1               1.0
      RHS
                    R  1               4.0
      BOUNDS
       FR           X 1
       UP BND       4 5                9.0
      ENDATA
      """)
    #expect(Array(form.rowNames) == ["R  1", "1 2 3"])
    #expect(Array(form.columnNames) == ["X 1", "4 5"])
    #expect(form.columnLower == [-.infinity, 0])
    #expect(form.columnUpper == [.infinity, 9])
    #expect(form.rowUpper == [4, .infinity])
  }
}
