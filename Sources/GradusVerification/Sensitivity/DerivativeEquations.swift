// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling

/// The equations that the derivatives of a point satisfy, with what all of them share.
struct DerivativeEquations {
  /// What one more unit changes by itself, before the point moves.
  struct Change {
    /// Sides of rows less what the rows say, and bounds of variables.
    var rows: [Int: Double] = [:]
    var bounds: [Int: Double] = [:]
    /// Of the objective, and of ∇L.
    var objective = 0.0
    var slope: [Double] = []
    /// Of differences, for bounds.
    var rounding = 1e-9
  }

  let view: ProgramView
  let x: [Double]
  let sign: Double
  let slope: [Double]
  let active: [Int]
  let gradients: [[Double]]
  let isFree: [Bool]
  let tangents: [[Double]]
  let bends: [Double]
  let weights: [Double]

  init(
    _ owner: ProgramVerification, _ x: [Double], _ multipliers: ProgramVerification.Multipliers, free: [Int],
    active: [Int]
  ) {
    view = owner.view
    self.x = x
    self.active = active
    sign = owner.sign
    let view = view
    slope = view.gradient(x, objectiveWeight: 1, rowWeights: multipliers.rows.map { _ in 0 })
    gradients = active.map { view.rowGradient($0, x) }
    var isFree = [Bool](repeating: false, count: x.count)
    for j in free { isFree[j] = true }
    self.isFree = isFree
    var basis = TangentBasis(columns: free)
    for gradient in gradients { basis.remove(gradient) }
    tangents = basis.directions(dimension: x.count)
    weights = multipliers.rows.map { -$0 }
    let (sign, weights) = (sign, weights)
    bends = tangents.map { view.curvature(x, along: $0, objectiveWeight: sign, rowWeights: weights) }
  }

  /// Refutes a derivative that misses one of its equations by more than 1e-5 of the terms in it.
  func check(
    _ name: String, _ entry: Sensitivity.Derivative, _ change: Change, price: Double? = nil
  ) throws(Refutation) {
    let dx = entry.point
    guard dx.count == x.count, dx.allSatisfy(\.isFinite), entry.objective.isFinite else {
      throw Refutation(text: "the derivative of \(name) is not finite")
    }
    func demand(_ wanted: Double, _ gradient: [Double], _ what: String) throws(Refutation) {
      var (sum, size) = (0.0, max(1, abs(wanted)))
      for j in dx.indices {
        sum += gradient[j] * dx[j]
        size += abs(gradient[j] * dx[j])
      }
      if !(abs(sum - wanted) <= 1e-5 * size) {
        throw Refutation(text: "in the derivative of \(name), \(what) changes by \(sum), not by \(wanted)")
      }
    }
    if let own = price.map({ sign * $0 }), !(abs(own - entry.objective) <= 1e-5 * max(1, abs(own))) {
      throw Refutation(text: "the objective changes by \(own) per unit of \(name), not by \(entry.objective)")
    }
    try demand(entry.objective - change.objective, slope, "the objective")
    for (k, i) in active.enumerated() {
      try demand(change.rows[i] ?? 0, gradients[k], "row '\(view.program.linear.rowNames[i])'")
    }
    for j in dx.indices where !isFree[j] {
      let wanted = change.bounds[j] ?? 0
      if abs(dx[j] - wanted) <= change.rounding * max(1, abs(wanted)) { continue }
      throw Refutation(text: "in the derivative of \(name), '\(view.program.linear.columnNames[j])' leaves its bound")
    }
    try demandStationarity(name, dx, change.slope)
  }

  /// tᵀ(∇²L dx + what ∇L changes by itself) = 0 for every tangent t, by polarization.
  private func demandStationarity(_ name: String, _ dx: [Double], _ own: [Double]) throws(Refutation) {
    let length = dx.reduce(0) { max($0, abs($1)) }
    if length == 0 && own.isEmpty || tangents.isEmpty { return }
    let unit = length > 0 ? dx.map { $0 / length } : dx
    func bend(_ d: [Double]) -> Double { view.curvature(x, along: d, objectiveWeight: sign, rowWeights: weights) }
    let along = bend(unit)
    let largest = bends.reduce(max(abs(along), 1e-12)) { max($0, abs($1)) }
    let pull = own.reduce(0) { max($0, abs($1)) }
    for (tangent, curvature) in zip(tangents, bends) {
      let sum = bend(zip(tangent, unit).map { $0 + $1 })
      let mixed = 0.5 * (sum - along - curvature) * length + zip(tangent, own).reduce(0) { $0 + $1.0 * $1.1 }
      if !(abs(mixed) <= 1e-5 * (max(largest, abs(sum)) * length + pull) + (own.isEmpty ? 0 : 1e-9)) {
        throw Refutation(text: "in the derivative of \(name), the moved point is no longer stationary")
      }
    }
  }
}
