// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension AutomaticSearch {
  /// Decides what the run begins with.
  func begin(_ s: inout State, at u: [Double]) {
    let n = s.free.count
    if noisy {
      s.reasons.append("values are noisy: differences would measure the noise, so CMA-ES searches alone")
      return beginEvolution(&s)
    }
    if parallel > 1 {
      s.reasons.append("\(parallel) evaluations at the same time: CMA-ES hands out whole generations")
      return beginEvolution(&s)
    }
    if budget > 0, budget < 2 * n + 2 {
      s.reasons.append("a budget of \(budget) does not pay for one slope of \(n) coordinates: CMA-ES searches alone")
      return beginEvolution(&s)
    }
    if n > Self.mostForDescent {
      s.reasons.append("\(n) coordinates: CMA-ES with a diagonal covariance")
      return beginEvolution(&s)
    }
    if n > Self.mostForModel {
      s.reasons.append("\(n) coordinates are too many for a quadratic model: descent by differences first")
      s.stage = .landing(s.box.point(at: u))
      return
    }
    s.reasons.append("exact values: a quadratic model of \(2 * n + 1) points first")
    s.model = modelMethod.start(s.box, s.best, at: u, radius: radius)
  }

  // MARK: The model

  func hearModel(_ s: inout State, _ value: Double, _ question: Evaluate<Vector>) {
    guard var inner = s.model else { return }
    s.model = nil
    var surprise = 0.0
    if case .step = inner.phase, let model = inner.model {
      surprise = abs((value - model.values[model.best]) / inner.foretold - 1)
    }
    modelMethod.tell(&inner, value, to: question)
    s.model = inner
    if s.free.isEmpty {
      s.claim = s.best.value == nil ? .failed : .exhausted
      s.stage = .ended
      return
    }
    if inner.claim != nil {
      s.reasons.append("the model has converged: CMA-ES looks for better places")
      return beginEvolution(&s)
    }
    guard let isSum = s.isSum else {
      if case .step = inner.phase { combine(&s, inner) }
      return
    }
    if isSum, surprise > 0.02 { return beginAxes(&s) }
    let n = Double(s.free.count)
    if !isSum, Double(inner.asked) - 2 * n - 1 >= trust * n { beginDescent(&s) }
  }

  /// Asks about the best of every axis at once.
  private func combine(_ s: inout State, _ inner: ModelTrustRegion.State) {
    let n = s.free.count
    guard inner.lower.allSatisfy(\.isFinite), inner.upper.allSatisfy(\.isFinite) else {
      s.isSum = false
      return
    }
    var x = inner.origin
    var foretold = inner.heard[0]
    for i in 0..<n {
      let (a, b) = (inner.heard[1 + i], inner.heard[1 + n + i])
      x[i] += a <= b ? inner.steps[i] : inner.others[i]
      foretold += min(a, b) - inner.heard[0]
    }
    s.stage = .combination(point(s, x), foretold: foretold)
  }

  func hearCombination(_ s: inout State, _ value: Double, _ foretold: Double) {
    let change = abs(value - (s.model?.heard[0] ?? 0))
    s.isSum = value.isFinite && abs(value - foretold) <= 1e-9 * max(change, 1e-6)
    s.baseValue = value
    s.stage = .model
  }

  // MARK: Axes

  /// How small a gain is looked for relative to the values seen, and how much more curvature than the best place has may
  /// hide one.
  private static let levels: [(gain: Double, caution: Double)] = [
    (1e-3, 0.7), (1e-6, 0.7), (0, 0.7), (0, 1.4), (0, 2.8), (0, 5.6), (0, 11), (0, 22), (0, 45),
  ]

  private func beginAxes(_ s: inout State) {
    guard let inner = s.model else { return }
    let n = s.free.count
    s.reasons.append("the function is a sum over its coordinates: each is searched for itself")
    s.axes = (0..<n).map { i in
      var axis = AxisSearch(lower: inner.lower[i], upper: inner.upper[i])
      axis.hear(inner.heard[0], at: inner.origin[i])
      axis.hear(inner.heard[1 + i], at: inner.origin[i] + inner.steps[i])
      axis.hear(inner.heard[1 + n + i], at: inner.origin[i] + inner.others[i])
      return axis
    }
    // The combination: along each axis the better end, even where the middle is better still.
    s.base = (0..<n).map { i in
      inner.origin[i] + (inner.heard[1 + i] <= inner.heard[1 + n + i] ? inner.steps[i] : inner.others[i])
    }
    for i in 0..<n where s.axes[i].bestPlace != s.base[i] {
      s.baseValue += s.axes[i].bestValue - min(inner.heard[1 + i], inner.heard[1 + n + i])
      s.base[i] = s.axes[i].bestPlace
    }
    s.level = 0
    nextAxis(&s, from: 0)
  }

  private func nextAxis(_ s: inout State, from first: Int) {
    var i = first
    while true {
      if i >= s.axes.count {
        i = 0
        s.level += 1
      }
      let spent = s.axes.reduce(0) { $0 + $1.count }
      guard s.level < Self.levels.count, spent <= axis * s.axes.count else {
        s.reasons.append("the axes promise nothing more: CMA-ES looks elsewhere")
        return beginEvolution(&s)
      }
      let range = s.axes.reduce(0) { max($0, $1.range) }
      let level = Self.levels[s.level]
      s.axes[i].caution = level.caution
      if let place = s.axes[i].next(gain: max(level.gain * range, 1e-11), most: 2 * axis) {
        s.stage = .axis(i, place: place)
        return
      }
      i += 1
    }
  }

  func hearAxis(_ s: inout State, _ value: Double, _ i: Int, _ place: Double) {
    s.axes[i].hear(value - s.baseValue + s.axes[i].bestValue, at: place)
    if value < s.baseValue {
      s.baseValue = value
      s.base[i] = place
    }
    nextAxis(&s, from: i)
  }

  // MARK: Descents

  private func beginDescent(_ s: inout State) {
    guard let inner = s.model, let model = inner.model else { return beginEvolution(&s) }
    s.reasons.append("the model is not yet right: quasi-Newton descent by differences from its best point")
    let curvature = s.free.indices.map { model.diagonal($0) }
    let most = max(curvature.max() ?? 0, 1e-12)
    s.descent = DifferenceDescent(
      at: model.center, value: model.values[model.best], lower: inner.lower, upper: inner.upper,
      inverses: curvature.map { 1 / max($0, 1e-3 * most) })
    s.model = nil
    s.stage = .descent
  }

  func hearLanding(_ s: inout State, _ value: Double, _ point: Vector) {
    s.descentSpent += 1
    let u = s.box.coordinates(of: point).elements
    guard value.isFinite else {
      s.isFirstDescent = false
      return s.evolution == nil ? beginEvolution(&s) : (s.stage = .evolution)
    }
    s.fixed = u
    s.descent = DifferenceDescent(
      at: s.free.map { u[$0] }, value: value, lower: s.free.map { s.box.lower[$0] },
      upper: s.free.map { s.box.upper[$0] }, inverses: s.free.map { _ in 1e-4 })
    s.stage = .descent
  }

  func hearDescent(_ s: inout State, _ value: Double) {
    s.descentSpent += 1
    s.descent?.hear(value)
    if s.descent?.isOver ?? true {
      s.descent = nil
      if s.isFirstDescent { s.reasons.append("the descent has converged: CMA-ES looks for better places") }
      s.isFirstDescent = false
      if s.evolution == nil { beginEvolution(&s) } else { s.stage = .evolution }
    } else if s.isFirstDescent, s.descentSpent > max(Int(descent * Double(s.free.count)), s.evolutionSpent) {
      if s.evolution == nil {
        s.reasons.append("the descent takes long: CMA-ES from its best point shares the evaluations")
        beginEvolution(&s)
      } else {
        s.stage = .evolution
      }
    }
  }

  // MARK: CMA-ES

  func beginEvolution(_ s: inout State) {
    s.model = nil
    s.axes = []
    let method = evolution(s)
    let u = s.box.coordinates(of: s.best.point)
    let distribution = SearchDistribution(mean: u, sigma: sigma, diagonal: method.separable)
    s.evolution = method.start(s.box, s.best, distribution, random: s.random.child("evolution"))
    s.stage = .evolution
    if s.box.dimension == 0 { s.claim = .exhausted }
  }

  func hearEvolution(_ s: inout State, _ value: Double, _ question: Evaluate<Vector>) {
    guard var inner = s.evolution else { return }
    s.evolution = nil
    evolution(s).tell(&inner, value, to: question)
    s.evolutionSpent += 1
    if value.isFinite { s.evolutionBest = min(value, s.evolutionBest ?? value) }
    let isBetween = inner.generation.asked == 0
    s.evolution = inner
    if let claim = inner.claim {
      s.claim = claim
      s.stage = .ended
    } else if isBetween, !noisy, parallel == 1 {
      share(&s)
    }
  }

  /// Between two generations: whether a descent goes on or begins.
  private func share(_ s: inout State) {
    if let other = s.descent, s.isFirstDescent {
      if let found = s.evolutionBest, found < other.value {
        s.reasons.append("CMA-ES has overtaken the descent, which is given up")
        s.descent = nil
        s.isFirstDescent = false
        s.descentSpent = 0
      } else if s.descentSpent < s.evolutionSpent {
        s.stage = .descent
      }
    } else if s.free.count <= Self.mostForDescent,
      Double(s.descentSpent) < min(0.2, locals / Double(max(1, s.free.count)))
        * Double(s.evolutionSpent + s.descentSpent)
    {
      s.stage = .landing(s.box.point(at: s.box.sample(&s.random).elements))
    }
  }
}
