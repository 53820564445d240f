// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The processes of one question: of the objective and of each constraint, conditioned on all answers and on the points
/// that wait.
struct SearchSurrogate {
  private(set) var objective: GaussianProcess
  private(set) var constraints: [GaussianProcess]
  /// y⁺ in warped values; nil where nothing keeps the constraints.
  let best: Double?
  /// Inputs of good points, best first.
  let incumbents: [Vector]
  /// The answer whose posterior mean is best among those that keep the constraints.
  let bestByMean: Int?

  var acquisition: LogExpectedImprovement {
    LogExpectedImprovement(objective, best: best, constraints: constraints)
  }

  /// Fits where `refits` says so, otherwise takes the last parameters. nil where no matrix is positive definite.
  init?(_ method: BayesianOptimization, _ s: inout BayesianOptimization.State, refits: Bool) {
    let history = s.history
    let metric = s.inputs.metric
    var fit = s.problem.isNoisy ? SurrogateFit.noisy : .exact
    fit.kernel = method.kernel
    let sound = history.values.filter(\.isFinite)
    guard let worst = sound.max() else { return nil }
    let values = history.values.map { $0.isFinite ? $0 : worst }
    let places = Self.selection(values, limit: method.fitted)
    let isWarped = method.warped && !s.problem.isNoisy && sound.count >= 5

    // A restart now and then finds other explanations of the values; between them the last one is followed.
    fit.restarts = history.count % 5 == 0 || s.objectiveFit == nil ? 1 : 0
    var chosen: (warp: ValueWarp, parameters: SurrogateFit.Parameters, score: Double)?
    for exponent in isWarped ? ValueWarp.exponents : [1] {
      let warp = ValueWarp(sound, exponent: exponent)
      let targets = Vector(places.map { warp(values[$0]) })
      let points = places.map { history.inputs[$0] }
      let parameters: SurrogateFit.Parameters
      if refits || s.objectiveFit == nil {
        parameters = fit.parameters(
          for: points, observations: targets, metric: metric, last: s.objectiveFit, random: &s.random)
      } else if let last = s.objectiveFit {
        parameters = last
      } else {
        continue
      }
      let evidence = Evidence(points, targets, method.kernel, metric)
      guard let profile = evidence.profile(parameters.lengths, parameters.noiseShare) else { continue }
      let score = profile.logEvidence + places.reduce(0) { $0 + warp.logSlope(values[$1]) }
      if score > chosen?.score ?? -.infinity { chosen = (warp, parameters, score) }
    }
    guard let chosen,
      var objective = fit.process(
        chosen.parameters, for: history.inputs, observations: Vector(values.map { chosen.warp($0) }), metric: metric)
    else { return nil }
    s.objectiveFit = chosen.parameters

    var processes: [GaussianProcess] = []
    for i in history.constraints.indices {
      // Of a constraint only the sign counts: far from it distances may shrink.
      let told = history.constraints[i]
      let scale = Self.median(told.filter(\.isFinite).map { abs($0) })
      let targets = told.map { $0.isFinite ? Self.shrunk($0 / (scale > 0 ? scale : 1)) : 1 }
      let parameters: SurrogateFit.Parameters
      if let last = s.constraintFits[i], !refits {
        parameters = last
      } else {
        parameters = fit.parameters(
          for: places.map { history.inputs[$0] }, observations: Vector(places.map { targets[$0] }), metric: metric,
          last: s.constraintFits[i], random: &s.random)
      }
      guard
        let process = fit.process(
          parameters, for: history.inputs, observations: Vector(targets), metric: metric)
      else { return nil }
      s.constraintFits[i] = parameters
      processes.append(process)
    }

    let feasible = history.points.indices.filter { history.isFeasible($0) }
    if s.problem.isNoisy {
      let means = feasible.map { objective.posterior(at: history.inputs[$0]).mean }
      let place = means.indices.min { means[$0] < means[$1] }
      best = place.map { means[$0] }
      bestByMean = place.map { feasible[$0] }
    } else {
      best = feasible.map { chosen.warp(values[$0]) }.min()
      bestByMean = feasible.min { values[$0] < values[$1] }
    }
    let ranked = (feasible.isEmpty ? Array(history.points.indices) : feasible).sorted {
      values[$0] == values[$1] ? $0 < $1 : values[$0] < values[$1]
    }
    incumbents = ranked.prefix(5).map { history.inputs[$0] }

    // What waits counts as answered with the mean: it lowers the variance there and nothing else.
    for point in s.pending {
      let input = s.inputs.inputs(of: point)
      try? objective.append(input, observation: objective.posterior(at: input).mean)
      for i in processes.indices {
        try? processes[i].append(input, observation: processes[i].posterior(at: input).mean)
      }
    }
    self.objective = objective
    constraints = processes
  }

  /// The half best and an even spread of the others, in the order they came.
  private static func selection(_ values: [Double], limit: Int) -> [Int] {
    guard values.count > limit else { return Array(values.indices) }
    let order = values.indices.sorted { values[$0] == values[$1] ? $0 < $1 : values[$0] < values[$1] }
    let half = limit / 2
    let rest = order.dropFirst(half)
    let stride = Double(rest.count) / Double(limit - half)
    let spread = (0..<limit - half).map { rest[rest.startIndex + Int(Double($0) * stride)] }
    return (order.prefix(half) + spread).sorted()
  }

  private static func median(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
  }

  private static func shrunk(_ x: Double) -> Double { abs(x) <= 1 ? x : (x < 0 ? -1 : 1) * (1 + log(abs(x))) }
}
