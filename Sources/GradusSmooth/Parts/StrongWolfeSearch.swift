// SPDX-License-Identifier: Apache-2.0

/// A step length along a descent direction, for φ(t) = f(x + t·d):
///
///     φ(t) ≤ φ(0) + c₁tφ'(0)   and   |φ'(t)| ≤ c₂|φ'(0)|
///
/// Keeps an interval that contains such a step, whose best end is `best`, and tries steps from cubic and quadratic
/// interpolation, safeguarded so that the interval shrinks. Where the values differ by rounding errors only, the slope
/// alone decides: (2c₁ − 1)φ'(0) ≥ φ'(t) ≥ c₂φ'(0). Values that are not finite bound the interval from above.
///
/// Ends after finitely many steps: at the latest when the interval is as short as the rounding error of its ends.
///
/// **Reference** J. J. Moré & D. J. Thuente, *Line search algorithms with guaranteed sufficient decrease*, ACM TOMS 20
/// (1994); W. W. Hager & H. Zhang, *A new conjugate gradient method with guaranteed descent*, SIAM J. Optim. 16 (2005), for
/// the rule at rounding level.
package struct StrongWolfeSearch: Sendable, Codable {
  package enum Outcome: String, Sendable, Codable {
    case searching
    /// Both conditions hold at `step`.
    case satisfied
    /// No step satisfies them within rounding errors or the allowed range.
    case stalled
  }

  /// A step with its value and slope.
  private struct Sample: Sendable, Codable {
    var step: Double
    var value: Double
    var slope: Double

    /// The sample of φ(t) + k·t.
    func tilted(_ k: Double) -> Sample { Sample(step: step, value: value + k * step, slope: slope + k) }
  }

  package private(set) var step: Double
  package private(set) var outcome = Outcome.searching
  private let origin: Sample
  private let decrease: Double
  private let curvature: Double
  private let maximum: Double
  private var best: Sample
  private var other: Sample
  private var isBracketed = false
  /// While true, the auxiliary function φ(t) − φ(0) − c₁tφ'(0) decides, which leads to sufficient decrease first.
  private var isFirstStage = true
  private var width: Double
  private var previousWidth: Double
  private var ceiling: Double
  /// How near and how far the next trial may go while there is no bracket.
  private var nearest = 0.0
  private var farthest: Double
  private var trials = 0

  package static let mostTrials = 60

  /// Begins at φ(0) = `value`, φ'(0) = `slope` < 0 with the trial step `step`.
  package init(
    value: Double, slope: Double, step: Double, decrease: Double = 1e-4, curvature: Double = 0.9,
    maximum: Double = 1e20
  ) {
    origin = Sample(step: 0, value: value, slope: slope)
    self.step = min(step, maximum)
    self.decrease = decrease
    self.curvature = curvature
    self.maximum = maximum
    best = origin
    other = origin
    width = maximum
    previousWidth = 2 * maximum
    ceiling = maximum
    farthest = 5 * self.step
    if !(slope < 0) || !(step > 0) { outcome = .stalled }
  }

  /// Takes φ and φ' at `step` in; returns the next step to try, or nil when the search is over.
  package mutating func advance(value: Double, slope: Double) -> Double? {
    guard outcome == .searching else { return nil }
    trials += 1
    let trial = Sample(step: step, value: value, slope: slope)
    guard value.isFinite, slope.isFinite else { return retreat() }
    if isAcceptable(trial) { return end(.satisfied) }
    if trials >= Self.mostTrials { return end(.stalled) }
    let line = origin.value + decrease * step * origin.slope
    if isFirstStage, value <= line, slope >= 0 { isFirstStage = false }
    if step >= ceiling, ceiling >= maximum, value <= line, slope <= decrease * origin.slope { return end(.stalled) }
    if isFirstStage, value <= best.value, value > line {
      // On the auxiliary function, whose slopes all are larger by −c₁φ'(0).
      let tilt = decrease * origin.slope
      var (a, b) = (best.tilted(-tilt), other.tilted(-tilt))
      step = update(&a, &b, trial.tilted(-tilt))
      (best, other) = (a.tilted(tilt), b.tilted(tilt))
    } else {
      var (a, b) = (best, other)
      step = update(&a, &b, trial)
      (best, other) = (a, b)
    }
    if isBracketed {
      if abs(other.step - best.step) >= 0.66 * previousWidth { step = best.step + 0.5 * (other.step - best.step) }
      previousWidth = width
      width = abs(other.step - best.step)
    }
    return confined()
  }

  /// The step within its range, or nil when there is no number left between the ends.
  private mutating func confined() -> Double? {
    if isBracketed {
      let (low, high) = (min(best.step, other.step), max(best.step, other.step))
      guard high - low > 4 * high.ulp else { return end(.stalled) }
      if !(step > low && step < high) { step = low + 0.5 * (high - low) }
    } else {
      step = min(step, ceiling)
      guard step > best.step else { return end(.stalled) }
      nearest = step + 1.1 * (step - best.step)
      farthest = min(step + 4 * (step - best.step), ceiling)
    }
    return step
  }

  /// φ is not a number at `step`: stay well below it.
  private mutating func retreat() -> Double? {
    ceiling = step
    if isBracketed, abs(other.step - best.step) <= 4 * best.step.ulp { return end(.stalled) }
    let next = best.step + 0.2 * (step - best.step)
    guard trials < Self.mostTrials, next > best.step, next < step else { return end(.stalled) }
    step = next
    farthest = min(farthest, ceiling)
    return step
  }

  private mutating func end(_ outcome: Outcome) -> Double? {
    self.outcome = outcome
    return nil
  }

  private func isAcceptable(_ s: Sample) -> Bool {
    if s.value <= origin.value + decrease * s.step * origin.slope, abs(s.slope) <= -curvature * origin.slope {
      return true
    }
    let noise = 8 * max(abs(origin.value), abs(s.value)).ulp
    return s.value <= origin.value + noise && abs(s.value - origin.value) <= noise
      && s.slope >= curvature * origin.slope && s.slope <= (2 * decrease - 1) * origin.slope
  }

  /// Moves the ends of the interval and returns the next trial step; x is the best end, y the other, p the trial.
  private mutating func update(_ x: inout Sample, _ y: inout Sample, _ p: Sample) -> Double {
    let opposite = p.slope * (x.slope < 0 ? -1 : 1) < 0
    let next: Double
    if p.value > x.value {
      let cubic = Self.cubic(x, p)
      let quadratic =
        x.step + (x.slope / ((x.value - p.value) / (p.step - x.step) + x.slope)) / 2 * (p.step - x.step)
      next = abs(cubic - x.step) < abs(quadratic - x.step) ? cubic : cubic + (quadratic - cubic) / 2
      isBracketed = true
    } else if opposite {
      let (cubic, secant) = (Self.cubic(x, p), Self.secant(x, p))
      next = abs(cubic - p.step) > abs(secant - p.step) ? cubic : secant
      isBracketed = true
    } else if abs(p.slope) < abs(x.slope) {
      let (cubic, secant) = (Self.cubicBeyond(x, p, limit: farthest), Self.secant(x, p))
      if isBracketed {
        let nearer = abs(cubic - p.step) < abs(secant - p.step) ? cubic : secant
        let bound = p.step + 0.66 * (y.step - p.step)
        next = p.step > x.step ? min(bound, nearer) : max(bound, nearer)
      } else {
        let farther = abs(cubic - p.step) > abs(secant - p.step) ? cubic : secant
        next = min(max(farther, nearest), farthest)
      }
    } else if isBracketed {
      next = Self.cubic(p, y)
    } else {
      next = farthest
    }
    if p.value > x.value {
      y = p
    } else {
      if opposite { y = x }
      x = p
    }
    return next.isFinite ? next : x.step + 0.5 * (y.step - x.step)
  }

  /// The minimizer of the cubic through both values and slopes.
  private static func cubic(_ a: Sample, _ b: Sample) -> Double {
    let theta = 3 * (a.value - b.value) / (b.step - a.step) + a.slope + b.slope
    let scale = max(abs(theta), abs(a.slope), abs(b.slope))
    guard scale > 0 else { return a.step }
    let square = (theta / scale) * (theta / scale) - (a.slope / scale) * (b.slope / scale)
    let gamma = (b.step < a.step ? -scale : scale) * max(0, square).squareRoot()
    let ratio = ((gamma - a.slope) + theta) / (((gamma - a.slope) + gamma) + b.slope)
    return a.step + ratio * (b.step - a.step)
  }

  /// The minimizer of the cubic beyond `b`; `limit` where it has none there.
  private static func cubicBeyond(_ a: Sample, _ b: Sample, limit: Double) -> Double {
    let theta = 3 * (a.value - b.value) / (b.step - a.step) + a.slope + b.slope
    let scale = max(abs(theta), abs(a.slope), abs(b.slope))
    guard scale > 0 else { return limit }
    let square = (theta / scale) * (theta / scale) - (a.slope / scale) * (b.slope / scale)
    let gamma = (b.step > a.step ? -scale : scale) * max(0, square).squareRoot()
    let ratio = ((gamma - b.slope) + theta) / ((gamma + (a.slope - b.slope)) + gamma)
    if ratio < 0, gamma != 0 { return b.step + ratio * (a.step - b.step) }
    return limit
  }

  /// Where the slopes, continued linearly, vanish.
  private static func secant(_ a: Sample, _ b: Sample) -> Double {
    b.step + b.slope / (b.slope - a.slope) * (a.step - b.step)
  }
}
