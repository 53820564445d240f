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
    let equations = DerivativeEquations(self, x, multipliers, free: free, active: active)
    do throws(Refutation) {
      let (rows, columns) = (Places(form.rowNames, "row"), Places(form.columnNames, "variable"))
      for (name, entry) in sensitivity.sides.sorted(by: { $0.key < $1.key }) {
        let i = try rows[name]
        guard active.contains(i) else {
          throw Refutation(text: "row '\(name)' holds nothing, but has a derivative")
        }
        try equations.check("row '\(name)'", entry, .init(rows: [i: 1]), price: multipliers.rows[i])
      }
      for (name, entry) in sensitivity.bounds.sorted(by: { $0.key < $1.key }) {
        let j = try columns[name]
        guard !free.contains(j) else {
          throw Refutation(text: "no bound holds '\(name)', but it has a derivative")
        }
        try equations.check("the bound of '\(name)'", entry, .init(bounds: [j: 1]), price: multipliers.bounds[j])
      }
      report.add("sensitivity", .confirmed, "the derivatives satisfy the equations that define them")
    } catch {
      report.add("sensitivity", .refuted, error.text)
    }
  }
}
