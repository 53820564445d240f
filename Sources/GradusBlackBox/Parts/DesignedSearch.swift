// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// What searches keep that ask about given starts, then a design, then wherever a model of the answers promises most: what is
/// left of the starts and the design, the points that wait for an answer, and all answers, level by level where there are
/// fidelities. Without fidelities all is of level 0.
struct DesignedSearch: Sendable, Codable {
  let problem: SearchProblem
  let inputs: SpaceInputs
  /// One for each level, cheapest first.
  private(set) var histories: [SearchHistory]
  private(set) var waiting: [Place] = []
  private(set) var claim: Claim?
  /// Starts that are not yet asked about, last first.
  private var starts: [Vector]
  /// Levels of the points of the design that are not yet asked about, last first.
  private var design: [Int]
  private var sobol: SobolSequence?

  /// A point, and the level it is asked about at.
  struct Place: Sendable, Codable, Hashable {
    var point: Vector
    var level = 0
  }

  /// What is asked next.
  enum Turn {
    case start(Place)
    /// A point of the design at this level.
    case design(Int)
    /// The starts and the design are used up.
    case model
  }

  /// `design`: the levels of its points, last first. With `shift` its points are a Sobol sequence.
  init(_ problem: SearchProblem, _ inputs: SpaceInputs, levels: Int = 1, design: [Int], shift: RandomStream? = nil) {
    self.problem = problem
    self.inputs = inputs
    self.design = design
    starts = problem.starts.map { problem.space.canonical($0) }.reversed()
    histories = (0..<levels).map { _ in
      SearchHistory(objectives: problem.objectives, constraints: problem.constraints)
    }
    if var shift, inputs.dimension > 0, inputs.dimension <= SobolDirections.mostDimensions {
      sobol = SobolSequence(dimension: inputs.dimension, shift: &shift)
    }
  }

  /// The level of the full function.
  var top: Int { histories.count - 1 }
  /// Answers of the full function.
  var history: SearchHistory { histories[histories.count - 1] }
  /// Points that wait for an answer.
  var pending: [Vector] { waiting.map(\.point) }

  /// Whether the design is used up.
  var isDesigned: Bool { design.isEmpty }

  // MARK: Asking

  mutating func turn() -> Turn {
    if let start = starts.popLast(), problem.knownViolation(of: start) == 0 {
      return .start(Place(point: start, level: top))
    }
    return design.popLast().map { .design($0) } ?? .model
  }

  /// The next point of the Sobol sequence that is allowed and new.
  mutating func designed(_ level: Int) -> Place? {
    for _ in 0..<100 {
      guard let u = sobol?.next() else { break }
      let place = Place(point: inputs.point(at: u), level: level)
      if problem.knownViolation(of: place.point) == 0, !isTaken(place) { return place }
    }
    return nil
  }

  /// A random point of the full function that nobody asked about yet; under noise any. Where the space is small the last ones
  /// are found by counting.
  func fresh(_ random: inout RandomStream) -> Place? {
    for _ in 0..<200 {
      guard let point = problem.sampleAllowed(&random) else { return nil }
      let place = Place(point: point, level: top)
      if !isTaken(place) { return place }
    }
    guard let count = problem.space.pointCount, count <= 1 << 16 else { return nil }
    let left = problem.space.allPoints.first {
      problem.knownViolation(of: $0) == 0 && !isTaken(Place(point: $0, level: top))
    }
    return left.map { Place(point: $0, level: top) }
  }

  /// Whether asking would bring nothing new.
  func isTaken(_ place: Place) -> Bool {
    !problem.isNoisy && (histories[place.level].points.contains(place.point) || waiting.contains(place))
  }

  /// Points of a level that need not be asked about again; none under noise.
  func taken(_ level: Int = 0) -> Set<Vector> {
    guard !problem.isNoisy else { return [] }
    return Set(histories[level].points + waiting.filter { $0.level == level }.map(\.point))
  }

  /// Notes what is asked; without a point the search has ended once nothing waits.
  mutating func ask(about place: Place?) -> Place? {
    if let place {
      waiting.append(place)
    } else if waiting.isEmpty {
      claim = history.best == nil ? .failed : .exhausted
    }
    return place
  }

  // MARK: Hearing

  /// Keeps the answer to a place; false where nobody had asked about it.
  @discardableResult
  mutating func hear(_ answer: Outcomes, at place: Place) -> Bool {
    let asked = waiting.firstIndex(of: place)
    if let asked { waiting.remove(at: asked) }
    histories[place.level].hear(answer, at: place.point, inputs: inputs.inputs(of: place.point))
    return asked != nil
  }

  /// What somebody else tried stands for a point of the design.
  mutating func skipDesign() { _ = design.popLast() }

  /// The best answer of the full function; before there is one the best point of a cheaper level, or a start.
  var report: Report<Vector> {
    let best = history.best
    let cheap = histories.reversed().lazy.compactMap(\.best).first?.point
    return Report(
      point: best?.point ?? cheap ?? problem.starts.first ?? problem.space.middle, value: best?.value, claim: claim)
  }
}
