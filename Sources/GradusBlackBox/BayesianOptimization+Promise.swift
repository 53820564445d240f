// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension BayesianOptimization {
  /// Draws of what waiting points answer: for the expected improvement, and for promises that each draw is a process of its own for.
  private static let (cheapDraws, draws) = (16, 8)

  /// What the next question maximizes. Points that wait are integrated over by draws of their answers.
  func promise(of surrogate: SearchSurrogate, _ search: AcquisitionSearch, _ s: inout State) -> any Acquisition {
    guard !surrogate.waiting.isEmpty else { return promiseAlone(of: surrogate, search, &s) }
    let stream = s.random.child("waiting")
    switch acquisition {
    case .confidenceBound, .thompson: return promiseAlone(of: surrogate, search, &s)
    case .automatic where s.problem.objectives == 1 && !s.problem.isNoisy, .expectedImprovement, .plugIn:
      guard s.problem.objectives == 1 else { break }
      return surrogate.improvement(Self.cheapDraws, onHeard: acquisition == .plugIn, random: stream)
    case .automatic, .noisyImprovement, .knowledgeGradient, .entropySearch: break
    }
    return MeanPromise(
      draws: surrogate.afterAnswers(Self.draws, random: stream).map { promiseAlone(of: $0, search, &s) })
  }

  private func promiseAlone(of surrogate: SearchSurrogate, _ search: AcquisitionSearch, _ s: inout State)
    -> any Acquisition
  {
    let constraints = surrogate.constraints
    if s.problem.objectives > 1 {
      if surrogate.front.isEmpty, !constraints.isEmpty {
        return LogExpectedImprovement(surrogate.objective, best: nil, constraints: constraints)
      }
      let improvement = LogHypervolumeImprovement(
        surrogate.objectives, front: surrogate.front, reference: surrogate.reference)
      return WithConstraints(improvement, constraints)
    }
    let process = surrogate.objective
    guard let best = surrogate.best else {
      return LogExpectedImprovement(process, best: nil, constraints: constraints)
    }
    switch acquisition {
    case .automatic where s.problem.isNoisy, .noisyImprovement:
      return WithConstraints(
        LogKnowledgeGradient(process, among: answered(surrogate, s, 100) + surrogate.waiting), constraints)
    case .automatic, .expectedImprovement:
      return LogExpectedImprovement(process, best: best, constraints: constraints)
    case .plugIn:
      return LogExpectedImprovement(process, best: surrogate.leastHeard, constraints: constraints)
    case .knowledgeGradient:
      let mean = WithConstraints(ConfidenceBound(process, exploration: 0), constraints, weight: scale(of: process))
      var minimizer = search
      minimizer.places.taken = []
      var places = answered(surrogate, s, 50) + surrogate.waiting
      if let lowest = minimizer.best(mean, random: &s.random) { places.append(s.inputs.inputs(of: lowest.point)) }
      places += spread(s, 50)
      return WithConstraints(LogKnowledgeGradient(process, among: places), constraints)
    case .entropySearch:
      let entropy = MaxValueEntropy(process, at: answered(surrogate, s, 50) + spread(s, 500), random: &s.random)
      return WithConstraints(LogarithmOf(entropy), constraints)
    case .confidenceBound:
      return WithConstraints(ConfidenceBound(process), constraints, weight: scale(of: process))
    case .thompson:
      let path = PosteriorPath(of: process, choices: s.inputs.choiceCounts, random: &s.random)
      return WithConstraints(path, constraints, weight: scale(of: process))
    }
  }

  private func scale(of process: GaussianProcess) -> Double { process.variance.squareRoot() }

  /// Inputs of the answers that keep the constraints, those with the least posterior means.
  private func answered(_ surrogate: SearchSurrogate, _ s: State, _ most: Int) -> [Vector] {
    let feasible = s.history.points.indices.filter { s.history.isFeasible($0) }.map { s.history.inputs[$0] }
    guard feasible.count > most else { return feasible }
    let means = surrogate.objective.posteriors(at: feasible).map(\.mean)
    let order = means.indices.sorted { means[$0] == means[$1] ? $0 < $1 : means[$0] < means[$1] }
    return order.prefix(most).map { feasible[$0] }
  }

  /// Inputs of points all over the space.
  private func spread(_ s: State, _ count: Int) -> [Vector] {
    var random = s.random.child("spread")
    return (0..<count).map { _ in s.inputs.inputs(of: s.problem.space.sample(&random)) }
  }
}

/// The logarithm of a promise that is positive, kept finite where it vanishes.
struct LogarithmOf<Base: Acquisition>: Acquisition {
  let base: Base
  init(_ base: Base) { self.base = base }

  func value(at x: Vector) -> Double { logarithm(base.value(at: x)) }

  func values(at points: [Vector]) -> [Double] { base.values(at: points).map { logarithm($0) } }

  func linearized(at x: Vector) -> (value: Double, gradient: Vector) {
    let found = base.linearized(at: x)
    let divisor = max(found.value, 1e-300)
    return (logarithm(found.value), Vector(found.gradient.elements.map { $0 / divisor }))
  }

  private func logarithm(_ x: Double) -> Double { log(max(x, 1e-300)) }
}

extension BayesianOptimization.State {
  /// What nothing dominates, and the point of it that is nearest to the best of each objective, in units of their ranges.
  var frontReport: Report<Vector> {
    let members = history.front
    let rows = members.map { i in history.objectives.map { $0[i] } }
    let ranges = history.objectives.indices.map { k -> (low: Double, width: Double) in
      let own = rows.map { $0[k] }
      let (low, high) = (own.min() ?? 0, own.max() ?? 0)
      return (low, high > low ? high - low : 1)
    }
    let distances = rows.map { row in
      zip(row, ranges).reduce(0) { $0 + (($1.0 - $1.1.low) / $1.1.width) * (($1.0 - $1.1.low) / $1.1.width) }
    }
    let knee = distances.indices.min { distances[$0] < distances[$1] }
    let fallback = history.best?.point ?? problem.starts.first ?? problem.space.middle
    var report = Report(point: knee.map { history.points[members[$0]] } ?? fallback, claim: search.claim)
    report.front = zip(members, rows).map { i, row in
      FrontPoint(
        point: history.points[i], outcomes: Outcomes(objectives: row, constraints: history.constraints.map { $0[i] }))
    }
    return report
  }
}
