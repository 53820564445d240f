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
public struct ConjugateGradient: Sendable {
  /// Whether the iteration goes on, and why it ended otherwise.
  public enum Status: String, Sendable, Codable {
    case running, converged
    /// A direction with pᵀAp ≤ 0 was met: A is not positive definite; `direction` holds it.
    case indefinite
    /// A product was no finite number.
    case failed
  }

  /// What was spent.
  public struct Counts: Sendable, Hashable, Codable {
    public var products = 0
    public var preconditionings = 0
    public var operations = 0
  }

  public private(set) var solution: Vector
  public private(set) var residual: Vector
  /// p.
  public private(set) var direction: Vector
  public private(set) var status = Status.running
  public private(set) var counts = Counts()
  private var image: Vector
  private var conditioned: Vector
  private var rho = 0.0
  private let target: Double

  /// Begins at zero; converged when ‖r‖₂ ≤ max(relative·‖b‖₂, absolute).
  public init(rightHandSide b: Vector, relative: Double = 1e-10, absolute: Double = 0) {
    solution = .zeros(b.count)
    residual = b
    direction = .zeros(b.count)
    image = .zeros(b.count)
    conditioned = .zeros(b.count)
    target = max(relative * b.norm, absolute)
    if !b.isFinite { status = .failed } else if b.norm <= target { status = .converged }
  }

  /// ‖b − A·x‖₂ by the recurrence.
  public var residualNorm: Double { residual.norm }

  /// One iteration; `preconditioner` applies M⁻¹ (nil: the identity).
  public mutating func step(_ a: some LinearOperator, preconditioner: (any LinearOperator)? = nil) {
    guard status == .running else { return }
    let n = residual.count
    precondition(a.rowCount == n && a.columnCount == n, "the operator must be square and fit the right-hand side")
    if counts.products == 0 {
      condition(preconditioner)
      direction = conditioned
      rho = residual.inner(conditioned)
    }
    // Moved out and back: a span of a stored property would lock the whole value.
    var y = image.elements
    image.elements = []
    var out = y.mutableSpan
    a.multiply(direction.elements.span, into: &out)
    image.elements = y
    counts.products += 1
    counts.operations += a.operationsPerProduct + 10 * n
    let curvature = direction.inner(image)
    guard curvature.isFinite, rho.isFinite else {
      status = .failed
      return
    }
    guard curvature > 0, rho > 0 else {
      status = .indefinite
      return
    }
    let alpha = rho / curvature
    for i in 0..<n {
      solution[i] += alpha * direction[i]
      residual[i] -= alpha * image[i]
    }
    if residual.norm <= target {
      status = .converged
      return
    }
    condition(preconditioner)
    let next = residual.inner(conditioned)
    let beta = next / rho
    rho = next
    for i in 0..<n { direction[i] = conditioned[i] + beta * direction[i] }
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

  /// z ← M⁻¹·r.
  private mutating func condition(_ preconditioner: (any LinearOperator)?) {
    guard let preconditioner else {
      conditioned = residual
      return
    }
    var z = conditioned.elements
    conditioned.elements = []
    var out = z.mutableSpan
    preconditioner.multiply(residual.elements.span, into: &out)
    conditioned.elements = z
    counts.preconditionings += 1
    counts.operations += preconditioner.operationsPerProduct
  }
}
