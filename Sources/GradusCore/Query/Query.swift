// SPDX-License-Identifier: Apache-2.0

/// One question a method puts to the oracle of its problem.
///
/// A query says what it asks, who can answer, and what an answer looks like.
/// A new kind of oracle is one new file: a capability and the query put to it.
public protocol Query: Sendable {
  /// Usually an existential such as `any FirstOrderOracle<Point>`.
  associatedtype Oracle: Sendable
  /// What comes back.
  associatedtype Answer: Sendable

  /// What the oracle must be able to tell, in words for messages.
  static var needs: String { get }

  /// Under which name it is counted.
  var kind: String { get }

  /// The answer of this oracle, awaited. Throws when the oracle fails; the same question may then be put again.
  func put(to oracle: Oracle) async throws -> Answer

  /// The answer without waiting, or nil when this oracle can only be awaited: the fast path of the loop.
  func answerNow(from oracle: Oracle) throws -> Answer?

  /// What asking may cost at most, in the unit of the budget (money, tokens, core seconds); 0 when asking is free.
  var costEstimate: Double { get }

  /// What the answer did cost.
  func cost(of answer: borrowing Answer) -> Double
}

extension Query {
  /// Not without waiting.
  @inlinable
  public func answerNow(from oracle: Oracle) throws -> Answer? { nil }
  /// Free.
  @inlinable
  public var costEstimate: Double { 0 }
  /// Nothing.
  @inlinable
  public func cost(of answer: borrowing Answer) -> Double { 0 }
}
