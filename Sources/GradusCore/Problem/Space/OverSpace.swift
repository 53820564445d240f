// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A catalogued method that searches a box by questions about single points: for a minimum by values, or for a front by all
/// objectives and constraints.
public protocol BoxMethod: Catalogued where Problem == BoxConstrained, Question: PointQuestion, Point == Vector {}

/// A method for boxes at work on any search space, through the coordinates of `UnitCoordinates`:
///
///     base asks about u ∈ [0, 1]ᵐ   →   x(u) is asked about   →   base is told the answer
///
/// Where known constraints forbid x(u), the base is told a refusal, which is worse than every answer, and asked again. Points
/// of a front are points of the space; those that mean the same are there once.
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
    guard problem.objectives == 1 || !Base.Question.wantsOneObjective else {
      throw Unsuitable(
        method: Base.card.name, needs: "one objective", found: "\(problem.objectives) objectives",
        remedy: "Combine them into one, or choose a method for several.")
    }
    let coordinates = UnitCoordinates(problem.space)
    var start = problem.starts.first.map { coordinates.coordinates(of: problem.space.canonical($0)) }
    var box = coordinates.box
    // Methods need a number to ask about; where nothing may vary, it is one that may not.
    if box.dimension == 0 { (box, start) = (Box(lower: [0], upper: [0]), nil) }
    let inner = try base.start(BoxConstrained(box, start: start), random: random)
    return State(inner: inner, problem: problem, coordinates: coordinates)
  }

  /// The base's next point that the known constraints allow.
  public func ask(_ state: inout State) -> Decoded<Base.Question>? {
    for _ in 0..<Self.patience {
      guard !state.isStuck, let question = base.ask(&state.inner) else { return nil }
      let point = Self.point(state, question.point)
      let violation = state.problem.knownViolation(of: point)
      if violation == 0 { return Decoded(point: point, coordinates: question.point) }
      base.tell(&state.inner, Base.Question.refusal(violation: violation), to: question)
    }
    state.isStuck = true
    return nil
  }

  private static func point(_ state: State, _ u: Vector) -> Vector {
    state.coordinates.point(at: state.coordinates.dimension == 0 ? [] : u)
  }

  /// Tells the base the answer at its own coordinates.
  public func tell(
    _ state: inout State, _ answer: consuming Base.Question.Answer, to question: consuming Decoded<Base.Question>
  ) {
    base.tell(&state.inner, answer, to: Base.Question(point: question.coordinates))
  }

  /// The report of the base, in the space. A value from 10¹⁰⁰ on is that of a refusal, hence none.
  public func report(_ state: State) -> Report<Vector> { inSpace(base.report(state.inner), state) }

  /// The recommendation of the base, in the space.
  public func recommend(_ state: State) -> Report<Vector> { inSpace(base.recommend(state.inner), state) }

  private func inSpace(_ inner: Report<Vector>, _ state: State) -> Report<Vector> {
    var report = Report(
      point: Self.point(state, inner.point), value: inner.value.flatMap { $0 < 1e100 ? $0 : nil },
      measure: inner.measure, claim: state.isStuck ? .failed : inner.claim)
    report.reasons = inner.reasons
    var seen = Set<Vector>()
    for member in inner.front {
      let point = Self.point(state, member.point)
      if seen.insert(point).inserted { report.front.append(FrontPoint(point: point, outcomes: member.outcomes)) }
    }
    return report
  }
}

extension OverSpace: ParallelMethod where Base: ParallelMethod {}
