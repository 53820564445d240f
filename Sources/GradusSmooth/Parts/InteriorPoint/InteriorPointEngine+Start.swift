// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

extension InteriorPointEngine {
  /// Mehrotra's start: a least-squares point near the bounds' projections of 0, then slacks and multipliers pushed inside.
  mutating func start() {
    let total = n + m
    for k in 0..<total {
      let reference = min(max(0, lower[k]), upper[k])
      iterate.w[k] = reference
      let bounded = lower[k] > -.infinity || upper[k] < .infinity
      scratch.diagonal[k] = kkt.fixedDiagonal[k]
      if k < n {
        if bounded { scratch.diagonal[k] += 1 }
        scratch.rhs[k] = -costs[k] + (bounded ? reference : 0)
      } else {
        if !isFixed[k] { scratch.diagonal[k] -= 1 }
        scratch.rhs[k] = reference
      }
    }
    guard factorizeAndSolve() else {
      status = .stalled
      return
    }
    for k in 0..<n { iterate.w[k] = scratch.solution[k] }
    for i in 0..<m {
      iterate.y[i] = -scratch.solution[n + i]
      // s = reference + v from the same system.
      if !isFixed[n + i] { iterate.w[n + i] -= iterate.y[i] }
    }
    pushInside()
    evaluate()
  }

  /// Moves w well inside its bounds, so that only the rows start violated, and gives every bound a multiplier that
  /// balances the gradient and makes no product of slack and multiplier small.
  mutating func pushInside() {
    var violation = 0.0
    for k in 0..<n + m where !isFixed[k] {
      violation += max(0, lower[k] - iterate.w[k], iterate.w[k] - upper[k])
    }
    let count = lowerList.count + upperList.count
    guard count > 0 else { return }
    var size = 0.0
    for k in 0..<n + m where !isFixed[k] && (lower[k] > -.infinity || upper[k] < .infinity) {
      size += iterate.w[k] * iterate.w[k]
    }
    size = (size / Double(count)).squareRoot()
    let margin = max(1, size, 10 * violation / Double(count))
    for k in 0..<n + m where !isFixed[k] {
      let room = min(margin, 0.25 * (upper[k] - lower[k]))
      iterate.w[k] = min(max(iterate.w[k], lower[k] + room), upper[k] - room)
    }
    gradient()
    var total = 0.0
    for (p, k) in lowerList.enumerated() {
      iterate.lowerSlack[p] = iterate.w[Int(k)] - lower[Int(k)]
      total += max(0, scratch.gradient[Int(k)])
    }
    for (p, k) in upperList.enumerated() {
      iterate.upperSlack[p] = upper[Int(k)] - iterate.w[Int(k)]
      total += max(0, -scratch.gradient[Int(k)])
    }
    let floor = max(1, total / Double(count))
    for (p, k) in lowerList.enumerated() { iterate.lowerDual[p] = max(0, scratch.gradient[Int(k)]) + floor }
    for (p, k) in upperList.enumerated() { iterate.upperDual[p] = max(0, -scratch.gradient[Int(k)]) + floor }
  }
}
