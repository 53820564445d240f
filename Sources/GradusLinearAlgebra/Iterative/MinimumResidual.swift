// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// MINRES for A·x = b with a symmetric A that may be indefinite or singular, one iteration at a time.
///
///     βₖ₊₁vₖ₊₁ = A·vₖ − αₖvₖ − βₖvₖ₋₁,   rotations keep the QR factors of the tridiagonal matrix,
///     x ← x + φ·w,   w = (v − ε·w⁻² − δ·w⁻¹)/γ
///
/// Of all points of the Krylov space the one with the smallest ‖r‖, in the norm of M⁻¹ when a positive definite
/// preconditioner M is given. `residualNorm` is that of x itself: by the recurrence without preconditioner, recomputed at
/// the end with one. On a singular inconsistent system it ends as `stalled` at a least-squares point. Cost: one product
/// with A and with M⁻¹ and 16n operations an iteration. Reference: Paige & Saunders, *SIAM J. Numer. Anal.* 12 (1975).
public struct MinimumResidual: IterativeSolver {
  public private(set) var solution: Vector
  public private(set) var status = IterativeStatus.running
  public private(set) var counts = OperationCounts()
  public private(set) var iterations = 0
  /// ‖b − A·x‖₂; nil while only its norm in M⁻¹ is known.
  public private(set) var residualNorm: Double?
  private let rightHandSide: Vector
  private let target: Double
  private let relative: Double
  private var older: Vector
  private var newer: Vector
  /// M⁻¹·newer; empty without preconditioner.
  private var conditioned = Vector([])
  private var w: Vector
  private var w2: Vector
  private var oldBeta = 0.0
  private var beta = 0.0
  private var dBar = 0.0
  private var epsilon = 0.0
  private var phiBar = 0.0
  private var first = 0.0
  private var cosine = -1.0
  private var sine = 0.0
  /// Largest γ met: an estimate of ‖A‖.
  private var largest = 0.0
  /// By how much more than asked the recurrence must fall, because the preconditioner's norm deceived once.
  private var caution = 1.0
  // Storage that is used again and means nothing between two steps.
  private var v = Vector([])
  private var image = Vector([])

  private enum CodingKeys: String, CodingKey {
    case solution, status, counts, iterations, residualNorm, rightHandSide, target, relative, older, newer, conditioned
    case w, w2, oldBeta, beta, dBar, epsilon, phiBar, first, cosine, sine, largest, caution
  }

  /// Begins at zero; converged when ‖r‖₂ ≤ max(relative·‖b‖₂, absolute).
  public init(rightHandSide b: Vector, relative: Double = 1e-10, absolute: Double = 0) {
    rightHandSide = b
    solution = .zeros(b.count)
    older = b
    newer = b
    w = .zeros(b.count)
    w2 = w
    self.relative = relative
    target = max(relative * b.norm, absolute)
    residualNorm = b.norm
    if !b.isFinite { status = .failed } else if b.norm <= target { status = .converged }
  }

  /// One iteration; `preconditioner` applies M⁻¹ (nil: the identity) and must be positive definite.
  public mutating func step(_ a: some LinearOperator, preconditioner: (any LinearOperator)? = nil) {
    guard status == .running else { return }
    let n = rightHandSide.count
    precondition(a.rowCount == n && a.columnCount == n, "the operator must be square and fit the right-hand side")
    if counts.products == 0 {
      condition(preconditioner)
      first = square
      guard first.isFinite, first > 0 else {
        status = first.isFinite ? .indefinite : .failed
        return
      }
      first = first.squareRoot()
      (beta, phiBar) = (first, first)
    }
    if v.count != n { v = .zeros(n) }
    IterativeKernels.scale(&v.elements, preconditioner == nil ? newer.elements : conditioned.elements, by: 1 / beta)
    a.apply(to: v, into: &image)
    counts.products += 1
    counts.operations += a.operationsPerProduct + 16 * n
    if iterations > 0 { axpyIn(-(beta / oldBeta), older, &image) }
    let alpha = v.inner(image)
    axpyIn(-(alpha / beta), newer, &image)
    swap(&older, &newer)
    swap(&newer, &image)
    condition(preconditioner)
    oldBeta = beta
    let squared = square
    guard squared.isFinite, alpha.isFinite else {
      status = .failed
      return
    }
    guard squared >= -1e-14 * first * first else {
      status = .indefinite
      return
    }
    beta = max(0, squared).squareRoot()
    rotate(alpha)
    settle(a, preconditioner)
  }

  /// newerᵀ·M⁻¹·newer.
  private var square: Double { conditioned.count == 0 ? newer.inner(newer) : newer.inner(conditioned) }

  private mutating func rotate(_ alpha: Double) {
    let oldEpsilon = epsilon
    let delta = cosine * dBar + sine * alpha
    let gBar = sine * dBar - cosine * alpha
    epsilon = sine * beta
    dBar = -cosine * beta
    // ‖A·r‖ of the point before this step, as a share of ‖A‖·‖r‖.
    let slope = (gBar * gBar + dBar * dBar).squareRoot()
    let gamma = max((gBar * gBar + beta * beta).squareRoot(), 1e-300)
    largest = max(largest, gamma, abs(alpha))
    if slope <= max(relative, 1e-14) * largest {
      // r is a null vector of A, as far as numbers show: no point has a smaller residual.
      status = .stalled
      return
    }
    cosine = gBar / gamma
    sine = beta / gamma
    let phi = cosine * phiBar
    phiBar = sine * phiBar
    iterations += 1
    IterativeKernels.descend(
      &w2.elements, &solution.elements, v.elements, w.elements, epsilon: oldEpsilon, delta: delta, gamma: gamma,
      phi: phi)
    swap(&w, &w2)
  }

  private mutating func settle(_ a: some LinearOperator, _ preconditioner: (any LinearOperator)?) {
    if preconditioner == nil { residualNorm = abs(phiBar) } else if iterations > 0 { residualNorm = nil }
    let enough =
      preconditioner == nil ? abs(phiBar) <= target : abs(phiBar) <= caution * target / rightHandSide.norm * first
    let exhausted = beta <= 1e-15 * largest || abs(phiBar) <= 1e-16 * first
    guard status != .running || enough || exhausted else { return }
    a.apply(to: solution, into: &image)
    IterativeKernels.turn(&image.elements, rightHandSide.elements, -1)
    let norm = image.norm
    counts.products += 1
    counts.operations += a.operationsPerProduct
    residualNorm = norm
    if norm <= target * (preconditioner == nil ? 1.5 : 1) {
      status = .converged
    } else if exhausted {
      status = .stalled
    } else if status == .running {
      caution *= 0.1
    }
    if !norm.isFinite { status = .failed }
  }

  private mutating func condition(_ preconditioner: (any LinearOperator)?) {
    guard let preconditioner else { return }
    preconditioner.apply(to: newer, into: &conditioned)
    counts.preconditionings += 1
    counts.operations += preconditioner.operationsPerProduct
  }
}

/// y ← y + a·x.
func axpyIn(_ a: Double, _ x: Vector, _ y: inout Vector) {
  var elements = take(&y)
  var span = elements.mutableSpan
  axpy(a, x.elements.span, &span)
  y.elements = elements
}
