// SPDX-License-Identifier: Apache-2.0

/// How many answers of one kind were told.
public struct AnswerCount: Sendable, Codable, Hashable {
  public var kind: String
  public var count: Int

  public init(kind: String, count: Int) {
    self.kind = kind
    self.count = count
  }
}

/// What a stopping rule may look at. The run keeps the history; rules keep none.
public struct RunProgress: Sendable, Codable {
  /// All answers told so far, those to judging questions included.
  public var answers = 0
  /// By kind, in the order of first occurrence; judging questions count as `judge …`.
  public var counts: [AnswerCount] = []
  /// The smallest value reported so far.
  public var value = Double.infinity
  public var bound: Double?
  public var measure: Double?
  public var answersSinceImprovement = 0
  public var elapsed = Duration.zero
  /// What the answers cost, in the unit of the budget.
  public var cost = 0.0
  /// Multiplications and additions, of methods that count them.
  public var operations: Int?
  /// What the method says of itself, once it says something final.
  public var claim: Claim?

  public init() {}

  /// Answers of one kind.
  public func answers(of kind: String) -> Int { counts.first { $0.kind == kind }?.count ?? 0 }

  /// value − bound, where both are known.
  public var gap: Double? { bound.map { value - $0 } }

  @inlinable
  mutating func count(_ kind: String) {
    answers += 1
    for i in 0..<counts.count where counts[i].kind == kind {
      counts[i].count += 1
      return
    }
    counts.append(AnswerCount(kind: kind, count: 1))
  }
}
