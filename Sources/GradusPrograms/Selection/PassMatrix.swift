// SPDX-License-Identifier: Apache-2.0

/// Which of N solutions pass which of M tests, where neither are known to be right.
public struct PassMatrix: Sendable, Hashable, Codable {
  /// Solutions with the same results on all tests.
  public struct Class: Sendable, Hashable {
    /// In rising order.
    public var members: [Int]
    /// Their result on each test.
    public var row: [Bool]
    /// Tests that they pass.
    public var passes: Int
  }

  /// By solution, then by test.
  public let rows: [[Bool]]
  public let testCount: Int

  /// Rows of one length.
  public init(_ rows: [[Bool]]) {
    testCount = rows.first?.count ?? 0
    precondition(rows.allSatisfy { $0.count == rows[0].count }, "solutions are tried on the same tests")
    self.rows = rows
  }

  /// Tries programs on the cases of a suite; one that is no program passes none.
  public init(_ solutions: [String], suite: MiniTestSuite) {
    let none = [Bool](repeating: false, count: suite.cases.count)
    self.init(solutions.map { text in (try? MiniCode(parsing: text)).map(suite.row(of:)) ?? none })
  }

  public var solutionCount: Int { rows.count }

  /// Solutions by their rows, those of the first member first.
  public var classes: [Class] {
    var numbers: [[Bool]: Int] = [:]
    var classes: [Class] = []
    for (solution, row) in rows.enumerated() {
      if let number = numbers[row] {
        classes[number].members.append(solution)
      } else {
        numbers[row] = classes.count
        classes.append(Class(members: [solution], row: row, passes: row.count { $0 }))
      }
    }
    return classes
  }
}
