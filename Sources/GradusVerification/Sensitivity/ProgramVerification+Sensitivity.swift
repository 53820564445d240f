// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling

/// Derivatives of a local minimum, put into the equations that define them.
extension ProgramVerification {
  /// For one more unit of side i, with the rows A and bounds that hold and L = f − Σ yₖcₖ:
  ///
  ///     ∇cₖᵀdx = 1 if k = i, else 0, for k in A      dxⱼ = 0 where a bound holds      tᵀ∇²L dx = 0 for all t tangent to A
  ///     ∂f/∂side = ∇fᵀdx = yᵢ
  ///
  /// Nothing is factorized; where the answer has no right multipliers, there is nothing to check against.
  mutating func checkSensitivity(_ x: [Double]) {
    guard let sensitivity = answer.sensitivity, !sensitivity.sides.isEmpty || !sensitivity.bounds.isEmpty else {
      return
    }
    guard report.outcome != .refuted, [.optimal, .locallyOptimal, .stationary].contains(answer.status),
      answer.duals != nil || program.constraintCount == 0, let multipliers = multipliers(at: x)
    else { return report.add("sensitivity", .unchecked, "derivatives need an optimum with duals to be checked") }
    let (free, active) = held(x, multipliers)
    let count = Double(sensitivity.sides.count + sensitivity.bounds.count)
    let size = Double(program.graph.count + x.count)
    guard (count + Double(active.count)) * Double(free.count) * size + Double(x.count) * size <= 2e9 else {
      return report.add("sensitivity", .unchecked, "there are too many derivatives to check them")
    }
    var equations = DerivativeEquations(self, x, multipliers, free: free, active: active)
    do throws(Refutation) {
      let (rows, columns) = (Places(form.rowNames, "row"), Places(form.columnNames, "variable"))
      for (name, entry) in sensitivity.sides.sorted(by: { $0.key < $1.key }) {
        let i = try rows[name]
        guard active.contains(i) else {
          throw Refutation(text: "row '\(name)' holds nothing, but has a derivative")
        }
        try equations.check("row '\(name)'", entry, row: i, price: multipliers.rows[i])
      }
      for (name, entry) in sensitivity.bounds.sorted(by: { $0.key < $1.key }) {
        let j = try columns[name]
        guard !free.contains(j) else {
          throw Refutation(text: "no bound holds '\(name)', but it has a derivative")
        }
        try equations.check("the bound of '\(name)'", entry, bound: j, price: multipliers.bounds[j])
      }
      report.add("sensitivity", .confirmed, "the derivatives satisfy the equations that define them")
    } catch {
      report.add("sensitivity", .refuted, error.text)
    }
  }
}

/// The equations that the derivatives of a point satisfy, with what all of them share.
private struct DerivativeEquations {
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
  mutating func check(
    _ name: String, _ entry: Sensitivity.Derivative, row: Int? = nil, bound: Int? = nil, price: Double
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
    let own = sign * price
    if !(abs(own - entry.objective) <= 1e-5 * max(1, abs(own))) {
      throw Refutation(text: "the objective changes by \(own) per unit of \(name), not by \(entry.objective)")
    }
    try demand(entry.objective, slope, "the objective")
    for (k, i) in active.enumerated() {
      try demand(i == row ? 1 : 0, gradients[k], "row '\(view.program.linear.rowNames[i])'")
    }
    for j in dx.indices where !isFree[j] && abs(dx[j] - (j == bound ? 1 : 0)) > 1e-9 {
      throw Refutation(text: "in the derivative of \(name), '\(view.program.linear.columnNames[j])' leaves its bound")
    }
    try demandStationarity(name, dx)
  }

  /// tᵀ∇²L dx = 0 for every tangent t, by polarization.
  private func demandStationarity(_ name: String, _ dx: [Double]) throws(Refutation) {
    let length = dx.reduce(0) { max($0, abs($1)) }
    if length == 0 || tangents.isEmpty { return }
    let unit = dx.map { $0 / length }
    func bend(_ d: [Double]) -> Double { view.curvature(x, along: d, objectiveWeight: sign, rowWeights: weights) }
    let own = bend(unit)
    let largest = bends.reduce(max(abs(own), 1e-12)) { max($0, abs($1)) }
    for (tangent, curvature) in zip(tangents, bends) {
      let sum = bend(zip(tangent, unit).map { $0 + $1 })
      let mixed = 0.5 * (sum - own - curvature)
      if !(abs(mixed) <= 1e-5 * max(largest, abs(sum))) {
        throw Refutation(text: "in the derivative of \(name), the moved point is no longer stationary")
      }
    }
  }
}
