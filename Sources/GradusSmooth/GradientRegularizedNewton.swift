// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
public import GradusCore
import GradusLinearAlgebra
public import GradusNumerics

/// Newton's method with a shift that is proportional to the gradient's norm, for exact and approximate Hessians.
///
///     λ = |g|^α/γ,   d = −(H + λB)⁻¹g,   g = ∇f(x),  H ≈ ∇²f(x),   |g|² = gᵀB⁻¹g
///     f(x) − f(x + d) ≥ |∇f(x + d)|²/(8λ):   x⁺ = x + d,  γ⁺ = 2γ;      otherwise  γ ← γ/2
///
/// γ, the radius within which the model of the gradient is to be trusted, is all that is searched for; no constant of a
/// problem class is asked for, and the rate adapts to the class and to the error of H. γ is also halved where H + λB has no
/// Cholesky factors. Where the model promises less than the rounding error of f, a step counts when it makes the gradient
/// smaller. A matrix that is not finite counts as zero: the step is then a multiple of −g.
///
/// H is what the oracle gives: the Hessian, a Gauss–Newton matrix (`GaussNewtonObjective`), a Fisher matrix. With α = ½ the
/// shift is that of regularized Newton methods for Lipschitz Hessians; with 1/γ for its constant, α in [½, 1] makes the
/// universal method. B is the identity, or the magnitudes of the diagonal of H at the start, where variables differ in
/// scale. `smoothness(of:at:along:)` measures the radius that γ looks for.
///
/// **Needs** values, gradients and Hessians. **Keeps** one n × n matrix and three vectors. Cost of a trial: n³/3 operations.
/// **Guarantee** ∇f(xₖ) → 0 for f bounded below with Lipschitz gradient and H ⪰ 0; superlinear near a minimum with positive
/// definite, exact Hessian.
/// **Reference** *Gradient-Normalized Smoothness for Optimization with Approximate Hessians*, 2025 (the case α = 1);
/// N. Doikov, K. Mishchenko, Yu. Nesterov, *Super-universal regularized Newton method*, SIAM J. Optim. 34 (2024).
public struct GradientRegularizedNewton: Catalogued {
  /// B.
  public enum Metric: String, Sendable, Codable, CaseIterable { case identity, diagonal }

  /// The first γ.
  public var radius = 1.0
  /// α, the power of the gradient's norm in the shift.
  public var exponent = 1.0
  /// γ is known and stays; every step to a finite value is taken.
  public var isFixed = false
  /// B, in which lengths are measured.
  public var metric = Metric.identity

  public init() {}

  public static let card = Card(
    "gradient-regularized-newton",
    "Newton's method, shifted by the gradient's norm, with exact or approximate Hessians",
    guarantee: "stationary limit points, superlinear near strong minima",
    reference: "Gradient-Normalized Smoothness, 2025; Doikov, Mishchenko & Nesterov 2024",
    trials: [
      Trial("quadratic,n=10", answers: 200, value: 1e-12), Trial("rosenbrock,n=2", answers: 300, value: 1e-12),
      Trial("beale", answers: 200, value: 1e-12), Trial("wood", answers: 400, value: 1e-12),
    ], invariances: [.translation, .permutation], rate: .superlinear)

  public static let settings: [Setting<Self>] = [
    Setting("radius", \.radius, in: 1e-9...1e12, "first γ, a length within which the model is trusted"),
    Setting("exponent", \.exponent, in: 0.1...1, "power of the gradient's norm in the shift"),
    Setting("fixed", \.isFixed, "keep γ and take every step"),
    Setting("metric", choice: \.metric, "in which lengths are measured"),
  ]

  /// The point with its gradient and Hessian, γ, and the step under trial.
  public struct State: Sendable, Codable {
    var descent: DenseDescent
    /// H at x, by columns; with the diagonal metric B^(−½)HB^(−½).
    var hessian: Vector = []
    /// The diagonal of B^½; empty for the identity and before H is known.
    var scales: Vector = []
    var radius: Double
    /// λ of the step under trial.
    var shift = 0.0
    /// Cholesky factorizations so far, failed ones included.
    public internal(set) var factorizations = 0
  }

  private static let floor = 1e-100

  /// At the start, with the first γ of the settings.
  public func start(_ problem: Unconstrained, random: RandomStream) -> State {
    State(descent: DenseDescent(at: problem.start), radius: radius)
  }

  /// The gradient at the start or at a trial point, or the Hessian at an accepted one.
  public func ask(_ s: inout State) -> DenseCurve? { s.descent.question }

  /// Factorizes a new model, or accepts or refuses the trial and adapts γ.
  public func tell(_ s: inout State, _ answer: consuming DenseCurve.Answer, to question: consuming DenseCurve) {
    switch s.descent.take(answer, to: question, of: Self.card.name) {
    case .none: return
    case .matrix(let matrix):
      s.hessian = matrix.isFinite ? matrix : .zeros(matrix.count)
      if metric == .diagonal { scale(&s) }
      propose(&s)
    case .trial(let point, let step, let there): judge(&s, point, there, step)
    }
  }

  /// The last accepted point with ‖∇f(x)‖ as measure.
  public func report(_ s: State) -> Report<Vector> { s.descent.report }

  /// B^(−½)·g.
  private func scaled(_ g: Vector, _ s: State) -> Vector {
    s.scales.count == 0 ? g : Vector(g.indices.map { g[$0] / s.scales[$0] })
  }

  /// Takes B from the first matrix, and brings H into its metric. Entries that are zero count as a small share of the largest.
  private func scale(_ s: inout State) {
    let n = s.descent.x.count
    if s.scales.count == 0 {
      let diagonal = (0..<n).map { abs(s.hessian[$0 + $0 * n]) }
      let largest = diagonal.max() ?? 0
      s.scales = Vector(diagonal.map { largest > 0 ? max($0, 1e-8 * largest).squareRoot() : 1 })
    }
    for j in 0..<n { for i in 0..<n { s.hessian[i + j * n] /= s.scales[i] * s.scales[j] } }
  }

  /// The next trial: γ is halved until H + λB has Cholesky factors.
  private func propose(_ s: inout State) {
    guard let here = s.descent.here else { return }
    let slope = scaled(here.gradient, s)
    let measure = slope.norm
    let matrix = Matrix(rowCount: slope.count, columnCount: slope.count, elements: s.hessian.elements)
    var gamma = s.radius
    while gamma >= Self.floor {
      let shift = (exponent == 1 ? measure : pow(measure, exponent)) / gamma
      guard shift.isFinite else { break }
      s.factorizations += 1
      if let factor = try? Cholesky(matrix, shift: shift, on: .portable) {
        let step = scaled(-factor.solve(slope), s)
        if step.isFinite {
          if !isFixed { s.radius = gamma }
          s.shift = shift
          return s.descent.attempt(step)
        }
      }
      gamma /= 2
    }
    s.descent.rest()
  }

  private func judge(_ s: inout State, _ point: Vector, _ there: Linearization<Vector>, _ step: Vector) {
    guard let here = s.descent.here else { return }
    guard there.isFinite else {
      if isFixed { s.descent.end(.failed) } else { retreat(&s) }
      return
    }
    let measure = scaled(here.gradient, s).norm
    let gradient = scaled(there.gradient, s).norm
    let decrease = here.value - there.value
    let noise = 8 * abs(here.value).ulp
    let isHidden = -0.5 * here.gradient.inner(step) <= noise
    let isSmaller = abs(decrease) <= 2 * noise && gradient < measure
    if isFixed || (isHidden ? isSmaller : decrease >= gradient * gradient / (8 * s.shift)) {
      if !isFixed { s.radius = min(2 * s.radius, 1e100) }
      s.descent.arrive(at: point, there)
    } else if isHidden {
      s.descent.rest()
    } else {
      retreat(&s)
    }
  }

  private func retreat(_ s: inout State) {
    s.radius /= 2
    propose(&s)
  }
}
