// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

extension InteriorPointEngine {
  /// One predictor-corrector iteration; changes nothing unless the status is running.
  mutating func step() {
    guard status == .running else { return }
    let total = n + m
    for k in 0..<total {
      scratch.theta[k] = 0
      scratch.diagonal[k] = kkt.fixedDiagonal[k]
    }
    for (p, k) in lowerList.enumerated() {
      scratch.theta[Int(k)] += iterate.lowerDual[p] / iterate.lowerSlack[p]
    }
    for (p, k) in upperList.enumerated() {
      scratch.theta[Int(k)] += iterate.upperDual[p] / iterate.upperSlack[p]
    }
    for k in 0..<n { scratch.diagonal[k] += scratch.theta[k] }
    for k in n..<total where !isFixed[k] { scratch.diagonal[k] -= 1 / scratch.theta[k] }
    guard kkt.factorize(diagonal: scratch.diagonal, shift: shift) else {
      status = .stalled
      return
    }
    for p in lowerList.indices { scratch.lowerTarget[p] = -iterate.lowerSlack[p] * iterate.lowerDual[p] }
    for p in upperList.indices { scratch.upperTarget[p] = -iterate.upperSlack[p] * iterate.upperDual[p] }
    var error = direction(rough: lowerList.count + upperList.count > 0)
    let count = lowerList.count + upperList.count
    let fraction = max(0.99, 1 - mu)
    var length: (primal: Double, dual: Double)
    if count > 0 {
      let affine = stepLengths(1)
      var inner = 0.0
      for p in lowerList.indices {
        inner +=
          (iterate.lowerSlack[p] + affine.primal * scratch.step.lowerSlack[p])
          * (iterate.lowerDual[p] + affine.dual * scratch.step.lowerDual[p])
      }
      for p in upperList.indices {
        inner +=
          (iterate.upperSlack[p] + affine.primal * scratch.step.upperSlack[p])
          * (iterate.upperDual[p] + affine.dual * scratch.step.upperDual[p])
      }
      let ratio = inner / Double(count) / mu
      let sigma = min(1, max(ratio * ratio * ratio, 1e-6))
      for p in lowerList.indices {
        scratch.lowerTarget[p] += sigma * mu - scratch.step.lowerSlack[p] * scratch.step.lowerDual[p]
      }
      for p in upperList.indices {
        scratch.upperTarget[p] += sigma * mu - scratch.step.upperSlack[p] * scratch.step.upperDual[p]
      }
      error = direction()
      length = stepLengths(fraction)
      if min(length.primal, length.dual) < 0.1 { recenter(fraction, &length) }
      centralize(max(sigma, 1e-3) * mu, fraction, &length)
    } else {
      length = stepLengths(fraction)
    }
    move(length.primal, length.dual)
    iterate.iteration += 1
    lastStep = min(length.primal, length.dual)
    evaluate()
    if !(error < 1e-2) || lastStep < 1e-9 || !mu.isFinite { status = status == .converged ? .converged : .stalled }
  }

  /// Where second-order terms block the way, a plain step towards the center: σ = ½ without them.
  mutating func recenter(_ fraction: Double, _ length: inout (primal: Double, dual: Double)) {
    for p in lowerList.indices {
      scratch.lowerTarget[p] = 0.5 * mu - iterate.lowerSlack[p] * iterate.lowerDual[p]
    }
    for p in upperList.indices {
      scratch.upperTarget[p] = 0.5 * mu - iterate.upperSlack[p] * iterate.upperDual[p]
    }
    swap(&scratch.step, &scratch.kept)
    _ = direction()
    let new = stepLengths(fraction)
    if min(new.primal, new.dual) > min(length.primal, length.dual) {
      length = new
    } else {
      swap(&scratch.step, &scratch.kept)
    }
  }

  /// Gondzio's correctors: complementarity products that a longer step would throw far from the target are aimed back
  /// into [0.1, 10]·target; kept while the step grows. Reference: Gondzio, *Comput. Optim. Appl.* 6 (1996) 137–156.
  mutating func centralize(
    _ target: Double, _ fraction: Double, _ length: inout (primal: Double, dual: Double)
  ) {
    for _ in 0..<corrections {
      if min(length.primal, length.dual) > 0.95 { return }
      let (p, d) = (min(1, length.primal * 1.1 + 0.1), min(1, length.dual * 1.1 + 0.1))
      func pull(_ t: Double, _ z: Double) -> Double {
        let product = t * z
        if product < 0.1 * target { return 0.1 * target - product }
        if product > 10 * target { return max(10 * target - product, -10 * target) }
        return 0
      }
      for i in lowerList.indices {
        scratch.lowerTarget[i] += pull(
          iterate.lowerSlack[i] + p * scratch.step.lowerSlack[i], iterate.lowerDual[i] + d * scratch.step.lowerDual[i])
      }
      for i in upperList.indices {
        scratch.upperTarget[i] += pull(
          iterate.upperSlack[i] + p * scratch.step.upperSlack[i], iterate.upperDual[i] + d * scratch.step.upperDual[i])
      }
      swap(&scratch.step, &scratch.kept)
      _ = direction()
      let new = stepLengths(fraction)
      guard new.primal + new.dual > length.primal + length.dual + 0.02 else {
        swap(&scratch.step, &scratch.kept)
        return
      }
      length = new
    }
  }
}
