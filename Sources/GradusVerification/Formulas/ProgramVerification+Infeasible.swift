// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling

/// Local infeasibility: nearby points violate the rows no less.
extension ProgramVerification {
  /// A weighted violation h(z) = Σ λᵢ(cᵢ(z) − sideᵢ) is positive at the point and stationary over the bounds.
  ///
  /// λ are the weights of the ray given (with their sign turned), or the violations themselves.
  mutating func checkLocalInfeasibility(_ x: [Double], _ isFeasible: Bool) {
    if isFeasible {
      return report.add("status", .refuted, "local infeasibility is claimed, but the point given is feasible")
    }
    let form = program.linear
    let rows = view.values(x).rows.map(\.rounded)
    guard rows.allSatisfy(\.isFinite) else {
      return report.add("infeasibility", .unchecked, "the rows are not finite at the point")
    }
    var candidates = [
      rows.indices.map { max(0, rows[$0] - form.rowUpper[$0]) - max(0, form.rowLower[$0] - rows[$0]) }
    ]
    if let ray = answer.ray, let given = try? OrderedNumbers(ray, over: form.rowNames, "ray") {
      candidates.append(given.values.map { -$0 })
    }
    var least = Double.infinity
    for weights in candidates {
      let excess = weights.indices.reduce(0.0) { sum, i in
        weights[i] == 0 ? sum : sum + weights[i] * (rows[i] - (weights[i] > 0 ? form.rowUpper[i] : form.rowLower[i]))
      }
      if excess > 0 { least = min(least, slope(of: weights, at: x)) }
    }
    if least <= 1e-4 {
      report.add(
        "infeasibility", .confirmed, "nearby points violate the rows as much: the violation is stationary",
        ["residual": least])
    } else {
      report.add("infeasibility", .unchecked, "the violation is not stationary at the point", ["residual": least])
    }
  }

  /// ‖P(x − Jᵀλ) − x‖∞ against Σ |λᵢ|‖∇cᵢ‖∞.
  private func slope(of weights: [Double], at x: [Double]) -> Double {
    let form = program.linear
    let gradient = view.gradient(x, objectiveWeight: 0, rowWeights: weights)
    var scale = 0.0
    for i in weights.indices where weights[i] != 0 {
      scale += abs(weights[i]) * view.rowGradient(i, x).reduce(0) { max($0, abs($1)) }
    }
    var residual = 0.0
    for j in x.indices {
      let step = min(max(x[j] - gradient[j], form.columnLower[j]), form.columnUpper[j]) - x[j]
      residual = max(residual, min(abs(step), abs(gradient[j])))
    }
    return residual / max(scale, 1e-12)
  }
}
