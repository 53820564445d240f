// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// The transport polytope X ≥ 0, X·1 = a, Xᵀ·1 = b over m × n plans, column after column.
///
///     P(V) = max(V + α·1ᵀ + 1·βᵀ, 0),   (α, β) minimizes ½|max(V + α·1ᵀ + 1·βᵀ, 0)|² − aᵀα − bᵀβ
///     ∂P·D = (D + α'·1ᵀ + 1·β'ᵀ) on the support, with α', β' so that all sums of rows and columns are zero
///
/// The dual is piecewise quadratic; regularized Newton steps with Armijo's rule end after finitely many pieces. Cost: one
/// Cholesky factorization of order m + n a step. Reference: Blondel, Seguy & Rolet, *Smooth and Sparse Optimal Transport*,
/// AISTATS 2018.
public struct TransportProjection: DifferentiableProjection {
  /// a and b: positive, with one total.
  public let rowSums: Vector
  public let columnSums: Vector

  public init(rowSums: Vector, columnSums: Vector) {
    let (a, b) = (rowSums.elements.reduce(0, +), columnSums.elements.reduce(0, +))
    precondition((rowSums.elements + columnSums.elements).allSatisfy { $0 > 0 }, "sums must be positive")
    precondition(abs(a - b) <= 1e-9 * a, "rows sum to \(a) and columns to \(b): a plan needs one total")
    self.rowSums = rowSums
    self.columnSums = columnSums
  }

  public var dimension: Int { rowSums.count * columnSums.count }

  public func projection(of v: Vector) -> Vector {
    precondition(v.count == dimension, "a plan of another size")
    guard v.isFinite else { return Vector(repeating: .nan, count: v.count) }
    let shifted = shifted(v, duals(v))
    return Vector(shifted.elements.map { max($0, 0) })
  }

  public func linearization(at v: Vector) -> LinearizedProjection {
    precondition(v.count == dimension, "a plan of another size")
    guard v.isFinite else {
      let nan = Vector(repeating: .nan, count: v.count)
      return LinearizedProjection(point: nan, jacobian: DiagonalOperator(nan))
    }
    let shifted = shifted(v, duals(v))
    let support = shifted.elements.map { $0 > 0 }
    let (shape, scale) = (self, v.maximumMagnitude)
    // The system is singular, with one null vector for each piece of the support; what the shift leaves over is small.
    let factor = try? Cholesky(hessian(support), shift: 1e-8, on: .portable)
    let jacobian = FunctionAdjointOperator(order: dimension, operationsPerProduct: 8 * dimension) { d in
      var image = Vector(d.indices.map { support[$0] ? d[$0] : 0 })
      // Each pass divides what the shift left over by its size again.
      for _ in 0..<3 {
        guard let factor else { return Vector(repeating: .nan, count: d.count) }
        let correction = shape.shifted(.zeros(d.count), factor.solve(shape.sums(image)))
        image = Vector(d.indices.map { support[$0] ? image[$0] - correction[$0] : 0 })
      }
      return image
    }
    return LinearizedProjection(
      point: Vector(shifted.elements.map { max($0, 0) }), jacobian: jacobian,
      kinks: shifted.indices.filter { abs(shifted[$0]) <= 1e-11 * max(1, scale) })
  }

  /// V + α·1ᵀ + 1·βᵀ for the duals (α, β).
  private func shifted(_ v: Vector, _ duals: Vector) -> Vector {
    let m = rowSums.count
    return Vector(v.indices.map { v[$0] + duals[$0 % m] + duals[m + $0 / m] })
  }

  /// Sums of rows, then of columns.
  private func sums(_ x: Vector) -> Vector {
    let m = rowSums.count
    var sums = Vector.zeros(m + columnSums.count)
    for k in x.indices {
      sums[k % m] += x[k]
      sums[m + k / m] += x[k]
    }
    return sums
  }

  private func hessian(_ support: [Bool]) -> Matrix {
    let m = rowSums.count
    var h = Matrix(rowCount: m + columnSums.count, columnCount: m + columnSums.count)
    for k in support.indices where support[k] {
      let (i, j) = (k % m, m + k / m)
      h[i, i] += 1
      h[j, j] += 1
      h[i, j] += 1
      h[j, i] += 1
    }
    return h
  }

  private func duals(_ v: Vector) -> Vector {
    let wanted = Vector(rowSums.elements + columnSums.elements)
    func value(_ duals: Vector) -> (height: Double, slope: Vector, plan: Vector) {
      let plan = Vector(shifted(v, duals).elements.map { max($0, 0) })
      return (0.5 * plan.inner(plan) - wanted.inner(duals), sums(plan) - wanted, plan)
    }
    var duals = Vector.zeros(wanted.count)
    var here = value(duals)
    let target = 1e-14 * max(1, wanted.maximumMagnitude, v.maximumMagnitude)
    for _ in 0..<200 {
      let error = here.slope.maximumMagnitude
      if error <= target { break }
      let shift = min(1e-3, 1e-6 * error)
      var h = hessian(here.plan.elements.map { $0 > 0 })
      for i in 0..<h.rowCount { h[i, i] += shift + 1e-13 }
      guard let factor = try? Cholesky.shifting(h, smallest: 1e-12, on: .portable) else { break }
      let step = -factor.solve(here.slope)
      let descent = here.slope.inner(step)
      var (t, next) = (1.0, here)
      while t > 1e-10 {
        next = value(duals + t * step)
        if next.height <= here.height + 1e-4 * t * descent || next.slope.maximumMagnitude <= 0.5 * error { break }
        t *= 0.5
      }
      // At the level of rounding nothing falls any more.
      if t <= 1e-10 || next.slope.maximumMagnitude >= error && error <= 1e3 * target { break }
      (duals, here) = (duals + t * step, next)
    }
    return duals
  }
}
