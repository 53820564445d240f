// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Successive overrelaxation for A·x = b, one sweep at a time; symmetric with a backward sweep after each forward one.
///
///     x⁺ = x + (D/ω + L)⁻¹(b − A·x),    A = L + D + U
///
/// ω = 1 is Gauss–Seidel. Converges for symmetric positive definite A and 0 < ω < 2; elsewhere it may diverge, which is
/// `failed`. Cost: one sweep and one product an iteration (the product is for the residual), counted. The matrix is not
/// kept, so many right-hand sides and factors can share one. References: D. Young, *Trans. AMS* 76 (1954); Saad,
/// *Iterative Methods for Sparse Linear Systems*, 2nd ed., §4.1.
public struct Overrelaxation: IterativeSolver {
  public private(set) var solution: Vector
  /// b − A·x after the last sweep.
  public private(set) var residual: Vector
  public private(set) var residualNorm: Double
  public private(set) var iterations = 0
  public private(set) var status = IterativeStatus.running
  public private(set) var counts = OperationCounts()
  private let rightHandSide: Vector
  private let target: Double

  /// Begins at zero; converged when ‖b − A·x‖₂ ≤ max(relative·‖b‖₂, absolute).
  public init(rightHandSide b: Vector, relative: Double = 1e-10, absolute: Double = 0) {
    rightHandSide = b
    solution = .zeros(b.count)
    residual = b
    residualNorm = b.norm
    target = max(relative * b.norm, absolute)
    if !b.isFinite { status = .failed } else if residualNorm <= target { status = .converged }
  }

  /// One sweep with the factor ω (two when `symmetric`: forward and backward), and the residual after it.
  public mutating func step(_ a: SplitRows, factor omega: Double, symmetric: Bool = false) {
    guard status == .running else { return }
    precondition(a.count == solution.count, "the matrix must fit the right-hand side")
    // Moved out and back: a span of a stored property would lock the whole value.
    var x = solution.elements
    solution.elements = []
    var span = x.mutableSpan
    a.sweep(&span, rightHandSide.elements.span, factor: omega)
    if symmetric { a.sweep(&span, rightHandSide.elements.span, factor: omega, backward: true) }
    solution.elements = x
    var r = residual.elements
    residual.elements = []
    var out = r.mutableSpan
    residualNorm = a.residual(solution.elements.span, rightHandSide.elements.span, into: &out).squareRoot()
    residual.elements = r
    iterations += 1
    counts.sweeps += symmetric ? 2 : 1
    counts.products += 1
    counts.operations += (symmetric ? 2 : 1) * a.operationsPerSweep + 2 * a.values.count + 4 * a.count
    if !residualNorm.isFinite {
      status = .failed
    } else if residualNorm <= target {
      status = .converged
    }
  }

  /// Steps until converged, failed or `limit` iterations are done.
  public mutating func run(_ a: SplitRows, factor omega: Double, symmetric: Bool = false, limit: Int) {
    while status == .running, iterations < limit { step(a, factor: omega, symmetric: symmetric) }
  }
}
