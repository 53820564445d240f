// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension BayesianOptimization {
  /// Whether somebody other than a process explains the answers; of several objectives only processes know volumes.
  func asksModels(_ s: State) -> Bool { surrogate != .gaussianProcess && s.problem.objectives == 1 }

  /// The most promising point by a model that knows means and variances only.
  func promisingByModel(_ s: inout State) -> Vector? {
    guard let found = models(s) else { return nil }
    let isBound = acquisition == .confidenceBound || acquisition == .automatic && surrogate == .neuralBandit
    var best = found.order.first.map { found.values[$0] }
    if s.problem.isNoisy, acquisition != .plugIn {
      let recommended = found.recommended(s.history)
      (best, s.recommended) = (recommended?.mean, recommended?.place)
    }
    var promise = ModelPromise(
      rule: isBound ? .bound : .improvement, objective: found.objective, constraints: found.constraints, best: best,
      scale: StandardValues(found.values).deviation)
    if acquisition == .automatic { promise.exploration = 1 }
    let ranked = found.order.isEmpty ? Array(s.history.order) : found.order
    let search = PromiseSearch(
      s.freePoints(), around: ranked.prefix(5).map { s.history.inputs[$0] }, sweep: candidates)
    return search.best({ promise($0) }, random: &s.random)
  }

  /// Under noise: the answer whose mean is best among those that keep the constraints.
  func recommendedByModel(_ s: State) -> Int? { models(s)?.recommended(s.history)?.place }

  private struct Models {
    var objective: any PosteriorModel
    var constraints: [any PosteriorModel]
    /// Values as the objective's model sees them.
    var values: [Double]
    /// Answers that keep the constraints, best first.
    var order: [Int]

    /// The answer whose mean is best among those that keep the constraints.
    func recommended(_ history: SearchHistory) -> (place: Int, mean: Double)? {
      let means = order.map { objective.posterior(at: history.inputs[$0]).mean }
      return means.indices.min { means[$0] < means[$1] }.map { (order[$0], means[$0]) }
    }
  }

  private func models(_ s: State) -> Models? {
    let history = s.history
    let sound = history.values.filter(\.isFinite)
    guard let worst = sound.max() else { return nil }
    let warp = ValueWarp(sound, exponent: warped && !s.problem.isNoisy && sound.count >= 5 ? 0 : 1)
    let values = history.values.map { warp($0.isFinite ? $0 : worst) }
    var random = s.random.child("models", history.count)
    var objective = model(history.inputs, values, s, &random)
    var constraints = history.constraints.map { told in
      let scale = told.filter(\.isFinite).map { abs($0) }.max() ?? 0
      // An evaluation that failed is taken to break the constraint.
      let known = told.map { $0.isFinite ? $0 : scale > 0 ? scale : 1 }
      return model(history.inputs, known, s, &random)
    }
    for point in s.pending {
      let input = s.inputs.inputs(of: point)
      objective.expect(at: input)
      for i in constraints.indices { constraints[i].expect(at: input) }
    }
    let feasible = history.points.indices.filter { history.isFeasible($0) }
    let order = feasible.sorted { values[$0] == values[$1] ? $0 < $1 : values[$0] < values[$1] }
    return Models(objective: objective, constraints: constraints, values: values, order: order)
  }

  private func model(
    _ inputs: [Vector], _ values: [Double], _ s: State, _ random: inout RandomStream
  ) -> any PosteriorModel {
    switch surrogate {
    case .neuralEnsemble:
      var rules = NeuralEnsemble.Rules()
      if s.problem.isNoisy { rules.noise = 0.3 }
      return NeuralEnsemble(inputs, values, choices: s.inputs.choiceCounts, rules: rules, random: &random)
    case .neuralBandit:
      var rules = NeuralBandit.Rules()
      if s.problem.isNoisy { rules.penalty = 0.3 }
      return NeuralBandit(inputs, values, choices: s.inputs.choiceCounts, rules: rules, random: &random)
    case .randomForest, .gaussianProcess:
      var rules = RegressionTree.Rules()
      rules.share = 5.0 / 6
      if s.problem.isNoisy { (rules.leaf, rules.split) = (2, 4) }
      return RegressionForest(inputs, values, metric: s.inputs.metric, rules: rules, random: &random)
    }
  }
}
