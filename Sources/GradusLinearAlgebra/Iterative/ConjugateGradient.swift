// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Conjugate gradients for A·x = b with a symmetric positive definite A that is known by its products, one iteration at a
/// time:
///
///     α = ρ / pᵀAp,   x ← x + αp,   r ← r − αAp,   z = M⁻¹r,   ρ⁺ = rᵀz,   p ← z + (ρ⁺/ρ)·p
///
/// A value: `step()` can be interleaved with anything and the whole saved in between. Cost: one product with A and with
/// M⁻¹ and 10n operations an iteration, counted. References: Hestenes & Stiefel, *J. Res. NBS* 49 (1952); Golub & Van
/// Loan, *Matrix Computations*, 4th ed., §11.5.
public struct ConjugateGradient: IterativeSolver {
  /// Whether it goes on.
  public typealias Status = IterativeStatus
  /// What it spent.
  public typealias Counts = OperationCounts

  public private(set) var solution: Vector
  public private(set) var residual: Vector
  /// p; after `indefinite`, a direction with pᵀAp ≤ 0.
  public private(set) var direction: Vector
  public private(set) var status = Status.running
  public private(set) var counts = Counts()
  public private(set) var iterations = 0
  /// ‖b − A·x‖₂ by the recurrence.
  public private(set) var residualNorm: Double
  private var image: Vector
  private var rho = 0.0
  private let target: Double

  /// Begins at zero; converged when ‖r‖₂ ≤ max(relative·‖b‖₂, absolute).
  public init(rightHandSide b: Vector, relative: Double = 1e-10, absolute: Double = 0) {
    solution = .zeros(b.count)
    residual = b
    direction = .zeros(b.count)
    image = .zeros(b.count)
    residualNorm = b.norm
    target = max(relative * b.norm, absolute)
    if !b.isFinite { status = .failed } else if b.norm <= target { status = .converged }
  }

  /// One iteration; `preconditioner` applies M⁻¹ (nil: the identity).
  public mutating func step(_ a: some LinearOperator, preconditioner: (any LinearOperator)? = nil) {
    guard status == .running else { return }
    let n = residual.count
    precondition(a.rowCount == n && a.columnCount == n, "the operator must be square and fit the right-hand side")
    if counts.products == 0 {
      // z into the place of p.
      let z = conditioned(preconditioner)
      rho = z.map { IterativeKernels.dot(residual.elements, $0) } ?? residualNorm * residualNorm
      direction = z.map { Vector($0) } ?? residual
    }
    var (x, r, p, q) = (take(&solution), take(&residual), take(&direction), take(&image))
    var out = q.mutableSpan
    a.multiply(p.span, into: &out)
    counts.products += 1
    counts.operations += a.operationsPerProduct + 10 * n
    let curvature = IterativeKernels.dot(p, q)
    let isUsable = curvature.isFinite && rho.isFinite
    if isUsable, curvature > 0, rho > 0 {
      let squared = IterativeKernels.advance(&x, p, &r, q, by: rho / curvature)
      residualNorm = squared.squareRoot()
      iterations += 1
    } else {
      status = isUsable ? .indefinite : .failed
    }
    (solution.elements, residual.elements, image.elements) = (x, r, q)
    if status == .running {
      if residualNorm <= target {
        status = .converged
      } else {
        let z = conditioned(preconditioner)
        let next = z.map { IterativeKernels.dot(residual.elements, $0) } ?? residualNorm * residualNorm
        IterativeKernels.turn(&p, z ?? residual.elements, next / rho)
        rho = next
      }
    }
    direction.elements = p
  }

  /// Steps until converged, indefinite or `limit` iterations are done.
  public mutating func run(
    _ a: some LinearOperator, preconditioner: (any LinearOperator)? = nil, limit: Int
  ) {
    for _ in 0..<limit {
      if status != .running { return }
      step(a, preconditioner: preconditioner)
    }
  }

  /// M⁻¹·r; nil for the identity.
  private mutating func conditioned(_ preconditioner: (any LinearOperator)?) -> [Double]? {
    guard let preconditioner else { return nil }
    counts.preconditionings += 1
    counts.operations += preconditioner.operationsPerProduct
    return preconditioner.applied(to: residual).elements
  }
}
