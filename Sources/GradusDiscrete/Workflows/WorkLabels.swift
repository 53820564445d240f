// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// The cheapest way through a graph of tasks, by labels with dominance, task after task.
///
///     label   cost, Σ ln success, and when the tasks are done that others still wait for
///     A ⊵ B   cost_A + w_t δ ≤ cost_B,  quality_A ≥ quality_B,   δ = max over these tasks of finish_A − finish_B;  δ ≤ 0 where there is a
///             deadline, δ ≥ 0 where a task is left that begins by itself
///     dropped what is dominated, what cannot keep floor or deadline, what a bound says costs more than a choice that is known
///
/// For tasks one after the other, without floor and deadline, one label is left of each task: the shortest path through layers. With
/// forks and joins labels hold as many times as tasks are waited for, so that wide graphs have many.
///
/// **Needs** the alternatives of each task, asked once. **Keeps** the labels, and where each came from.
/// **Guarantee** the least cost, or that there is no choice; the graph's judge proves it again by another search.
/// **Reference** Desrochers & Soumis, "A generalized permanent labelling algorithm for the shortest path problem with time windows"
/// (INFOR 1988).
public struct WorkLabels: OptimizationMethod {
  /// Labels of one task beyond which it gives up, with the best choice that it knows.
  public var limit = 50_000

  public init() {}

  struct Label: Sendable, Codable {
    var cost: Double
    var quality: Double
    /// When each task is done that is still waited for, in their order.
    var open: [Double]
    /// T at least.
    var time: Double
    /// The label before it, and the alternative that was added.
    var from: Int
    var way: Int
  }

  public struct State: Sendable, Codable {
    let graph: Given<WorkGraph>
    /// One more for each task that is done.
    var layers: [[Label]]
    /// The cheapest choice that is known, and its cost; nil where none is known that keeps floor and deadline.
    var best: [Int]
    var value: Double?
    var isOver = false

    /// How many labels were kept.
    public var labelCount: Int { layers.reduce(0) { $0 + $1.count } - 1 }
  }

  public func start(_ problem: WorkGraph, random: RandomStream) throws -> State {
    let (choice, value) = Self.first(problem)
    let root = Label(cost: 0, quality: 0, open: [], time: 0, from: 0, way: 0)
    return State(graph: Given(problem), layers: [[root]], best: choice, value: value)
  }

  /// The best of a few choices, each the best for every task by itself with other weights of time and quality.
  private static func first(_ graph: WorkGraph) -> (choice: [Int], value: Double?) {
    var best = (choice: [Int](repeating: 0, count: graph.tasks.count), value: Double?.none)
    let pace = max(graph.weights.time, graph.deadline < .infinity ? 1 : 0)
    for quality in [0, 0.25, 1, 4, 16, 64, 256, 1e9] {
      for time in [0, 0.5, 1, 4, 1e6] {
        let choice = graph.tasks.map { task in
          let costs = task.alternatives.map {
            graph.cost(of: $0) + time * pace * $0.time - quality * VectorMath.log($0.success)
          }
          return costs.indices.min { (costs[$0], $0) < (costs[$1], $1) } ?? 0
        }
        guard let figures = graph.figures(of: choice) else { continue }
        let value = graph.cost(of: figures)
        if graph.admits(figures), value < best.value ?? .infinity { best = (choice, value) }
        // The last one, which asks for quality above all, stands in where none is admitted.
        if best.value == nil { best.choice = choice }
      }
    }
    return best
  }

  public func ask(_ s: inout State) -> WorkQuestion? {
    s.isOver || s.layers.count > s.graph.value.tasks.count ? nil : WorkQuestion(s.layers.count - 1)
  }

  public func tell(
    _ s: inout State, _ answer: consuming [WorkGraph.Alternative], to question: consuming WorkQuestion
  ) {
    let graph = s.graph.value
    let k = question.task
    let ways = answer
    let completion = WorkCompletion(graph)
    let (before, after) = (completion.open[k], completion.open[k + 1])
    let deadline = graph.deadline + 1e-9 * max(1, graph.deadline)
    let known = s.value.map { $0 + 1e-9 * max(1, abs($0)) } ?? .infinity
    var labels: [Label] = []
    for (from, label) in s.layers[k].enumerated() {
      let start = graph.tasks[k].after.reduce(0) { latest, task in
        before.firstIndex(of: task).map { max(latest, label.open[$0]) } ?? latest
      }
      for (number, way) in ways.enumerated() {
        let end = start + way.time
        let cost = label.cost + graph.cost(of: way)
        let quality = label.quality + VectorMath.log(way.success)
        let time = max(label.time, end + completion.tail[k])
        let open = after.map { task in before.firstIndex(of: task).map { label.open[$0] } ?? end }
        let bound = completion.bound(k + 1, cost: cost, quality: quality, time: time) { open[$0] }
        // Of what costs as much as the best that is known, only rounding is kept.
        let isOpen =
          completion.reach(k + 1, quality: quality) >= graph.logFloor - 1e-9 && time <= deadline
          && bound <= known
        guard isOpen else { continue }
        labels.append(Label(cost: cost, quality: quality, open: open, time: time, from: from, way: number))
      }
    }
    let isAnchored = graph.tasks[(k + 1)...].allSatisfy { !$0.after.isEmpty }
    s.layers.append(Self.undominated(labels, graph, isAnchored: isAnchored, limit))
    let kept = s.layers[k + 1]
    if kept.isEmpty || kept.count > limit {
      s.isOver = true
    } else if k + 1 == graph.tasks.count {
      finish(&s, graph)
    }
  }

  /// Labels that no other dominates, the cheapest first; of equals the first. One more than `limit` at most.
  /// `isAnchored`: no task that is left begins by itself, so that T is earlier by as much as all these times are.
  private static func undominated(
    _ labels: [Label], _ graph: WorkGraph, isAnchored: Bool, _ limit: Int
  ) -> [Label] {
    let weight = graph.weights.time
    let isTimed = weight > 0 || graph.deadline < .infinity
    let mayTrade = graph.deadline == .infinity
    let hasFloor = graph.floor > 0
    // By cost with the time that is certain: whoever dominates stands in front.
    let order = labels.indices.sorted {
      let (a, b) = (labels[$0].cost + weight * labels[$0].time, labels[$1].cost + weight * labels[$1].time)
      return a == b ? $0 < $1 : a < b
    }
    func dominates(_ a: Label, _ b: Label) -> Bool {
      if hasFloor, a.quality < b.quality { return false }
      guard isTimed else { return a.cost <= b.cost }
      var late = a.time - b.time
      if !isAnchored { late = max(0, late) }
      for (x, y) in zip(a.open, b.open) { late = max(late, x - y) }
      return (mayTrade || late <= 0) && a.cost + weight * late <= b.cost
    }
    var kept: [Label] = []
    for k in order {
      let label = labels[k]
      if kept.contains(where: { dominates($0, label) }) { continue }
      kept.append(label)
      if kept.count > limit { break }
    }
    return kept
  }

  private func finish(_ s: inout State, _ graph: WorkGraph) {
    s.isOver = true
    let last = s.layers[graph.tasks.count]
    for start in last.indices {
      var choice: [Int] = []
      var number = start
      for layer in s.layers.dropFirst().reversed() {
        choice.append(layer[number].way)
        number = layer[number].from
      }
      choice.reverse()
      guard let figures = graph.figures(of: choice), graph.admits(figures) else { continue }
      let value = graph.cost(of: figures)
      if value < s.value ?? .infinity { (s.best, s.value) = (choice, value) }
    }
  }

  public func report(_ s: State) -> Report<[Int]> {
    var report = Report(point: s.best, value: s.value)
    guard s.isOver else { return report }
    if let last = s.layers.last, last.count > limit {
      report.claim = .exhausted
    } else if let value = s.value {
      (report.claim, report.bound) = (.optimal, value)
    } else {
      report.claim = .infeasible
    }
    return report
  }
}
