// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// A text and the formulation that it was told from.
struct ToldProblem: Sendable {
  var text: [Int32]
  var answer: [Int32]

  static func drawn(_ count: Int, _ random: RandomStream) -> [ToldProblem] { (0..<count).map { one($0, random) } }

  /// Those that have an optimum.
  static func solvable(_ count: Int, _ random: RandomStream, _ solver: TokenSolver) async throws -> [ToldProblem] {
    var items: [ToldProblem] = []
    var k = 0
    while items.count < count {
      let item = one(k, random)
      k += 1
      if try await solver.optimum(item.answer) != nil { items.append(item) }
    }
    return items
  }

  private static func one(_ number: Int, _ random: RandomStream) -> ToldProblem {
    var stream = random.child("problem", number)
    let problem = TokenProblem.drawn(&stream)
    return ToldProblem(text: problem.text(&stream), answer: problem.answer)
  }
}
