// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// The least that the tasks from k on can cost, whatever was chosen before.
///
///     c_λ = cost − λ ln success,   g_λ = min (c_λ + w_t time) − min c_λ ≥ 0
///     objective ≥ max_λ [ Σ_{i≥k} min c_λ + λ (ln floor − Σ_{i<k} ln success) + max over paths P of tasks ≥ k:  w_t start(P) + Σ_P g_λ ]
///
/// for λ ≥ 0 on a grid, as T is at least every path; start(P) is when the task is done that P begins behind, 0 for none. For tasks one
/// after the other without a floor the bound is the least cost itself.
struct WorkCompletion: Sendable {
  private let multipliers: [Double]
  /// By multiplier and k: Σ min c_λ.
  private let least: [[Double]]
  /// By multiplier, k and place in `open[k]`: the largest Σ g_λ of a path behind that task, through tasks from k on alone: of those that
  /// are decided the costs are counted as they are.
  private let behind: [[[Double]]]
  /// By multiplier and k: that of a path among what is left.
  private let paths: [[Double]]
  /// By k: the largest Σ ln success of what is left.
  private let best: [Double]
  private let logFloor: Double
  private let weight: Double
  /// By task: the longest path of least times behind it, its own time not included.
  let tail: [Double]
  /// By k: tasks before k that one from k on waits for.
  let open: [[Int]]

  init(_ graph: WorkGraph) {
    let count = graph.tasks.count
    logFloor = graph.logFloor
    let weight = graph.weights.time
    self.weight = weight
    let costs = graph.tasks.map { $0.alternatives.map(graph.cost(of:)) }
    let logs = graph.tasks.map { $0.alternatives.map { VectorMath.log($0.success) } }
    let times = graph.tasks.map { $0.alternatives.map(\.time) }
    func spread(_ values: [[Double]]) -> Double {
      values.reduce(0) { $0 + ($1.max() ?? 0) - ($1.min() ?? 0) }
    }
    let scale = spread(logs) > 0 ? (spread(costs) + weight * spread(times)) / spread(logs) : 0
    let hasFloor = logFloor > -.infinity && scale > 0
    multipliers = hasFloor ? [0] + (-6...6).map { scale * Double(sign: .plus, exponent: $0, significand: 1) } : [0]
    let open = (0...count).map { k in Set(graph.tasks[k...].flatMap(\.after)).filter { $0 < k }.sorted() }
    var (least, behind, paths): ([[Double]], [[[Double]]], [[Double]]) = ([], [], [])
    for multiplier in multipliers {
      let all = (0..<count).map { k in zip(costs[k], logs[k]).map { $0 - multiplier * $1 } }
      let low = all.map { $0.min() ?? 0 }
      let gains = (0..<count).map { k in (zip(all[k], times[k]).map { $0 + weight * $1 }.min() ?? 0) - low[k] }
      least.append(Self.sums(low))
      let (after, path) = Self.paths(graph, gains)
      behind.append(
        open.enumerated().map { k, tasks in
          tasks.map { task in
            (k..<count).reduce(0) { graph.tasks[$1].after.contains(task) ? max($0, gains[$1] + after[$1]) : $0 }
          }
        })
      paths.append(path)
    }
    (self.least, self.behind, self.paths) = (least, behind, paths)
    best = Self.sums(logs.map { $0.max() ?? 0 })
    tail = Self.paths(graph, times.map { $0.min() ?? 0 }).behind
    self.open = open
  }

  /// Longest paths behind each task, and among the tasks from each place on.
  private static func paths(_ graph: WorkGraph, _ lengths: [Double]) -> (behind: [Double], among: [Double]) {
    var behind = [Double](repeating: 0, count: lengths.count)
    var among = [Double](repeating: 0, count: lengths.count + 1)
    for k in lengths.indices.reversed() {
      let own = lengths[k] + behind[k]
      for other in graph.tasks[k].after { behind[other] = max(behind[other], own) }
      among[k] = max(among[k + 1], own)
    }
    return (behind, among)
  }

  /// Sums from each place to the end.
  private static func sums(_ values: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: values.count + 1)
    for k in values.indices.reversed() { sums[k] = sums[k + 1] + values[k] }
    return sums
  }

  /// The largest Σ ln success that can be reached.
  func reach(_ k: Int, quality: Double) -> Double { quality + best[k] }

  /// The objective at least, of what costs `cost` before task k beside its time. `time`: T at least; `finish`: when a task of `open[k]`
  /// is done, by its place there.
  func bound(_ k: Int, cost: Double, quality: Double, time: Double, finish: (Int) -> Double) -> Double {
    var bound = -Double.infinity
    for j in multipliers.indices {
      var path = max(weight * time, paths[j][k])
      for place in open[k].indices { path = max(path, weight * finish(place) + behind[j][k][place]) }
      let slack = j == 0 ? 0 : multipliers[j] * (logFloor - quality)
      bound = max(bound, least[j][k] + slack + path)
    }
    return cost + bound
  }
}
