// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusLinearAlgebra
public import GradusNumerics

/// Sketch-and-project for linear systems of any shape that have a solution.
///
///     x ← x + AᵀS·(SᵀAAᵀS)⁺·Sᵀ(b − A·x),   S Gaussian, CountSketch, or one row at a time (Kaczmarz)
///
/// **Needs** nothing: it reads the matrix. One turn is one sketch, of Kaczmarz one pass over as many drawn rows as there
/// are. Where no solution exists it does not settle. **Keeps** one vector and a random stream.
/// **Guarantee** the expected squared distance to the nearest solution falls by 1 − λ_min⁺(E[…]) a step.
/// **Reference** R. Gower, P. Richtárik, SIAM J. Matrix Anal. Appl. 36 (2015).
public struct SketchAndProject: Catalogued {
  public var tolerance = 1e-10
  public var sketch = SketchKind.gaussian
  /// Columns of the sketch.
  public var width = 5

  public init() {}

  public static let card = Card(
    "sketch-and-project", "randomized projections onto sketched linear systems",
    guarantee: "linear in expectation", reference: "Gower, Richtárik 2015",
    trials: [
      Trial("overdetermined-system", answers: 400, value: 1e-12),
      Trial("convection-system", answers: 6000, value: 1e-6),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("tolerance", \.tolerance, in: 1e-15...1, "residual relative to the right-hand side", role: .limit),
    Setting("sketch", choice: \.sketch, "how the random matrix is drawn"),
    Setting("width", \.width, in: 1...1000, "columns of the sketch (not for kaczmarz)"),
  ]

  public typealias State = LinearSolverState<SketchProjection>

  public func start(_ problem: LinearSystem, random: RandomStream) throws -> State {
    State(system: try PreparedSystem(problem)) { r, size in
      SketchProjection(
        rightHandSide: r, columnCount: problem.matrix.columnCount, kind: sketch, width: width, relative: tolerance,
        absolute: tolerance * size, random: random.child("sketches"))
    }
  }

  public func ask(_ s: inout State) -> Turn? { s.isRunning ? Turn() : nil }
  public func tell(_ s: inout State, _ answer: consuming Done, to question: consuming Turn) { s.advance() }
  public func report(_ s: State) -> Report<Vector> { s.report }
}
