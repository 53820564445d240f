// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusLinearAlgebra
public import GradusNumerics

/// Inexact Newton steps from randomized sketches, on an exact augmented Lagrangian.
///
///     min f(z)  subject to  c(z) = 0,      L = f + λᵀc,  G = c′,  H = ∇²L,  R = (∇L, c)
///     L_η = L + ½η₁|c|² + ½η₂|∇L|²,   K = [B Gᵀ; G 0],   B = H, or H + σ·I where ZᵀHZ ≻ 0 fails on G·Z = 0
///     σ = 2·max(0, −λ) + 2e-6 where the least eigenvalue λ of ZᵀHZ is known, otherwise 0.1 + ‖H‖
///     d ← d + KᵀS·(SᵀKKᵀS)⁺·Sᵀ(−R − K·d)   until   |K·d + R| ≤ δ|R|
///     ∇L_ηᵀd ≤ −½η₂|R|², or else  η₁ ← 1.96·η₁,  η₂ ← η₂/1.4,  δ ← δ/1.4⁴,  and the same d is improved
///     (z, λ) ← (z, λ) + α·d,  α the first of 1, ½, ¼ … with  L_η⁺ ≤ L_η + 0.1·α·∇L_ηᵀd
///
/// Bounds and inequalities: every variable, and a slack for every inequality, is a smooth function of a free coordinate,
/// l + z², u − z², or the middle plus half the width times 2z/(1 + z²), so that every question lies within the bounds. In
/// B the terms that these functions add to H are positive. Where such a coordinate rests on a bound with a multiplier of
/// the wrong sign (a stationary point of these functions only), it is moved off. First-order errors are measured in the
/// program as it was given.
///
/// The `conservative` accuracy stops at δ|R|/(‖K‖Ψ), Ψ ≥ ‖K⁻¹‖, with the bound on δ from the proof, whose σ is always
/// 0.1 + ‖H‖ (which makes flat curvature steepest descent). A system that
/// `effort` sketches do not solve is factorized; with `convexity` = `step` nothing ever is, and memory is linear in the
/// entries: a curvature test of the step takes the place of the test of ZᵀHZ.
///
/// **Needs** values, first derivatives and Hessians of the Lagrangian. **Keeps** the iterate, one Jacobian and a random
/// stream. Cost of a Gaussian sketch with q columns: 2q products with K and 2q² operations an unknown.
/// **Guarantee** R → 0 for bounded iterates with G of full rank; locally superlinear. With bounds: strict complementarity.
/// **Reference** I. Hong, S. Na, M. W. Mahoney, M. Kolar, *Constrained Optimization via Exact Augmented Lagrangian and
/// Randomized Iterative Sketching*, ICML 2023.
public struct AdaSketchNewton: Catalogued {
  /// Largest scaled error of an answer.
  public var tolerance = 1e-7
  public var iterations = 500
  /// The largest entry of a gradient that is not scaled down.
  public var largestGradient = 100.0
  public var sketch = SketchKind.gaussian
  /// Columns of a sketch.
  public var width = 5
  /// Sketches (passes of Kaczmarz) for one system at most, an unknown.
  public var effort = 200.0
  public var solver = Solver.sketches
  public var accuracy = Accuracy.practical
  /// The first δ.
  public var firstAccuracy = 0.1
  /// True: the accuracy is min(δ, |R|).
  public var superlinear = true
  public var convexity = Convexity.automatic
  /// The first η₁.
  public var rowWeight = 1.0
  /// The first η₂.
  public var gradientWeight = 0.1

  /// Who solves the Newton systems.
  public enum Solver: String, Sendable, Codable, Hashable, CaseIterable {
    case sketches
    /// A sparse symmetric factorization: exact Newton steps, for comparison.
    case factorization
  }

  /// When a system counts as solved.
  public enum Accuracy: String, Sendable, Codable, Hashable, CaseIterable {
    /// At δ|R|; the test of the slope does the rest.
    case practical
    /// By the bounds of the proof; they take a dense singular value decomposition.
    case conservative
  }

  /// How the curvature on the null space of the rows is tested.
  public enum Convexity: String, Sendable, Codable, Hashable, CaseIterable {
    /// `eigenvalues` up to 100 unknowns, then `inertia`.
    case automatic
    /// The least eigenvalue of ZᵀHZ, dense.
    case eigenvalues
    /// The signs of the pivots of a sparse factorization of K.
    case inertia
    /// The curvature along a step that fails the test of its slope; nothing is factorized.
    case step
  }

  public init() {}

  /// More would be slow and large with dense matrices.
  static let denseLimit = 1000

  public static let card = Card(
    "adasketch-newton", "inexact Newton steps from randomized sketches, on an exact augmented Lagrangian",
    guarantee: "KKT residual tends to zero; locally superlinear",
    reference: "Hong, Na, Mahoney & Kolar 2023",
    trials: [
      Trial("hs6", answers: 300, value: 1e-8), Trial("hs7", answers: 300, value: -1.7320508),
      Trial("hs71", answers: 300, value: 17.0140174), Trial("hs10", answers: 300, value: -0.9999998),
      Trial("hs12", answers: 600, value: -29.99999), Trial("hs26", answers: 300, value: 1e-6),
      Trial("hs30", answers: 300, value: 1.000001), Trial("hs43", answers: 300, value: -43.99999),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("tolerance", \.tolerance, in: 1e-12...1e-2, "largest scaled error of an answer", role: .limit),
    Setting("iterations", \.iterations, in: 1...1_000_000, "steps after which it gives up", role: .limit),
    Setting("largest_gradient", \.largestGradient, in: 1e-2...1e20, "largest gradient that is not scaled down"),
    Setting("sketch", choice: \.sketch, "how the random matrix is drawn"),
    Setting("width", \.width, in: 1...1000, "columns of a sketch (not for kaczmarz)"),
    Setting("effort", \.effort, in: 1e-2...1e6, "sketches for one system at most, an unknown"),
    Setting("solver", choice: \.solver, "who solves the Newton systems"),
    Setting("accuracy", choice: \.accuracy, "when a system counts as solved"),
    Setting("first_accuracy", \.firstAccuracy, in: 1e-12...0.9, "residual of the first systems, relative to |R|"),
    Setting("superlinear", \.superlinear, "systems are solved to at least |R|·|R|"),
    Setting("convexity", choice: \.convexity, "how the curvature on the null space of the rows is tested"),
    Setting("row_weight", \.rowWeight, in: 1e-4...1e6, "first weight of |c|²"),
    Setting("gradient_weight", \.gradientWeight, in: 1e-6...1e2, "first weight of |∇L|²"),
  ]

  /// At the start, moved a little off its bounds. Throws `Unsuitable` where dense matrices would be too large.
  public func start(_ problem: NonlinearProgram, random: RandomStream) throws -> State {
    try problem.requireFiniteStart(Self.card.name)
    let unknowns = problem.variableCount + 2 * problem.constraintCount
    if accuracy == .conservative || convexity == .eigenvalues, unknowns > Self.denseLimit {
      throw Unsuitable(
        method: Self.card.name, needs: "at most \(Self.denseLimit) unknowns for these settings",
        found: "up to \(unknowns) unknowns, rows and slacks counted",
        remedy: "'--set accuracy=practical --set convexity=inertia' (or step) takes large programs.")
    }
    return State(problem, method: self, random: random.child("sketches"))
  }

  /// Values and derivatives at trial points, the Hessian at the iterate.
  public func ask(_ s: inout State) -> Constrained? { s.question() }

  /// Solves the Newton system once the Hessian is told, or judges a trial point.
  public func tell(_ s: inout State, _ answer: consuming Constrained.Answer, to question: consuming Constrained) {
    _ = consume question
    s.advance(answer)
  }

  /// The present iterate; its value where it satisfies the rows within 1e-6.
  public func report(_ s: State) -> Report<Vector> { s.report }
}
