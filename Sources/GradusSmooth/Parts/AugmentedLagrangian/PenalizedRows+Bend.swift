// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension PenalizedRows {
  /// The generalized Hessian of L at a point:
  ///
  ///     σ∇²f + Σ λ⁺ᵢ∇²cᵢ + ρJᵀDJ,   Dᵢ = 1 where vᵢ lies outside its sides, 0 otherwise
  struct Bend: Sendable, Codable {
    /// λ⁺ in units of the rows of the user.
    var multipliers: Vector
    /// ρD in units of the rows of the user.
    var stiffness: Vector

    /// ρJᵀDJd.
    func stiffProduct(_ jacobian: SparseMatrix, _ d: Vector) -> Vector {
      var image = jacobian.times(d)
      for i in image.indices { image[i] *= stiffness[i] }
      return jacobian.transposedTimes(image)
    }
  }

  func bend(_ values: ConstrainedValues) -> Bend {
    let y = updated(values)
    return Bend(
      multipliers: Vector(y.indices.map { scales[$0] * y[$0] }),
      stiffness: Vector(y.indices.map { isStiff($0, y) ? penalty * scales[$0] * scales[$0] : 0 }))
  }

  /// 1 + ρ·diag(JᵀDJ).
  func weights(_ values: ConstrainedValues, _ derivatives: ConstrainedDerivatives) -> Vector {
    let stiffness = bend(values).stiffness
    let jacobian = derivatives.jacobian
    return Vector(
      (0..<jacobian.columnCount).map { j in
        var sum = 1.0
        for p in jacobian.range(ofColumn: j) {
          sum += stiffness[Int(jacobian.rows[p])] * jacobian.values[p] * jacobian.values[p]
        }
        return sum
      })
  }

  /// An equation, or a row whose price is not zero.
  private func isStiff(_ i: Int, _ y: Vector) -> Bool { y[i] != 0 || lower[i] == upper[i] }
}
