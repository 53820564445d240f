// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A catalogued method that looks for the minimum over a box by values.
public protocol BoxMethod: Catalogued where Problem == BoxConstrained, Question == Evaluate<Vector>, Point == Vector {}

/// What is f(x)? asked by a method that sees x in other coordinates.
public struct EvaluateDecoded: Query, Codable {
  /// The point of the space.
  public var point: Vector
  /// The point as the method sees it.
  public var coordinates: Vector

  public static var needs: String { Evaluate<Vector>.needs }
  public var kind: String { "value" }

  public func put(to oracle: any ZerothOrderOracle<Vector>) async throws -> Double {
    try await oracle.value(at: point)
  }

  public func answerNow(from oracle: any ZerothOrderOracle<Vector>) throws -> Double? {
    try oracle.immediateValue(at: point)
  }
}

extension EvaluateDecoded: VectorQuestion {
  public static var outsideName: String { Evaluate<Vector>.outsideName }
  public var vectors: [Vector] { [point] }

  public func answer(from reply: OutsideReply) throws(ReplyMismatch) -> Double {
    try Evaluate(point: point).answer(from: reply)
  }
}

/// A method for boxes at work on any search space, through the coordinates of `UnitCoordinates`:
///
///     base asks for u ∈ [0, 1]ᵐ   →   f(x(u)) is asked   →   base is told the value
///
/// Where a known constraint forbids x(u), the base is told 10¹⁰⁰(1 + v) and asked again, so that every forbidden point is
/// worse than every allowed one, and worse the further out it is.
public struct OverSpace<Base: BoxMethod>: Catalogued {
  public var base: Base

  public init() { base = Base() }
  public init(_ base: Base) { self.base = base }

  public static var card: Card { Base.card }
  public static var settings: [Setting<Self>] { Base.settings.map { Setting(lifting: $0, \.base) } }
  public static var variations: [SettingVariation] { Base.variations }

  /// The state of the base, and the problem with the map to its coordinates.
  public struct State: Sendable, Codable {
    var inner: Base.State
    let problem: SearchProblem
    let coordinates: UnitCoordinates
    /// True when the base found nothing but forbidden points.
    var isStuck = false
  }

  /// Forbidden points the base may ask for, one after the other, before the search is given up.
  private static var patience: Int { 100_000 }

  /// Begins at the first start of the problem, or wherever the base does.
  public func start(_ problem: SearchProblem, random: RandomStream) throws -> State {
    guard problem.objectives == 1 else {
      throw Unsuitable(
        method: Base.card.name, needs: "one objective", found: "\(problem.objectives) objectives",
        remedy: "Combine them into one, or choose a method for several.")
    }
    let coordinates = UnitCoordinates(problem.space)
    let start = problem.starts.first.map { coordinates.coordinates(of: problem.space.canonical($0)) }
    let inner = try base.start(BoxConstrained(coordinates.box, start: start), random: random)
    return State(inner: inner, problem: problem, coordinates: coordinates)
  }

  /// The base's next point that the known constraints allow.
  public func ask(_ state: inout State) -> EvaluateDecoded? {
    for _ in 0..<Self.patience {
      guard !state.isStuck, let question = base.ask(&state.inner) else { return nil }
      let point = state.coordinates.point(at: question.point)
      let violation = state.problem.knownViolation(of: point)
      if violation == 0 { return EvaluateDecoded(point: point, coordinates: question.point) }
      base.tell(&state.inner, Self.penalty(violation), to: question)
    }
    state.isStuck = true
    return nil
  }

  /// Worse than every value of an allowed point.
  private static func penalty(_ violation: Double) -> Double { 1e100 * (1 + min(violation, 1e100)) }

  /// Tells the base the value at its own coordinates.
  public func tell(_ state: inout State, _ answer: consuming Double, to question: consuming EvaluateDecoded) {
    base.tell(&state.inner, answer, to: Evaluate(point: question.coordinates))
  }

  /// The report of the base, in the space. The base never sees a forbidden point with a value of its own.
  public func report(_ state: State) -> Report<Vector> {
    let inner = base.report(state.inner)
    let value = inner.value.flatMap { $0 < 1e100 ? $0 : nil }
    let claim = state.isStuck ? Claim.failed : inner.claim
    return Report(
      point: state.coordinates.point(at: inner.point), value: value, measure: inner.measure, claim: claim)
  }
}

extension OverSpace: ParallelMethod where Base: ParallelMethod {}
