// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Logic on variables: the linear rows allow exactly the points for which the statement is true, found by trying all.
@Suite struct LogicTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var statement: String
    var holds: @Sendable (_ x: Double, _ y: Double) -> Bool
    var testDescription: String { statement }
  }

  static let cases: [Case] = [
    Case(statement: "x >= 2 or y >= 2") { x, y in x >= 2 || y >= 2 },
    Case(statement: "x >= 2 implies y <= 1") { x, y in !(x >= 2) || y <= 1 },
    Case(statement: "not (x == 1 and y == 1)") { x, y in !(x == 1 && y == 1) },
    Case(statement: "x != y") { x, y in x != y },
    Case(statement: "not (x >= 1) or (y >= 1 and y <= 2)") { x, y in !(x >= 1) || (y >= 1 && y <= 2) },
    Case(statement: "(if x >= 2 then 1 else 0) + (if y >= 1 then 2 else 0) >= 2") { x, y in
      (x >= 2 ? 1 : 0) + (y >= 1 ? 2 : 0) >= 2
    },
    Case(statement: "(if x >= 2 then 1 else 0) + (if y >= 1 then 2 else 0) <= 1") { x, y in
      (x >= 2 ? 1 : 0) + (y >= 1 ? 2 : 0) <= 1
    },
    Case(statement: "(if x < y then 3 else 1) == 1") { x, y in !(x < y) },
    Case(statement: "(if x >= 2 then y else 0) >= 1") { x, y in (x >= 2 ? y : 0) >= 1 },
    Case(statement: "(if x == 1 or y == 3 then 2 - y else x) <= 1") { x, y in (x == 1 || y == 3 ? 2 - y : x) <= 1 },
    Case(statement: "max(x, y) <= 2") { x, y in max(x, y) <= 2 },
    Case(statement: "max(x, y, 1) >= 3") { x, y in max(x, y, 1) >= 3 },
    Case(statement: "min(x, 3 - y) >= 1") { x, y in min(x, 3 - y) >= 1 },
    Case(statement: "min(x, y) == 1") { x, y in min(x, y) == 1 },
    Case(statement: "abs(x - y) <= 1") { x, y in abs(x - y) <= 1 },
    Case(statement: "abs(x - y) >= 2") { x, y in abs(x - y) >= 2 },
    Case(statement: "2 * y - abs(x - 2) >= 3") { x, y in 2 * y - abs(x - 2) >= 3 },
    Case(statement: "x - max(x, y) + 1 >= 0") { x, y in x - max(x, y) + 1 >= 0 },
    Case(statement: "1 <= (if x >= 1 then y else 2) <= 2") { x, y in (1...2).contains(x >= 1 ? y : 2) },
    Case(statement: "x + y >= 9 or x + y <= 1") { x, y in x + y >= 9 || x + y <= 1 },
    Case(statement: "(if (if x >= 1 then 1 else 0) + y >= 2 then 1 else 0) >= 1") { x, y in (x >= 1 ? 1 : 0) + y >= 2 },
  ]

  @Test(arguments: cases)
  func sameSet(_ own: Case) throws {
    let program = try FiveElementModelTests.program(
      """
      variables:
        x: {kind: integer, lower: 0, upper: 3}
        y: {kind: integer, lower: 0, upper: 3}
      subject to:
        s: \(own.statement)

      """)
    let form = program.linear
    #expect(program.isLinear)
    for x in 0...3 {
      for y in 0...3 {
        let point = [Double(x), Double(y)]
        #expect(Self.extends(point, form) == own.holds(point[0], point[1]), "x = \(x), y = \(y)")
      }
    }
  }

  /// True when whole values of the remaining columns complete the point; all data is whole, so these are enough.
  static func extends(_ point: [Double], _ form: StandardForm) -> Bool {
    if point.count == form.variableCount {
      let rows = form.matrix.times(Vector(point)).elements
      return zip(rows, zip(form.rowLower, form.rowUpper)).allSatisfy { $0 >= $1.0 && $0 <= $1.1 }
    }
    let j = point.count
    return stride(from: form.columnLower[j], through: form.columnUpper[j], by: 1).contains {
      extends(point + [$0], form)
    }
  }

  /// Convex directions need no binary variables, and no bounds.
  @Test func convexDirections() throws {
    let program = try FiveElementModelTests.program(
      """
      variables: {x: , y: }
      minimize: abs(x - 1) + max(x, y) - min(x, 2 * y)
      subject to:
        c: max(x, y) + abs(y) <= 4
        d: min(x, y) >= -3

      """)
    #expect(program.isLinear)
    #expect(program.linear.kinds.allSatisfy { $0 == .continuous })
    #expect(
      Array(program.linear.columnNames) == [
        "x", "y", "objective.abs1", "objective.max1", "objective.min1", "c.max1", "c.abs1", "d.min1",
      ])
  }

  /// What has no bounds stays as it is, and the reader says so.
  @Test func unboundedExtremaStay() throws {
    let reading = try FiveElementModel.parse(
      text: """
        variables: {x: , y: }
        maximize: abs(x)
        subject to:
          c: x^2 <= 4
          d: sin(abs(y)) <= 1

        """)
    #expect(reading.program.objective != nil)
    #expect(
      reading.notes == [
        "the objective: abs of variables stays as it is and is not smooth",
        "d: abs of variables stays as it is and is not smooth",
      ])
  }
}
