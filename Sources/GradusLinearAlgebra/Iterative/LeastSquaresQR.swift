// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// LSQR for min ‖A·x − b‖₂ with any A, square or not, one bidiagonalization step at a time.
///
///     βu ← A·v − αu,   αv ← Aᵀ·u − βv,   x ← x + (φ/ρ)·w,   w ← v − (θ/ρ)·w
///
/// In exact arithmetic the iterates of CG on AᵀA·x = Aᵀb, without squaring the condition number. Converged when the system
/// is solved, ‖r‖ ≤ relative·‖b‖, or the least-squares problem is, ‖Aᵀr‖ ≤ relative·‖A‖·‖r‖ with the estimate of ‖A‖ that
/// the bidiagonalization gives. Cost: one product with A, one with Aᵀ and 10(m + n) operations an iteration. Reference:
/// Paige & Saunders, *ACM TOMS* 8 (1982).
public struct LeastSquaresQR: IterativeSolver {
  public private(set) var solution: Vector
  public private(set) var status = IterativeStatus.running
  public private(set) var counts = OperationCounts()
  public private(set) var iterations = 0
  /// ‖b − A·x‖₂ and ‖Aᵀ(b − A·x)‖₂ by the recurrences.
  public private(set) var residualNorm: Double
  public private(set) var gradientNorm = Double.infinity
  private let relative: Double
  private let target: Double
  private var u: Vector
  private var v: Vector
  private var w: Vector
  private var alpha = 0.0
  private var phiBar = 0.0
  private var rhoBar = 0.0
  private var squaredNorm = 0.0
  // Storage that is used again and means nothing between two steps.
  private var spareRow = Vector([])
  private var spareColumn = Vector([])

  private enum CodingKeys: String, CodingKey {
    case solution, status, counts, iterations, residualNorm, gradientNorm, relative, target, u, v, w, alpha, phiBar
    case rhoBar, squaredNorm
  }

  /// Begins at zero, for a matrix with this many columns.
  public init(rightHandSide b: Vector, columnCount: Int, relative: Double = 1e-10, absolute: Double = 0) {
    solution = .zeros(columnCount)
    v = .zeros(columnCount)
    w = v
    u = b
    residualNorm = b.norm
    phiBar = residualNorm
    self.relative = relative
    target = max(relative * residualNorm, absolute)
    if !b.isFinite { status = .failed } else if residualNorm <= target { status = .converged }
  }

  /// One bidiagonalization step.
  public mutating func step(_ a: some AdjointOperator) {
    guard status == .running else { return }
    precondition(a.rowCount == u.count && a.columnCount == v.count, "the operator must fit both sides")
    if iterations == 0, counts.products == 0 {
      u = (1 / residualNorm) * u
      transpose(a)
      swap(&v, &spareColumn)
      alpha = v.norm
      gradientNorm = alpha * residualNorm
      guard alpha > 0, alpha.isFinite else {
        // b is orthogonal to the range of A: x = 0 is a least-squares point.
        status = alpha == 0 ? .converged : .failed
        return
      }
      v = (1 / alpha) * v
      w = v
      rhoBar = alpha
    }
    a.apply(to: v, into: &spareRow)
    counts.products += 1
    counts.operations += a.operationsPerProduct + 10 * (u.count + v.count)
    axpyIn(-alpha, u, &spareRow)
    let beta = spareRow.norm
    IterativeKernels.scale(&u.elements, spareRow.elements, by: beta > 0 ? 1 / beta : 1)
    squaredNorm += alpha * alpha + beta * beta
    transpose(a)
    axpyIn(-beta, v, &spareColumn)
    alpha = spareColumn.norm
    IterativeKernels.scale(&v.elements, spareColumn.elements, by: alpha > 0 ? 1 / alpha : 1)
    let rho = (rhoBar * rhoBar + beta * beta).squareRoot()
    guard rho > 0, rho.isFinite, alpha.isFinite else {
      status = .failed
      return
    }
    let (c, s) = (rhoBar / rho, beta / rho)
    let phi = c * phiBar
    phiBar = s * phiBar
    rhoBar = -c * alpha
    axpyIn(phi / rho, w, &solution)
    IterativeKernels.turn(&w.elements, v.elements, -s * alpha / rho)
    iterations += 1
    residualNorm = abs(phiBar)
    gradientNorm = abs(phiBar) * alpha * abs(c)
    if residualNorm <= target || gradientNorm <= relative * squaredNorm.squareRoot() * residualNorm {
      status = .converged
    } else if alpha == 0 || beta == 0 {
      status = .stalled
    }
  }

  /// Steps until something is decided or `limit` iterations are done.
  public mutating func run(_ a: some AdjointOperator, limit: Int) {
    while status == .running, iterations < limit { step(a) }
  }

  /// Aᵀ·u into `spareColumn`.
  private mutating func transpose(_ a: some AdjointOperator) {
    counts.transposedProducts += 1
    counts.operations += a.operationsPerProduct
    a.applyTransposed(to: u, into: &spareColumn)
  }
}
