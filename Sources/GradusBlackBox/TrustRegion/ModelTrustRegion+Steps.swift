// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension ModelTrustRegion {
  /// Finds the next step that is worth a question, reducing ρ on the way.
  func advance(_ s: inout State) {
    while true {
      guard var model = s.model else { return }
      s.model = nil
      rebaseIfFar(&model, s)
      let center = model.center
      let slope = model.slope
      let lower = center.indices.map { s.lower[$0] - center[$0] }
      let upper = center.indices.map { s.upper[$0] - center[$0] }
      let trust = BoxTrustStep(slope: slope, lower: lower, upper: upper, radius: s.delta) {
        model.multiply($0, into: &$1)
      }
      s.leastCurvature = trust.leastCurvature
      let norm = trust.step.reduce(0) { $0 + $1 * $1 }.squareRoot()
      s.length = min(s.delta, norm)
      guard norm.isFinite else {
        s.model = model
        return rescue(&s)
      }
      if s.length >= 0.5 * s.rho {
        s.streak += 1
        s.move = trust.step
        s.foretold = model.change(trust.step, slope: slope)
        s.model = model
        if s.foretold < 0 {
          s.phase = .step
          return
        }
        // Nothing but rounding is left of the model.
        s.length = 0
      } else {
        s.model = model
      }
      s.streak = -1
      let isExact = s.asked > s.markedAt + 2 && isRight(s, model, trust.slope, center, trust.step)
      if !isExact, mend(&s, beyond: 10 * s.rho) { return }
      if !reduce(&s) { return }
    }
  }

  /// The base follows the best point: offsets that are long beside Δ lose digits in their fourth powers.
  private func rebaseIfFar(_ model: inout InterpolationModel, _ s: State) {
    let far = model.offset(model.best).reduce(0) { $0 + $1 * $1 }
    if far > 1e3 * s.delta * s.delta { model.rebase() }
  }

  /// Whether the last errors are what second derivatives at the scale of ρ would explain, so that ρ may fall at once.
  private func isRight(
    _ s: State, _ model: InterpolationModel, _ slope: [Double], _ center: [Double], _ move: [Double]
  ) -> Bool {
    let most = s.errors.max() ?? .infinity
    let square = 0.125 * s.rho * s.rho
    if s.leastCurvature > 0, most > square * s.leastCurvature { return false }
    let bound = most / s.rho
    for j in slope.indices {
      var test = bound
      let x = center[j] + move[j]
      if x <= s.lower[j] { test = slope[j] }
      if x >= s.upper[j] { test = -slope[j] }
      if test < bound {
        test += 0.5 * model.diagonal(j) * s.rho
        if test < bound { return false }
      }
    }
    return true
  }

  /// Replaces the farthest point when it is farther than `reach`; false when none is.
  private func mend(_ s: inout State, beyond reach: Double) -> Bool {
    guard let model = s.model else { return false }
    let center = model.offset(model.best)
    var (far, most) = (-1, reach * reach)
    for k in 0..<model.count {
      let square = model.squaredDistance(k, from: center)
      if square > most { (far, most) = (k, square) }
    }
    guard far >= 0 else { return false }
    let distance = most.squareRoot()
    if s.streak == -1 {
      s.delta = min(0.1 * s.delta, 0.5 * distance)
      if s.delta <= 1.5 * s.rho { s.delta = s.rho }
    }
    s.streak = 0
    let radius = max(min(0.1 * distance, s.delta), s.rho)
    guard let (move, _, _) = model.placement(of: far, radius: radius, lower: s.lower, upper: s.upper) else {
      rescue(&s)
      return true
    }
    s.move = move
    s.foretold = model.change(move, slope: model.slope)
    s.phase = .placement(far)
    return true
  }

  /// Lets ρ fall; false when the search has ended.
  private func reduce(_ s: inout State) -> Bool {
    let isKnown = s.asked > s.markedAt + 2 && (s.errors.max() ?? .infinity) < tolerance
    guard s.rho > final, !isKnown else {
      end(&s)
      return false
    }
    let ratio = s.rho / max(final, 1e-300)
    s.delta = 0.5 * s.rho
    s.rho = ratio <= 16 ? final : ratio <= 250 ? ratio.squareRoot() * final : 0.1 * s.rho
    s.delta = max(s.delta, s.rho)
    s.streak = 0
    s.markedAt = s.asked
    s.rescues = 0
    return true
  }

  /// A new design around the best point, where rounding has spoiled the model; the end after the third time in a row.
  private func rescue(_ s: inout State) {
    s.rescues += 1
    guard s.rescues <= 3, let model = s.model else { return end(&s) }
    s.origin = model.center
    s.model = nil
    let origin = s.origin
    for i in origin.indices { s.origin[i] = min(max(origin[i], s.lower[i]), s.upper[i]) }
    layDesign(&s)
  }

  private func remember(_ s: inout State, _ error: Double) {
    s.errors = [s.errors[1], s.errors[2], abs(error)]
    if s.length > s.rho { s.markedAt = s.asked }
  }

  func hearPlacement(_ s: inout State, _ t: Int, _ value: Double) {
    guard var model = s.model else { return }
    s.model = nil
    remember(&s, value - model.values[model.best] - s.foretold)
    var probe = model.probe(s.move)
    if !isSound(model, t, probe) {
      model.rebuild()
      s.foretold = model.change(s.move, slope: model.slope)
      probe = model.probe(s.move)
    }
    guard isSound(model, t, probe) else {
      s.model = model
      return rescue(&s)
    }
    model.replace(t, by: s.move, value: value, change: s.foretold, probe)
    repair(&model, t)
    s.model = model
    s.streak = 0
    advance(&s)
  }

  private func isSound(_ model: InterpolationModel, _ t: Int, _ probe: InterpolationModel.Probe) -> Bool {
    let (sigma, tau) = (model.denominator(t, probe), model.product(t, probe))
    return sigma.isFinite && sigma > 0.5 * tau * tau && sigma > 0
  }

  /// Inverts anew where updates have lost too many digits.
  private func repair(_ model: inout InterpolationModel, _ t: Int) {
    if model.residual(of: t) > 1e-8 { model.rebuild() }
  }

  func hearStep(_ s: inout State, _ value: Double) {
    guard var model = s.model else { return }
    s.model = nil
    let lowest = model.values[model.best]
    remember(&s, value - lowest - s.foretold)
    let ratio = (value - lowest) / s.foretold
    s.delta =
      ratio <= 0.1 ? min(0.5 * s.delta, s.length) : max(0.5 * s.delta, ratio <= 0.7 ? s.length : 2 * s.length)
    if s.delta <= 1.5 * s.rho { s.delta = s.rho }
    if !accept(&model, &s, value) {
      model.rebuild()
      s.foretold = model.change(s.move, slope: model.slope)
      guard accept(&model, &s, value) else {
        s.model = model
        return rescue(&s)
      }
    }
    relaxIfBetter(&model, &s, ratio)
    s.model = model
    if value <= lowest + 0.1 * s.foretold { return advance(&s) }
    if mend(&s, beyond: max(2 * s.delta, 10 * s.rho)) { return }
    if ratio > 0 || max(s.delta, s.length) > s.rho || reduce(&s) { advance(&s) }
  }

  /// Takes the step into the model: as one more point, or for the one whose loss costs least. False when rounding forbids.
  private func accept(_ model: inout InterpolationModel, _ s: inout State, _ value: Double) -> Bool {
    let probe = model.probe(s.move)
    let isBetter = value < model.values[model.best]
    var center = Array(model.offset(model.best))
    if isBetter {
      for i in center.indices { center[i] += s.move[i] }
    }
    let square = s.delta * s.delta
    var (chosen, score, largest) = (-1, 0.0, 0.0)
    for t in 0..<model.count where isBetter || t != model.best {
      let sigma = model.denominator(t, probe)
      let far = model.squaredDistance(t, from: center[...]) / square
      let weight = max(1, far * far)
      let tau = model.product(t, probe)
      largest = max(largest, weight * tau * tau)
      if weight * sigma > score { (chosen, score) = (t, weight * sigma) }
    }
    if model.count < model.mostPoints, probe.beta > 0 {
      model.add(s.move, value: value, change: s.foretold, probe)
      repair(&model, model.count - 1)
      return true
    }
    guard chosen >= 0, score.isFinite, score > 0.5 * largest else { return false }
    model.replace(chosen, by: s.move, value: value, change: s.foretold, probe)
    repair(&model, chosen)
    return true
  }

  /// Three bad steps in a row whose model has a much steeper slope than the interpolant of least curvature: that one is used.
  private func relaxIfBetter(_ model: inout InterpolationModel, _ s: inout State, _ ratio: Double) {
    guard ratio <= 0.1, s.delta <= s.rho * 1.5 else {
      s.relaxations = 0
      return
    }
    var other = model
    other.relax()
    let (own, least) = (projected(model, s), projected(other, s))
    s.relaxations = own < 10 * least ? 0 : s.relaxations + 1
    if s.relaxations >= 3 {
      model = other
      s.relaxations = 0
    }
  }

  private func projected(_ model: InterpolationModel, _ s: State) -> Double {
    let center = model.center
    return zip(model.slope, center.indices).reduce(0) { sum, pair in
      let (g, i) = pair
      let isHeld = (center[i] <= s.lower[i] && g >= 0) || (center[i] >= s.upper[i] && g <= 0)
      return isHeld ? sum : sum + g * g
    }
  }
}
