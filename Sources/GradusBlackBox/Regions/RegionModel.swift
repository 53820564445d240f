// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// The processes of one region, conditioned on its own answers and on the points that wait.
struct RegionModel {
  let objective: GaussianProcess
  let constraints: [GaussianProcess]
  /// Inputs of the middle, and the box around it.
  let middle: Vector
  let box: Box
  /// Under noise: the member whose posterior mean is best.
  let bestByMean: (member: Int, mean: Double)?

  /// `values`: all values of the history as processes see them. nil where no matrix is positive definite.
  init?(
    _ method: RegionalBayesianOptimization, _ s: inout RegionalBayesianOptimization.State, region r: Int,
    values: [Double]
  ) {
    guard var center = s.regions[r].center else { return nil }
    let (history, metric) = (s.history, s.inputs.metric)
    let members = Self.nearest(to: center, limit: method.fitted, s, s.regions[r])
    let inputs = members.map { history.inputs[$0] }
    var fit = s.problem.isNoisy ? SurrogateFit.noisy : .exact
    fit.kernel = method.kernel
    fit.restarts = 0
    let heard = s.regions[r].members.count
    let refits = s.regions[r].isFitDue

    func process(_ targets: [Double], _ last: inout SurrogateFit.Parameters?) -> GaussianProcess? {
      var parameters = last
      if parameters == nil || refits {
        parameters = fit.parameters(
          for: inputs, observations: Vector(targets), metric: metric, last: last, random: &s.random)
        last = parameters
      }
      return parameters.flatMap { fit.process($0, for: inputs, observations: Vector(targets), metric: metric) }
    }
    var region = s.regions[r]
    guard var objective = process(members.map { values[$0] }, &region.objectiveFit) else {
      return nil
    }
    var constraints: [GaussianProcess] = []
    for (i, told) in history.constraints.enumerated() {
      let shrunk = ConstraintValues(told)
      let targets = members.map { shrunk(told[$0]) }
      guard let one = process(targets, &region.constraintFits[i]) else { return nil }
      constraints.append(one)
    }
    if refits { region.fittedAt = heard }
    s.regions[r] = region
    if s.problem.isNoisy {
      let feasible = members.filter { history.isFeasible($0) }
      let means = objective.posteriors(at: feasible.map { history.inputs[$0] }).map(\.mean)
      bestByMean = means.indices.min { means[$0] < means[$1] }.map { (feasible[$0], means[$0]) }
      center = bestByMean?.member ?? center
    } else {
      bestByMean = nil
    }
    for point in s.search.pending {
      let input = s.inputs.inputs(of: point)
      objective.expect(at: input)
      for i in constraints.indices { constraints[i].expect(at: input) }
    }
    middle = history.inputs[center]
    box = region.box(around: middle, metric, lengths: objective.lengths)
    self.objective = objective
    self.constraints = constraints
  }

  /// The members nearest to the middle, in the order they came.
  static func nearest(
    to center: Int, limit: Int, _ s: RegionalBayesianOptimization.State, _ region: SearchRegion
  ) -> [Int] {
    let (history, metric, members) = (s.history, s.inputs.metric, region.members)
    guard members.count > limit else { return members }
    let lengths = region.objectiveFit?.lengths ?? Vector(repeating: 1, count: metric.groupCount)
    let weights = metric.weights(lengths)
    let x = history.inputs[center]
    let squares = members.map { i in
      x.indices.reduce(0.0) { $0 + weights[$1] * metric.part($1, x[$1], history.inputs[i][$1]) }
    }
    let order = members.indices.sorted { squares[$0] == squares[$1] ? $0 < $1 : squares[$0] < squares[$1] }
    return order.prefix(limit).map { members[$0] }.sorted()
  }
}
