// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// A grid over behaviors, each cell of which keeps its best point; elites are varied into others' cells.
///
///     numbers:  x⁺ = x₁ + σε + ℓ(x₂ − x₁)ζ,   ε, ζ normal: along the line to another elite and a little beside it
///     else:     crossing and changing parameter by parameter, as in `genetic-algorithm`
///
/// Parents are drawn from a part of the elites that grew: those of cells that were new or better lately, with probability
/// `curious`, else from all. Questions are handed out `batch` at a time. Evaluations that fail fill no cell.
///
/// **Needs** values and behaviors. **Keeps** an elite for each cell that was reached.
/// **Guarantee** none.
/// **Reference** J.-B. Mouret, J. Clune, arXiv:1504.04909 (2015); V. Vassiliades, J.-B. Mouret, *Discovering the elite
/// hypervolume by leveraging interspecies correlation*, GECCO 2018, for the variation along lines.
public struct MapElites: Catalogued, ParallelMethod {
  /// Cells along each feature.
  public var cells = 50
  /// Random points to begin with.
  public var design = 100
  /// Questions of one generation.
  public var batch = 50
  /// σ, relative to the box.
  public var noise = 0.01
  /// ℓ.
  public var line = 0.2
  /// Probability that a parent is one whose cell was reached lately.
  public var curious = 0.3

  public init() {}

  public static let card = Card(
    "map-elites", "the best point of each cell of a grid over behaviors", guarantee: "none",
    reference: "Mouret & Clune 2015; Vassiliades & Mouret 2018", trials: [])

  public static let settings: [Setting<Self>] = [
    Setting("cells", \.cells, in: 1...1e4, "cells along each feature"),
    Setting("design", \.design, in: 1...1e7, "random points to begin with"),
    Setting("batch", \.batch, in: 1...1e6, "questions of one generation"),
    Setting("noise", \.noise, in: 0...10, "standard deviation beside the line to another elite"),
    Setting("line", \.line, in: 0...10, "standard deviation along that line, relative to its length"),
    Setting("curious", \.curious, in: 0...1, "probability that a parent's cell was reached lately"),
  ]

  /// The archive, and the generation being answered.
  public struct State: Sendable, Codable {
    let space: SearchSpace
    let unit: UnitCoordinates
    let variation: SpaceVariation
    var random: RandomStream
    /// What was found so far.
    public internal(set) var archive: EliteArchive
    /// Elites that were new or better in the last generation.
    var lately: [Vector] = []
    var gains: [Vector] = []
    var batch: [Vector]
    var waiting: [Bool]
    var asked = 0
    var told = 0
    let first: Vector
    var claim: Claim?
  }

  /// Begins with the starts and random points.
  public func start(_ problem: BehaviorProblem, random: RandomStream) -> State {
    let space = problem.space
    var random = random.child("variation")
    let starts = problem.starts.map { space.canonical($0) }
    let batch = starts + (0..<design).map { _ in space.sample(&random) }
    return State(
      space: space, unit: UnitCoordinates(space, categories: .index), variation: SpaceVariation(space),
      random: random,
      archive: EliteArchive(
        problem.features, cells: [Int](repeating: cells, count: problem.features.dimension)),
      batch: batch, waiting: [Bool](repeating: false, count: batch.count), first: starts.first ?? space.middle,
      claim: space.dimension == 0 ? .exhausted : nil)
  }

  /// The next point of the generation; nil while its last answers are awaited.
  public func ask(_ s: inout State) -> Behave<Vector>? {
    guard s.claim == nil, s.asked < s.batch.count else { return nil }
    s.waiting[s.asked] = true
    s.asked += 1
    return Behave(point: s.batch[s.asked - 1])
  }

  /// Puts the point into its cell; the last answer of a generation makes the next.
  public func tell(_ s: inout State, _ answer: consuming Behavior, to question: consuming Behave<Vector>) {
    let point = question.point
    guard s.claim == nil, let i = s.batch.indices.first(where: { s.waiting[$0] && s.batch[$0] == point }) else {
      return
    }
    s.waiting[i] = false
    s.told += 1
    if s.archive.insert(point, answer) != .refused { s.gains.append(point) }
    guard s.told == s.batch.count else { return }
    if !s.gains.isEmpty { (s.lately, s.gains) = (s.gains, []) }
    let next = (0..<batch).map { _ in s.archive.count == 0 ? s.space.sample(&s.random) : offspring(&s) }
    s.batch = next
    s.waiting = [Bool](repeating: false, count: next.count)
    (s.asked, s.told) = (0, 0)
  }

  /// The best elite.
  public func report(_ s: State) -> Report<Vector> {
    let best = s.archive.best
    return Report(point: best?.point ?? s.first, value: best?.value, claim: s.claim)
  }

  private func offspring(_ s: inout State) -> Vector {
    let parent: Vector
    if !s.lately.isEmpty, s.random.uniform() < curious {
      parent = s.lately[s.random.integer(below: s.lately.count)]
    } else {
      parent = s.archive.elites[s.random.integer(below: s.archive.count)].point
    }
    let other = s.archive.elites[s.random.integer(below: s.archive.count)].point
    if s.space.box != nil {
      let (a, b) = (s.unit.coordinates(of: parent), s.unit.coordinates(of: other))
      let along = line * s.random.normal()
      return s.unit.point(
        at: Vector(a.indices.map { min(max(a[$0] + noise * s.random.normal() + along * (b[$0] - a[$0]), 0), 1) }))
    }
    let child = s.random.uniform() < 0.5 ? s.variation.child(of: parent, other, spread: 5, &s.random) : parent
    return s.variation.mutant(of: child, index: 20, &s.random)
  }
}
