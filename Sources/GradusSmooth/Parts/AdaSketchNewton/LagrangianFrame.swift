// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLinearAlgebra
import GradusNumerics

/// A program with slacks in free coordinates, at one point: c, G, ∇L and the exact augmented Lagrangian.
///
///     c = (scaled rows) − side, or − slack;     L_η = σf + λᵀc + ½η₁|c|² + ½η₂|∇L|²
///
/// **Reference** G. Di Pillo, L. Grippo, *A new class of augmented Lagrangians in nonlinear programming*, SIAM J. Control
/// Optim. 17 (1979).
struct LagrangianFrame {
  let image: FreeCoordinates.Image
  /// c.
  let residual: Vector
  /// G, rows by coordinates.
  let jacobian: SparseMatrix
  /// ∂L by the bounded numbers.
  let slope: Vector
  /// ∇L by the coordinates.
  let gradient: Vector
  private let objective: Double
  private let multipliers: Vector
  private let coordinates: FreeCoordinates

  /// `slackRows` holds the row of each slack, in their order behind the variables.
  init(
    _ rows: PenalizedRows, multipliers y: Vector, _ coordinates: FreeCoordinates, slackRows: [Int32], at z: Vector,
    _ values: ConstrainedValues, _ derivatives: ConstrainedDerivatives
  ) {
    let image = coordinates.image(of: z)
    let n = z.count - slackRows.count
    let given = derivatives.jacobian
    var residual = Vector(y.indices.map { rows.scales[$0] * values.constraints[$0] - rows.upper[$0] })
    var slope = rows.slope(derivatives, y).elements
    slope.reserveCapacity(z.count)
    var (starts, indices, entries) = (given.starts, given.rows, given.values)
    for j in 0..<n {
      for p in given.range(ofColumn: j) { entries[p] *= rows.scales[Int(given.rows[p])] * image.first[j] }
    }
    for (k, row) in slackRows.enumerated() {
      let i = Int(row)
      residual[i] = rows.scales[i] * values.constraints[i] - image.values[n + k]
      slope.append(-y[i])
      indices.append(row)
      entries.append(-image.first[n + k])
      starts.append(Int32(indices.count))
    }
    self.image = image
    self.coordinates = coordinates
    self.residual = residual
    self.slope = Vector(slope)
    multipliers = y
    objective = rows.objectiveScale * values.objective
    gradient = Vector(slope.indices.map { slope[$0] * image.first[$0] })
    jacobian = SparseMatrix(rowCount: y.count, columnCount: z.count, starts: starts, rows: indices, values: entries)
  }

  /// (∇L, c).
  var condition: Vector { Vector(gradient.elements + residual.elements) }

  var isFinite: Bool { gradient.isFinite && residual.isFinite && jacobian.values.allSatisfy(\.isFinite) }

  func merit(_ rowWeight: Double, _ gradientWeight: Double) -> Double {
    objective + multipliers.inner(residual) + 0.5 * rowWeight * residual.inner(residual)
      + 0.5 * gradientWeight * gradient.inner(gradient)
  }

  /// ∇L_η by coordinates and multipliers, one after the other.
  func meritGradient(_ hessian: SparseMatrix, _ rowWeight: Double, _ gradientWeight: Double) -> Vector {
    let curved = hessian.symmetricTimes(gradient)
    let pull = jacobian.transposedTimes(residual)
    let turn = jacobian.times(gradient)
    return Vector(
      gradient.indices.map { gradient[$0] + gradientWeight * curved[$0] + rowWeight * pull[$0] }
        + residual.indices.map { residual[$0] + gradientWeight * turn[$0] })
  }

  /// The upper triangle of ∇²L by coordinates, from the one by variables; every diagonal entry is there, last in its column.
  /// Constants get the curvature 1.
  func hessian(_ triangle: SparseMatrix) -> SparseMatrix {
    let n = triangle.columnCount
    var starts: [Int32] = [0]
    var rows: [Int32] = []
    var values: [Double] = []
    starts.reserveCapacity(slope.count + 1)
    rows.reserveCapacity(triangle.entryCount + slope.count)
    values.reserveCapacity(triangle.entryCount + slope.count)
    for j in slope.indices {
      var diagonal = coordinates.isFixed(j) ? 1 : slope[j] * image.second[j]
      if j < n {
        for p in triangle.range(ofColumn: j) {
          let i = Int(triangle.rows[p])
          let value = triangle.values[p] * image.first[i] * image.first[j]
          if i == j {
            diagonal += value
          } else {
            rows.append(triangle.rows[p])
            values.append(value)
          }
        }
      }
      rows.append(Int32(j))
      values.append(diagonal)
      starts.append(Int32(rows.count))
    }
    return SparseMatrix(
      rowCount: slope.count, columnCount: slope.count, starts: starts, rows: rows, values: values)
  }

  /// B before shifts: H with |λφ″| in place of λφ″ where φ makes a bounded number of a coordinate, and at least min(1, |R|)
  /// for slacks. A coordinate near a bound with the wrong sign is driven off, and slacks without multipliers do not take
  /// all of a step; near a solution with strict complementarity nothing changes but for min(1, |R|).
  func curvature(_ hessian: SparseMatrix, slackCount: Int) -> SparseMatrix {
    var bent = hessian
    let floor = min(1, condition.norm)
    for j in slope.indices where !coordinates.isFixed(j) {
      let (p, bend) = (Int(hessian.starts[j + 1]) - 1, slope[j] * image.second[j])
      if j >= slope.count - slackCount {
        bent.values[p] = max(abs(bend), floor)
      } else if bend < 0 {
        bent.values[p] -= 2 * bend
      }
    }
    return bent
  }

  /// λ with the least |∇L| that LSQR finds for the slope without multipliers; zeros where they would be large.
  func leastSquaresMultipliers() -> Vector {
    let zeros = Vector.zeros(residual.count)
    guard residual.count > 0 else { return zeros }
    var solver = LeastSquaresQR(rightHandSide: -gradient, columnCount: residual.count, relative: 1e-10)
    let map = SparseOperator(jacobian.transposed())
    for _ in 0..<(2 * residual.count + 20) where solver.status == .running { solver.step(map) }
    let y = solver.solution
    return y.isFinite && y.maximumMagnitude <= 1e3 ? y : zeros
  }
}

extension SparseMatrix {
  /// A·x for the symmetric matrix whose upper triangle this is.
  func symmetricTimes(_ x: Vector) -> Vector {
    var y = [Double](repeating: 0, count: rowCount)
    for j in 0..<columnCount {
      var sum = 0.0
      for p in range(ofColumn: j) {
        let i = Int(rows[p])
        sum += values[p] * x[i]
        if i != j { y[i] += values[p] * x[j] }
      }
      y[j] += sum
    }
    return Vector(y)
  }

  /// The largest Σ|aᵢⱼ| of a row of the symmetric matrix whose upper triangle this is: a bound on ‖A‖₂.
  var symmetricRowSum: Double {
    var sums = [Double](repeating: 0, count: rowCount)
    for j in 0..<columnCount {
      for p in range(ofColumn: j) {
        let i = Int(rows[p])
        sums[i] += abs(values[p])
        if i != j { sums[j] += abs(values[p]) }
      }
    }
    return sums.max() ?? 0
  }
}
