// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Restarted GMRES for A·x = b with a square A of any kind, preconditioned from the right, one Arnoldi step at a time.
///
///     A·M⁻¹·Vₖ = Vₖ₊₁·H̄ₖ,   yₖ = argmin ‖β·e₁ − H̄ₖ·y‖,   x = x₀ + M⁻¹·Vₖ·yₖ
///
/// Gram–Schmidt is modified and repeated once; H̄ is kept triangular by rotations. `solution` moves at the end of each
/// cycle, `residualNorm` is that of `solution`, and `estimate` what the present cycle would reach. A singular A for which
/// the Krylov space closes early ends as `stalled`. Cost: one product with A and with M⁻¹ and 8n·k operations in step k.
/// Reference: Saad & Schultz, *SIAM J. Sci. Stat. Comput.* 7 (1986).
public struct GeneralizedMinimumResidual: IterativeSolver {
  public let restart: Int
  public private(set) var solution: Vector
  public private(set) var residualNorm: Double
  public private(set) var estimate: Double
  public private(set) var status = IterativeStatus.running
  public private(set) var counts = OperationCounts()
  public private(set) var iterations = 0
  private let rightHandSide: Vector
  private let target: Double
  /// v₁ … vₖ₊₁; empty between cycles.
  private var basis: [Vector] = []
  /// The triangular columns of H̄, column after column, k + 1 … of increasing length.
  private var columns: [[Double]] = []
  private var rotations: [SIMD2<Double>] = []
  /// The rotated right-hand side.
  private var rotated: [Double] = []

  /// Begins at zero; converged when ‖r‖₂ ≤ max(relative·‖b‖₂, absolute).
  public init(rightHandSide b: Vector, restart: Int = 30, relative: Double = 1e-10, absolute: Double = 0) {
    precondition(restart > 0, "a cycle has at least one step")
    self.restart = restart
    rightHandSide = b
    solution = .zeros(b.count)
    residualNorm = b.norm
    estimate = b.norm
    target = max(relative * b.norm, absolute)
    if !b.isFinite { status = .failed } else if residualNorm <= target { status = .converged }
  }

  /// One Arnoldi step; `preconditioner` applies M⁻¹ (nil: the identity).
  public mutating func step(_ a: some LinearOperator, preconditioner: (any LinearOperator)? = nil) {
    guard status == .running else { return }
    let n = rightHandSide.count
    precondition(a.rowCount == n && a.columnCount == n, "the operator must be square and fit the right-hand side")
    if basis.isEmpty {
      let r = iterations == 0 ? rightHandSide : rightHandSide - product(a, solution)
      let norm = r.norm
      basis = [(1 / norm) * r]
      rotated = [norm]
    }
    let k = columns.count
    var next = product(a, conditioned(preconditioner, basis[k]))
    let scale = next.norm
    var column = [Double](repeating: 0, count: k + 1)
    for _ in 0..<2 {
      for i in 0...k {
        let h = basis[i].inner(next)
        column[i] += h
        axpyIn(-h, basis[i], &next)
      }
    }
    counts.operations += 8 * n * (k + 1)
    let below = next.norm
    guard below.isFinite, scale.isFinite else {
      status = .failed
      return
    }
    for i in 0..<k {
      let (c, s) = (rotations[i][0], rotations[i][1])
      (column[i], column[i + 1]) = (c * column[i] + s * column[i + 1], c * column[i + 1] - s * column[i])
    }
    let length = (column[k] * column[k] + below * below).squareRoot()
    iterations += 1
    if length <= 1e-14 * scale || length == 0 {
      // The new direction adds nothing to what A can reach.
      finishCycle(a, preconditioner, closed: true)
      return
    }
    let (c, s) = (column[k] / length, below / length)
    rotations.append([c, s])
    column[k] = length
    columns.append(column)
    rotated.append(-s * rotated[k])
    rotated[k] *= c
    estimate = abs(rotated[k + 1])
    let closed = below <= 1e-14 * scale
    if !closed { basis.append((1 / below) * next) }
    if closed || estimate <= target || columns.count == restart {
      finishCycle(a, preconditioner, closed: closed)
    }
  }

  /// x ← x + M⁻¹·V·y and the residual of the new x.
  private mutating func finishCycle(_ a: some LinearOperator, _ preconditioner: (any LinearOperator)?, closed: Bool) {
    let k = columns.count
    var y = [Double](repeating: 0, count: k)
    for i in (0..<k).reversed() {
      var sum = rotated[i]
      for j in (i + 1)..<max(i + 1, k) { sum -= columns[j][i] * y[j] }
      y[i] = sum / columns[i][i]
    }
    var step = Vector.zeros(rightHandSide.count)
    for i in 0..<k { axpyIn(y[i], basis[i], &step) }
    if k > 0 { solution = solution + conditioned(preconditioner, step) }
    let previous = residualNorm
    residualNorm = (rightHandSide - product(a, solution)).norm
    estimate = residualNorm
    (basis, columns, rotations, rotated) = ([], [], [], [])
    if !residualNorm.isFinite {
      status = .failed
    } else if residualNorm <= target {
      status = .converged
    } else if closed || residualNorm >= previous * (1 - 1e-12) {
      status = .stalled
    }
  }

  /// Steps until something is decided or `limit` iterations are done.
  public mutating func run(_ a: some LinearOperator, preconditioner: (any LinearOperator)? = nil, limit: Int) {
    while status == .running, iterations < limit { step(a, preconditioner: preconditioner) }
  }

  private mutating func product(_ a: some LinearOperator, _ x: Vector) -> Vector {
    counts.products += 1
    counts.operations += a.operationsPerProduct
    return a.applied(to: x)
  }

  private mutating func conditioned(_ preconditioner: (any LinearOperator)?, _ x: Vector) -> Vector {
    guard let preconditioner else { return x }
    counts.preconditionings += 1
    counts.operations += preconditioner.operationsPerProduct
    return preconditioner.applied(to: x)
  }
}
