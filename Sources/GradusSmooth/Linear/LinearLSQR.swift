// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusLinearAlgebra
public import GradusNumerics

/// LSQR for linear least squares and linear systems of any shape.
///
///     min ‖A·x − b‖₂:   βu ← A·v − αu,   αv ← Aᵀ·u − βv,   x ← x + (φ/ρ)·w
///
/// **Needs** nothing: it reads the matrix. One turn is one iteration. **Keeps** four vectors.
/// **Guarantee** the residual never grows; n iterations in exact arithmetic, rate by the condition of A.
/// **Reference** C. Paige, M. Saunders, ACM TOMS 8 (1982).
public struct LinearLSQR: Catalogued {
  public var tolerance = 1e-10

  public init() {}

  public static let card = Card(
    "lsqr", "least squares by Golub–Kahan bidiagonalization", guarantee: "the residual never grows",
    reference: "Paige, Saunders 1982",
    trials: [
      Trial("laplacian-system", answers: 100, value: 1e-15), Trial("regression-system", answers: 60, value: 1.0001),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("tolerance", \.tolerance, in: 1e-15...1, "residual and its gradient, relative", role: .limit)
  ]

  public typealias State = LinearSolverState<LeastSquaresQR>

  public func start(_ problem: LinearSystem, random: RandomStream) throws -> State {
    State(system: try PreparedSystem(problem)) { r, size in
      LeastSquaresQR(
        rightHandSide: r, columnCount: problem.matrix.columnCount, relative: tolerance, absolute: tolerance * size)
    }
  }

  public func ask(_ s: inout State) -> Turn? { s.isRunning ? Turn() : nil }
  public func tell(_ s: inout State, _ answer: consuming Done, to question: consuming Turn) { s.advance() }
  public func report(_ s: State) -> Report<Vector> { s.report }
}
