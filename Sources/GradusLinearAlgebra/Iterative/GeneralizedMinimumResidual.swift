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
  /// The triangular columns of H̄, one after the other: column j has j + 1 entries and begins at j(j + 1)/2.
  private var triangle: [Double] = []
  /// k.
  private var columnCount = 0
  private var rotations: [SIMD2<Double>] = []
  /// The rotated right-hand side.
  private var rotated: [Double] = []
  // Storage that is used again and means nothing between two steps.
  private var pool: [Vector] = []
  private var scratch = Vector([])

  private enum CodingKeys: String, CodingKey {
    case restart, solution, residualNorm, estimate, status, counts, iterations, rightHandSide, target, basis, triangle
    case columnCount, rotations, rotated
  }

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
      var first = vector()
      if iterations == 0 {
        IterativeKernels.scale(&first.elements, rightHandSide.elements, by: 1)
      } else {
        multiply(a, solution, into: &first)
        IterativeKernels.turn(&first.elements, rightHandSide.elements, -1)
      }
      let norm = first.norm
      shrink(&first, by: 1 / norm)
      basis.append(first)
      rotated.append(norm)
    }
    let k = columnCount
    let place = k * (k + 1) / 2
    var next = vector()
    if let preconditioner {
      condition(preconditioner, basis[k])
      multiply(a, scratch, into: &next)
    } else {
      multiply(a, basis[k], into: &next)
    }
    let scale = next.norm
    for _ in 0...k { triangle.append(0) }
    for _ in 0..<2 {
      for i in 0...k {
        let h = basis[i].inner(next)
        triangle[place + i] += h
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
      let (upper, lower) = (triangle[place + i], triangle[place + i + 1])
      (triangle[place + i], triangle[place + i + 1]) = (c * upper + s * lower, c * lower - s * upper)
    }
    let corner = triangle[place + k]
    let length = (corner * corner + below * below).squareRoot()
    iterations += 1
    if length <= 1e-14 * scale || length == 0 {
      // The new direction adds nothing to what A can reach.
      pool.append(next)
      finishCycle(a, preconditioner, closed: true)
      return
    }
    let (c, s) = (corner / length, below / length)
    rotations.append([c, s])
    triangle[place + k] = length
    columnCount += 1
    rotated.append(-s * rotated[k])
    rotated[k] *= c
    estimate = abs(rotated[k + 1])
    let closed = below <= 1e-14 * scale
    if closed {
      pool.append(next)
    } else {
      shrink(&next, by: 1 / below)
      basis.append(next)
    }
    if closed || estimate <= target || columnCount == restart {
      finishCycle(a, preconditioner, closed: closed)
    }
  }

  /// x ← x + M⁻¹·V·y and the residual of the new x.
  private mutating func finishCycle(_ a: some LinearOperator, _ preconditioner: (any LinearOperator)?, closed: Bool) {
    let k = columnCount
    var y = [Double](repeating: 0, count: k)
    for i in (0..<k).reversed() {
      var sum = rotated[i]
      for j in (i + 1)..<max(i + 1, k) { sum -= triangle[j * (j + 1) / 2 + i] * y[j] }
      y[i] = sum / triangle[i * (i + 1) / 2 + i]
    }
    var step = vector()
    if k > 0 {
      IterativeKernels.scale(&step.elements, basis[0].elements, by: y[0])
      for i in 1..<max(1, k) { axpyIn(y[i], basis[i], &step) }
      if let preconditioner {
        condition(preconditioner, step)
        axpyIn(1, scratch, &solution)
      } else {
        axpyIn(1, step, &solution)
      }
    }
    let previous = residualNorm
    multiply(a, solution, into: &step)
    IterativeKernels.turn(&step.elements, rightHandSide.elements, -1)
    residualNorm = step.norm
    estimate = residualNorm
    pool.append(step)
    pool.append(contentsOf: basis)
    basis.removeAll(keepingCapacity: true)
    triangle.removeAll(keepingCapacity: true)
    rotations.removeAll(keepingCapacity: true)
    rotated.removeAll(keepingCapacity: true)
    columnCount = 0
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

  private func shrink(_ x: inout Vector, by factor: Double) {
    var elements = take(&x)
    var span = elements.mutableSpan
    scale(factor, &span)
    x.elements = elements
  }

  /// A vector of the pool, or a new one.
  private mutating func vector() -> Vector { pool.popLast() ?? .zeros(rightHandSide.count) }

  private mutating func multiply(_ a: some LinearOperator, _ x: Vector, into y: inout Vector) {
    counts.products += 1
    counts.operations += a.operationsPerProduct
    a.apply(to: x, into: &y)
  }

  /// M⁻¹·x into `scratch`.
  private mutating func condition(_ preconditioner: any LinearOperator, _ x: Vector) {
    counts.preconditionings += 1
    counts.operations += preconditioner.operationsPerProduct
    preconditioner.apply(to: x, into: &scratch)
  }
}
