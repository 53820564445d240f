// SPDX-License-Identifier: Apache-2.0

/// What a solved puzzle teaches: which rules stood under which, and what type its answer had.
public struct PuzzleLesson: Sendable, Hashable, Codable {
  public var type: String
  public var pairs: [MiniEnumerator.Pair]

  public init(type: MiniType, pairs: [MiniEnumerator.Pair]) {
    self.type = type.description
    self.pairs = pairs
  }

  /// Costs of the rules of a puzzle from lessons. A lesson of another type of answer counts less: the type is the feature that the model
  /// looks at.
  static func costs(
    _ lessons: [PuzzleLesson], _ puzzle: Puzzle, numbers: [Int], kinds: [Int], smoothing: Double, otherType: Double
  ) -> MiniRuleCosts {
    guard !lessons.isEmpty else { return MiniRuleCosts(uniform: numbers.count) }
    let own = puzzle.type.description
    let weighted = lessons.flatMap { lesson in
      lesson.pairs.map { (parent: $0.parent, child: $0.child, weight: lesson.type == own ? 1 : otherType) }
    }
    return MiniRuleCosts(kinds.count, weighted: weighted, kinds: kinds, smoothing: smoothing).restricted(to: numbers)
  }
}
