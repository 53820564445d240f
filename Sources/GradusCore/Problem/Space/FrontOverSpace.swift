// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A catalogued method that looks for a front over a box by all objectives and constraints.
public protocol FrontMethod: Catalogued
where Problem == BoxConstrained, Question == EvaluateAll<Vector>, Point == Vector {}

/// What are all objectives and constraints at x? asked by a method that sees x in other coordinates.
public struct EvaluateAllDecoded: Query, Codable {
  /// The point of the space.
  public var point: Vector
  /// The point as the method sees it.
  public var coordinates: Vector

  public static var needs: String { EvaluateAll<Vector>.needs }
  public var kind: String { "value" }

  public func put(to oracle: any VectorOracle<Vector>) async throws -> Outcomes {
    try await oracle.outcomes(at: point)
  }
}

extension EvaluateAllDecoded: VectorQuestion {
  public static var outsideName: String { EvaluateAll<Vector>.outsideName }
  public var vectors: [Vector] { [point] }

  public func answer(from reply: OutsideReply) throws(ReplyMismatch) -> Outcomes {
    try EvaluateAll(point: point).answer(from: reply)
  }
}

/// A method for several objectives over boxes at work on any search space, through the coordinates of `UnitCoordinates`:
///
///     base asks for u ∈ [0, 1]ᵐ   →   the objectives at x(u) are asked   →   base is told them
///
/// Where a known constraint forbids x(u), the base is told that the evaluation failed, and asked again. Points of the front are
/// points of the space; those that mean the same are there once.
public struct FrontOverSpace<Base: FrontMethod>: Catalogued {
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
    let coordinates = UnitCoordinates(problem.space)
    let start = problem.starts.first.map { coordinates.coordinates(of: problem.space.canonical($0)) }
    let inner = try base.start(BoxConstrained(coordinates.box, start: start), random: random)
    return State(inner: inner, problem: problem, coordinates: coordinates)
  }

  /// The base's next point that the known constraints allow.
  public func ask(_ state: inout State) -> EvaluateAllDecoded? {
    for _ in 0..<Self.patience {
      guard !state.isStuck, let question = base.ask(&state.inner) else { return nil }
      let point = state.coordinates.point(at: question.point)
      if state.problem.knownViolation(of: point) == 0 {
        return EvaluateAllDecoded(point: point, coordinates: question.point)
      }
      base.tell(&state.inner, Outcomes(objectives: []), to: question)
    }
    state.isStuck = true
    return nil
  }

  /// Tells the base the outcomes at its own coordinates.
  public func tell(_ state: inout State, _ answer: consuming Outcomes, to question: consuming EvaluateAllDecoded) {
    base.tell(&state.inner, answer, to: EvaluateAll(point: question.coordinates))
  }

  /// The report of the base, in the space.
  public func report(_ state: State) -> Report<Vector> {
    let inner = base.report(state.inner)
    var report = Report(
      point: state.coordinates.point(at: inner.point), value: inner.value, measure: inner.measure,
      claim: state.isStuck ? .failed : inner.claim)
    var seen = Set<Vector>()
    for member in inner.front {
      let point = state.coordinates.point(at: member.point)
      if seen.insert(point).inserted { report.front.append(FrontPoint(point: point, outcomes: member.outcomes)) }
    }
    return report
  }
}

extension FrontOverSpace: ParallelMethod where Base: ParallelMethod {}
