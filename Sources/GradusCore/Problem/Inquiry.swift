// SPDX-License-Identifier: Apache-2.0

/// The questions of a judge: put to the undecorated oracle, counted as `judge …`, journaled like any other.
public final class Inquiry {
  /// How many questions may be asked.
  public let limit: Int
  public private(set) var asked = 0
  private let oracle: (any Sendable)?
  private let counted: (String) -> Void
  private let notebook: Notebook?

  init(
    oracle: (any Sendable)?, limit: Int, notebook: Notebook? = nil, counted: @escaping (String) -> Void = { _ in }
  ) {
    self.oracle = oracle
    self.limit = limit
    self.notebook = notebook
    self.counted = counted
  }

  /// An inquiry of its own, outside any run: for verifying a stored answer.
  public convenience init(asking oracle: (any Sendable)?, limit: Int = .max) {
    self.init(oracle: oracle, limit: limit, notebook: nil)
  }

  /// How many more questions may be asked.
  public var remaining: Int { limit - asked }

  /// True when the oracle can answer questions of this kind.
  public func canAsk<Q: Query>(_ type: Q.Type) -> Bool { oracle is Q.Oracle }

  /// The answer, or nil when the oracle cannot tell or the reserve is spent.
  public func ask<Q: Query>(_ question: Q) async throws -> Q.Answer? {
    guard asked < limit, let oracle = oracle as? Q.Oracle else { return nil }
    asked += 1
    counted("judge \(question.kind)")
    if let recorded = try notebook?.replayedJudgement(Q.Answer.self) { return recorded }
    let answer = try await question.put(to: oracle)
    try notebook?.judged(answer)
    return answer
  }
}
