// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// What somebody outside the process says about one or more points.
public struct OutsideReply: Sendable {
  /// Objectives of each point; an empty list marks a failed evaluation.
  public var objectives: [[Double]] = []
  /// Constraints g ≤ 0 of each point.
  public var constraints: [[Double]] = []
  public var gradients: [Vector] = []
  /// Indices of the points asked together, best first.
  public var ranking: [Int]?
  /// What the evaluation of each point cost, where that was told.
  public var costs: [Double] = []

  public init() {}
}

/// A reply does not fit the question it answers.
public struct ReplyMismatch: Error, Sendable, Hashable, CustomStringConvertible {
  public var needs: String
  public init(needs: String) { self.needs = needs }
  public var description: String { "the reply does not fit the question: it needs \(needs)" }
}

/// A question about points of Rⁿ that can be asked and answered outside the process, in any language.
public protocol VectorQuestion: Query {
  /// What must be told: `value`, `gradient`, `rank` or `values`.
  static var outsideName: String { get }
  /// The points asked about; more than one only for rankings.
  var vectors: [Vector] { get }
  /// At which fidelity in (0, 1]; nil (the default): the question knows no others than the full one.
  var outsideFidelity: Double? { get }
  /// The question about this point, for answers that come unasked; nil (the default) where a question is more than its point.
  static func about(_ point: Vector) -> Self?
  /// The reply in the form that this question wants. Throws when parts are missing or have other sizes.
  func answer(from reply: OutsideReply) throws(ReplyMismatch) -> Answer
}

extension VectorQuestion {
  public var outsideFidelity: Double? { nil }
  public static func about(_ point: Vector) -> Self? { nil }
}

extension Evaluate: VectorQuestion where Point == Vector {
  public static var outsideName: String { "value" }
  public var vectors: [Vector] { [point] }

  /// The one value of the reply; NaN where the evaluation failed.
  public func answer(from reply: OutsideReply) throws(ReplyMismatch) -> Double {
    guard reply.objectives.count == 1 else { throw ReplyMismatch(needs: "one value") }
    // A failed evaluation has no value: the method hears NaN and must cope.
    return reply.objectives[0].first ?? .nan
  }
}

extension EvaluateAt: VectorQuestion where Point == Vector {
  public static var outsideName: String { "value" }
  public var vectors: [Vector] { [point] }
  public var outsideFidelity: Double? { fidelity }

  /// The value, NaN where the evaluation failed; its cost is the estimate where none was told.
  public func answer(from reply: OutsideReply) throws(ReplyMismatch) -> PricedValue {
    guard reply.objectives.count == 1 else { throw ReplyMismatch(needs: "one value") }
    return PricedValue(value: reply.objectives[0].first ?? .nan, cost: reply.costs.first ?? costEstimate)
  }
}

extension Linearize: VectorQuestion where Point == Vector {
  public static var outsideName: String { "gradient" }
  public var vectors: [Vector] { [point] }

  /// The value and the gradient of the reply.
  public func answer(from reply: OutsideReply) throws(ReplyMismatch) -> Linearization<Vector> {
    guard reply.gradients.count == 1, reply.gradients[0].count == point.count else {
      throw ReplyMismatch(needs: "a value and a gradient of \(point.count) numbers")
    }
    return Linearization(value: reply.objectives.first?.first ?? .nan, gradient: reply.gradients[0])
  }
}

extension Rank: VectorQuestion where Point == Vector {
  public static var outsideName: String { "rank" }
  public var vectors: [Vector] { points }

  /// The ranking of the reply, if it names every point once.
  public func answer(from reply: OutsideReply) throws(ReplyMismatch) -> [Int] {
    guard let ranking = reply.ranking, ranking.sorted() == Array(points.indices) else {
      throw ReplyMismatch(needs: "an order of all \(points.count) points")
    }
    return ranking
  }
}

extension EvaluateAll: VectorQuestion where Point == Vector {
  public static var outsideName: String { "values" }
  public var vectors: [Vector] { [point] }
  public static func about(_ point: Vector) -> Self? { Self(point: point) }

  /// All objectives and constraints of the one point.
  public func answer(from reply: OutsideReply) throws(ReplyMismatch) -> Outcomes {
    guard reply.objectives.count == 1 else { throw ReplyMismatch(needs: "the objectives of one point") }
    return Outcomes(objectives: reply.objectives[0], constraints: reply.constraints.first ?? [])
  }
}
