// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A question about one point of a box, which can be put about another point in its place.
public protocol PointQuestion: VectorQuestion, Codable {
  /// The point asked about.
  var point: Vector { get }

  /// The question about this point.
  init(point: Vector)

  /// True when the question cannot be asked where there are several objectives.
  static var wantsOneObjective: Bool { get }

  /// What a method is told of a point that known constraints forbid by `violation` > 0: worse than every answer of an allowed
  /// point.
  static func refusal(violation: Double) -> Answer
}

extension Evaluate: PointQuestion where Point == Vector {
  public static var wantsOneObjective: Bool { true }

  /// 10¹⁰⁰(1 + violation): the further out, the worse.
  public static func refusal(violation: Double) -> Double { 1e100 * (1 + min(violation, 1e100)) }
}

extension EvaluateAll: PointQuestion where Point == Vector {
  public static var wantsOneObjective: Bool { false }

  /// The outcomes of a failed evaluation.
  public static func refusal(violation: Double) -> Outcomes { Outcomes(objectives: []) }
}

/// A question of a method that sees the point in other coordinates.
public struct Decoded<Seen: PointQuestion>: Query, Codable {
  /// The point of the space: this is what is asked about.
  public var point: Vector
  /// The point as the method sees it.
  public var coordinates: Vector

  public static var needs: String { Seen.needs }
  public var kind: String { Seen(point: point).kind }

  public func put(to oracle: Seen.Oracle) async throws -> Seen.Answer {
    try await Seen(point: point).put(to: oracle)
  }

  public func answerNow(from oracle: Seen.Oracle) throws -> Seen.Answer? {
    try Seen(point: point).answerNow(from: oracle)
  }
}

extension Decoded: VectorQuestion {
  public static var outsideName: String { Seen.outsideName }
  public var vectors: [Vector] { [point] }

  public func answer(from reply: OutsideReply) throws(ReplyMismatch) -> Seen.Answer {
    try Seen(point: point).answer(from: reply)
  }
}
