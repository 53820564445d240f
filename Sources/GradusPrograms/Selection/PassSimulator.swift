// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Draws matrices of results whose truth is known: the model that B4 assumes. A double; of real solutions it proves nothing.
///
///     solution right with x, test right with y; a wrong solution passes a wrong test with `zero`, a right one with `one`
///
/// Only draws with at least one right solution are given out: else nothing can be chosen.
public struct PassSimulator: Sendable, Hashable, Codable {
  public var x: Double
  public var y: Double
  public var zero: Double
  public var one: Double
  public var solutions: Int
  public var tests: Int

  public init(x: Double, y: Double, zero: Double, one: Double, solutions: Int, tests: Int) {
    precondition(x > 0 && solutions > 0 && tests > 0, "there are solutions, of which some are right, and tests")
    (self.x, self.y, self.zero, self.one, self.solutions, self.tests) = (x, y, zero, one, solutions, tests)
  }

  /// A matrix, and which solutions are right.
  public func draw(_ stream: inout RandomStream) -> (matrix: PassMatrix, isRight: [Bool]) {
    var isRight: [Bool]
    repeat { isRight = (0..<solutions).map { _ in stream.uniform() < x } } while !isRight.contains(true)
    let isValid = (0..<tests).map { _ in stream.uniform() < y }
    let rows = isRight.map { right in
      isValid.map { valid in right ? valid : stream.uniform() < (valid ? one : zero) }
    }
    return (PassMatrix(rows), isRight)
  }

  /// How likely a rule chooses a right solution, over `draws` matrices; of equal scores each is chosen as likely as the others.
  public func success(_ rule: SelectionRule, draws: Int, _ random: RandomStream) -> Double {
    var total = 0.0
    for k in 0..<draws {
      var stream = random.child("draw", k)
      let (matrix, isRight) = draw(&stream)
      let best = rule.best(matrix)
      total += Double(best.count { isRight[$0] }) / Double(best.count)
    }
    return total / Double(draws)
  }
}
