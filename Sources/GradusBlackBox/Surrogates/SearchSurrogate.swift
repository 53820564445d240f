// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// The processes of one question: of each objective and of each constraint, conditioned on all answers and on the points
/// that wait.
struct SearchSurrogate {
  private(set) var objectives: [GaussianProcess]
  private(set) var constraints: [GaussianProcess]
  /// y⁺ in warped values; nil where nothing keeps the constraints, or there are several objectives.
  private(set) var best: Double?
  /// The least answer heard that keeps the constraints, in warped values.
  private(set) var leastHeard: Double?
  /// Of several objectives what nothing dominates, as the processes see it.
  private(set) var front: [[Double]]
  /// Of several objectives the point up to which volume counts.
  let reference: [Double]
  /// Inputs of good points, best first.
  let incumbents: [Vector]
  /// The answer whose posterior mean is best among those that keep the constraints.
  let bestByMean: Int?
  /// The answers that keep the constraints.
  let feasible: [Int]
  let isNoisy: Bool
  /// Inputs of the points that wait, the last observations of every process.
  private(set) var waiting: [Vector] = []

  var objective: GaussianProcess { objectives[0] }

  /// Fits where `refits` says so, otherwise takes the last parameters. nil where no matrix is positive definite.
  init?(_ method: BayesianOptimization, _ s: inout BayesianOptimization.State, refits: Bool) {
    let history = s.history
    guard history.sound > 0 else { return nil }
    var fit = s.problem.isNoisy ? SurrogateFit.noisy : .exact
    fit.kernel = method.kernel
    // A restart now and then finds other explanations of the values; between them the last one is followed.
    fit.restarts = history.count % 5 == 0 || s.objectiveFits[0] == nil ? 1 : 0
    let feasible = history.points.indices.filter { history.isFeasible($0) }
    (self.feasible, isNoisy) = (feasible, s.problem.isNoisy)
    let places = Self.selection(history.objectives, limit: method.fitted)

    if history.objectives.count == 1 {
      let isWarped = method.warped && !s.problem.isNoisy
      guard
        let found = WarpedProcess(
          history.inputs, history.values, fit, metric: s.inputs.metric, among: places, isWarped: isWarped,
          last: &s.objectiveFits[0], refits: refits, random: &s.random)
      else { return nil }
      objectives = [found.process]
      let values = found.values
      leastHeard = feasible.map { values[$0] }.min()
      if s.problem.isNoisy {
        let means = found.process.fittedMeans
        bestByMean = feasible.min { means[$0] < means[$1] }
        best = bestByMean.map { means[$0] }
      } else {
        best = leastHeard
        bestByMean = feasible.min { values[$0] < values[$1] }
      }
      (front, reference) = ([], [])
      let ranked = (feasible.isEmpty ? Array(history.points.indices) : feasible).sorted {
        values[$0] == values[$1] ? $0 < $1 : values[$0] < values[$1]
      }
      incumbents = ranked.prefix(5).map { history.inputs[$0] }
    } else {
      guard let found = FrontValues(history, feasible) else { return nil }
      objectives = []
      for k in history.objectives.indices {
        let targets = history.objectives[k].map { found.shrunk($0, k) }
        let parameters = Self.parameters(
          s.objectiveFits[k], fit, history, targets, places, s.inputs.metric, refits, &s.random)
        guard
          let process = fit.process(
            parameters, for: history.inputs, observations: Vector(targets), metric: s.inputs.metric)
        else { return nil }
        s.objectiveFits[k] = parameters
        objectives.append(process)
      }
      (best, leastHeard, bestByMean) = (nil, nil, nil)
      reference = found.reference
      if s.problem.isNoisy {
        let means = objectives.map(\.fittedMeans)
        front = NonDominatedBoxes.nonDominated(feasible.map { i in means.map { $0[i] } })
      } else {
        front = found.front.map { i in history.objectives.indices.map { found.shrunk(history.objectives[$0][i], $0) } }
      }
      let good = found.front.isEmpty ? Array(history.order.prefix(5)) : found.front
      incumbents = Self.spread(good, 8).map { history.inputs[$0] }
    }

    var processes: [GaussianProcess] = []
    for i in history.constraints.indices {
      let shrunk = ConstraintValues(history.constraints[i])
      let targets = history.constraints[i].map { shrunk($0) }
      let parameters = Self.parameters(
        s.constraintFits[i], fit, history, targets, places, s.inputs.metric, refits, &s.random)
      guard
        let process = fit.process(
          parameters, for: history.inputs, observations: Vector(targets), metric: s.inputs.metric)
      else { return nil }
      s.constraintFits[i] = parameters
      processes.append(process)
    }
    constraints = processes

    for point in s.pending { expect(at: s.inputs.inputs(of: point)) }
  }

  /// Counts a point as answered with the mean, which lowers the variance there and nothing else. One that is so near to another
  /// that nothing is left to be known of it is left out.
  private mutating func expect(at input: Vector) {
    var (objectives, constraints) = (objectives, constraints)
    do {
      for k in objectives.indices {
        try objectives[k].append(input, observation: objectives[k].posterior(at: input).mean)
      }
      for i in constraints.indices {
        try constraints[i].append(input, observation: constraints[i].posterior(at: input).mean)
      }
    } catch {
      return
    }
    (self.objectives, self.constraints) = (objectives, constraints)
    waiting.append(input)
  }

  /// With the answers of one draw in place of what the points that wait are expected to be; `best` is that of one objective.
  func after(
    _ objectives: [GaussianProcess], _ constraints: [GaussianProcess], best: () -> Double?
  ) -> SearchSurrogate {
    var changed = self
    (changed.objectives, changed.constraints) = (objectives, constraints)
    if objectives.count == 1 {
      changed.best = best()
    } else {
      let means = objectives.map { isNoisy ? $0.fittedMeans : $0.observations }
      let told = constraints.map(\.observations)
      let known = objectives[0].count - waiting.count
      let kept = waiting.indices.map { known + $0 }.filter { i in told.allSatisfy { $0[i] <= 0 } }
      let old = isNoisy ? feasible.map { i in means.map { $0[i] } } : front
      changed.front = NonDominatedBoxes.nonDominated(old + kept.map { i in means.map { $0[i] } })
    }
    return changed
  }

  /// The last parameters, or new ones.
  private static func parameters(
    _ last: SurrogateFit.Parameters?, _ fit: SurrogateFit, _ history: SearchHistory, _ targets: [Double],
    _ places: [Int], _ metric: InputMetric, _ refits: Bool, _ random: inout RandomStream
  ) -> SurrogateFit.Parameters {
    if let last, !refits { return last }
    return fit.parameters(
      for: places.map { history.inputs[$0] }, observations: Vector(places.map { targets[$0] }), metric: metric,
      last: last, random: &random)
  }

  /// The half best and an even spread of the others, in the order they came; of several objectives each has its share.
  private static func selection(_ objectives: [[Double]], limit: Int) -> [Int] {
    let count = objectives[0].count
    guard count > limit else { return Array(0..<count) }
    var taken = Set<Int>()
    let half = limit / 2
    for values in objectives {
      let order = values.indices.sorted { a, b in
        let (x, y) = (values[a].isFinite ? values[a] : .infinity, values[b].isFinite ? values[b] : .infinity)
        return x == y ? a < b : x < y
      }
      taken.formUnion(order.prefix(max(1, half / objectives.count)))
    }
    let order = objectives[0].indices.filter { !taken.contains($0) }.sorted { a, b in
      let (x, y) = (objectives[0][a], objectives[0][b])
      if x.isFinite && y.isFinite { return x == y ? a < b : x < y }
      return x.isFinite == y.isFinite ? a < b : x.isFinite
    }
    let wanted = limit - taken.count
    let stride = Double(order.count) / Double(wanted)
    taken.formUnion((0..<wanted).map { order[Int(Double($0) * stride)] })
    return taken.sorted()
  }

  private static func spread(_ list: [Int], _ count: Int) -> [Int] {
    guard list.count > count else { return list }
    return (0..<count).map { list[$0 * list.count / count] }
  }
}
