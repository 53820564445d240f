// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// What became of a trial point.
enum TrialOutcome: Sendable { case accepted, retry, failed }

extension BarrierEngine {
  /// Begins the line search along `step` (§2.3); the first trial point is ready afterwards.
  mutating func beginSearch() {
    if control.largestViolation < 0 {
      let theta = max(1, violation(c))
      control.smallViolation = 1e-4 * theta
      control.largestViolation = 1e4 * theta
    }
    search = FilterSearch()
    search.violation = violation(c)
    search.objective = barrier(f, at: v)
    search.slope = slope(along: step)
    search.largest = primalStep(step.v)
    search.alpha = search.largest
    search.least = leastStep()
    search.isTiny = isTiny
    move(search.alpha, along: step.v)
  }

  private var isTiny: Bool {
    for j in 0..<total where abs(step.v[j]) > 10 * .ulpOfOne * (1 + abs(v[j])) { return false }
    for r in c where abs(r) > 1e-4 { return false }
    return true
  }

  /// True when the step is lost in the rounding of the iterate.
  private var isIdle: Bool {
    for j in 0..<total where search.alpha * abs(step.v[j]) > .ulpOfOne * (1e-3 + abs(v[j])) { return false }
    return true
  }

  /// α_min (23).
  private func leastStep() -> Double {
    var least = rules.violationMargin
    let (theta, slope) = (search.violation, search.slope)
    if slope < 0 {
      least = min(least, rules.objectiveMargin * theta / -slope)
      if theta <= control.smallViolation {
        least = min(
          least,
          rules.switchingFactor * BarrierMath.power(theta, rules.violationPower)
            / BarrierMath.power(-slope, rules.objectivePower))
      }
    }
    return rules.leastStepFactor * least
  }

  mutating func move(_ alpha: Double, along d: [Double]) {
    for j in 0..<total { trial[j] = v[j] + alpha * d[j] }
  }

  /// Takes the values at the trial point: f as the oracle scaled it, and the rows g(x) − b.
  mutating func judgeTrial(
    objective: Double, rows g: [Double], _ layout: ProgramLayout, _ system: inout KKTSystem
  ) -> TrialOutcome {
    search.trials += 1
    residual(rows: g, at: trial, into: &trialC)
    trialF = elastic.map { $0.value(at: trial, barrier: control.barrier) } ?? objective
    let theta = violation(trialC)
    let phi = barrier(trialF, at: trial)
    guard objective.isFinite, theta.isFinite, phi.isFinite else { return shorten() }
    if search.isTiny && !search.isCorrected {
      accept()
      control.tinySteps += 1
      return .accepted
    }
    if isAcceptable(theta, phi) || isWithinNoise(theta, phi) {
      let isDescent = isSwitching && meetsArmijo(phi)
      if !isDescent {
        filter.add(
          violation: (1 - rules.violationMargin) * search.violation,
          objective: search.objective - rules.objectiveMargin * search.violation)
      }
      control.tinySteps = 0
      accept()
      return .accepted
    }
    if search.isCorrected {
      if search.corrections < rules.corrections, theta <= rules.correctionFactor * search.correctedViolation {
        search.correctedViolation = theta
        if correct(layout, &system) { return .retry }
      }
      return shorten()
    }
    if search.trials == 1, theta >= search.violation, rules.corrections > 0, m > 0 {
      search.correctedViolation = theta
      for i in 0..<m { correctedResidual[i] = c[i] }
      if correct(layout, &system) { return .retry }
    }
    return shorten()
  }

  private mutating func shorten() -> TrialOutcome {
    search.isCorrected = false
    search.alpha *= 0.5
    guard search.alpha >= search.least || search.isTiny else { return .failed }
    guard !isIdle else { return .failed }
    move(search.alpha, along: step.v)
    return .retry
  }

  /// A second-order correction (27): the rows are c̃ = αc̃ + c(trial).
  private mutating func correct(_ layout: ProgramLayout, _ system: inout KKTSystem) -> Bool {
    let alpha = search.isCorrected ? search.correctedAlpha : search.alpha
    for i in 0..<m { correctedResidual[i] = alpha * correctedResidual[i] + trialC[i] }
    if !system.isFactorized { guard factorize(&system) != nil else { return false } }
    guard solve(layout, &system, residual: correctedResidual, correcting: true) else { return false }
    search.corrections += 1
    search.isCorrected = true
    search.correctedAlpha = primalStep(corrected.v)
    move(search.correctedAlpha, along: corrected.v)
    return true
  }

  // MARK: Acceptance (18)–(20)

  private var isSwitching: Bool {
    search.slope < 0
      && search.alpha * BarrierMath.power(-search.slope, rules.objectivePower)
        > rules.switchingFactor * BarrierMath.power(search.violation, rules.violationPower)
  }

  private func meetsArmijo(_ phi: Double) -> Bool {
    Filter.isAtMost(
      phi - search.objective, rules.armijo * search.alpha * search.slope, scale: search.objective)
  }

  /// True when the model promises less than the values can show: a few such full steps are taken on trust, since near a
  /// solution a Newton step is right even where f is only noise.
  private mutating func isWithinNoise(_ theta: Double, _ phi: Double) -> Bool {
    let size = abs(search.objective)
    guard search.trials == 1, abs(search.slope) <= 1e-11 * size, abs(phi - search.objective) <= 1e-10 * size,
      theta <= max(search.violation, 1e-9), control.noisySteps < 3
    else { return false }
    control.noisySteps += 1
    return true
  }

  private func isAcceptable(_ theta: Double, _ phi: Double) -> Bool {
    guard theta <= control.largestViolation else { return false }
    if search.violation <= control.smallViolation && isSwitching {
      guard meetsArmijo(phi) else { return false }
    } else {
      guard improves(theta, phi, on: search.violation, search.objective) else { return false }
    }
    return filter.accepts(violation: theta, objective: phi)
  }

  /// Sufficient progress in one of two measures, and no jump of the objective by more than five orders of magnitude.
  func improves(_ theta: Double, _ phi: Double, on theta0: Double, _ phi0: Double, anyJump: Bool = false) -> Bool {
    if !anyJump, phi > phi0 {
      let size = abs(phi0) > 10 ? BarrierMath.log10(abs(phi0)) : 1
      if BarrierMath.log10(phi - phi0) > 5 + size { return false }
    }
    return Filter.isAtMost(theta, (1 - rules.violationMargin) * theta0, scale: theta0)
      || Filter.isAtMost(phi - phi0, -rules.objectiveMargin * theta0, scale: phi0)
  }

  // MARK: The new iterate

  private mutating func accept() {
    let alpha = search.isCorrected ? search.correctedAlpha : search.alpha
    if search.isCorrected { swap(&step, &corrected) }
    let dual = dualStep(step)
    let mu = control.barrier
    swap(&v, &trial)
    swap(&c, &trialC)
    f = trialF
    for i in 0..<m { y[i] += alpha * step.y[i] }
    for j in 0..<total {
      if lower[j] > -.infinity {
        lowerDual[j] += dual * step.lowerDual[j]
        keepSlack(j)
        let s = v[j] - lower[j]
        lowerDual[j] = max(min(lowerDual[j], rules.multiplierRange * mu / s), mu / (rules.multiplierRange * s))
      }
      if upper[j] < .infinity {
        upperDual[j] += dual * step.upperDual[j]
        keepSlack(j)
        let s = upper[j] - v[j]
        upperDual[j] = max(min(upperDual[j], rules.multiplierRange * mu / s), mu / (rules.multiplierRange * s))
      }
    }
    control.iteration += 1
    if search.largest > 0, search.alpha < search.largest {
      control.filterRejections += 1
    } else {
      control.filterRejections = 0
    }
  }

  /// A slack that rounding has eaten gets room: its bound moves a little.
  private mutating func keepSlack(_ j: Int) {
    let least = .ulpOfOne * min(1, control.barrier)
    if lower[j] > -.infinity, v[j] - lower[j] < least {
      lower[j] = min(lower[j], v[j]) - BarrierEngine.bump(lower[j])
    }
    if upper[j] < .infinity, upper[j] - v[j] < least {
      upper[j] = max(upper[j], v[j]) + BarrierEngine.bump(upper[j])
    }
  }
}
