// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Primal-dual interior point with a filter line search for nonlinear programs.
///
///     min  f(x) − μ Σ ln(slacks)    subject to  c(x) − s = 0,   μ → 0
///
///     [ H + Σ + δ_w   Jᵀ  ] [d]     [ ∇φ_μ + Jᵀy ]
///     [ J            −δ_c ] [q] = − [ c − s      ]      δ chosen so that the inertia is (n, m, 0)
///
/// A step is taken when a filter of pairs (violation, barrier objective) lets it pass; second-order corrections and, where
/// no step passes, a restoration phase that minimizes the violation itself take care of the rest. Bounds and sides of rows
/// are relaxed by 1e-8, so that questions may lie as far outside; the answer is projected.
///
/// **Needs** values, first derivatives and Hessians of the Lagrangian. **Keeps** the iterate with its multipliers, one
/// Jacobian and one Hessian; the factorization is rebuilt when a run is resumed.
/// **Guarantee** every limit point is stationary, for the program or for its violation; locally superlinear.
/// **Reference** A. Wächter, L. T. Biegler, *On the implementation of an interior-point filter line-search algorithm for
/// large-scale nonlinear programming*, Math. Program. 106 (2006) 25–57.
public struct InteriorPoint: Catalogued {
  /// Largest scaled error of an answer.
  public var tolerance = 1e-8
  public var iterations = 3000
  /// The first μ.
  public var barrier = 0.1
  /// κ_μ.
  public var barrierFactor = 0.2
  /// How far inside its bounds the start is moved, absolutely and as a fraction of their distance.
  public var push = 1e-2
  public var pushFraction = 1e-2
  /// By how much bounds and sides of rows are relaxed, relative to max(1, |side|).
  public var relaxation = 1e-8
  /// The largest entry of a gradient that is not scaled down.
  public var largestGradient = 100.0
  /// Second-order corrections of one step at most.
  public var corrections = 4
  /// The error that counts as acceptable, and how many such iterates in a row end the run.
  public var acceptable = 1e-6
  public var acceptableIterations = 15

  public init() {}

  public static let card = Card(
    "interior-point", "primal-dual interior point with filter line search for nonlinear programs",
    guarantee: "limit points are stationary for the program or its violation; locally superlinear",
    reference: "Wächter & Biegler 2006",
    trials: [
      Trial("hs6", answers: 60, value: 1e-8), Trial("hs7", answers: 200, value: -1.7320508),
      Trial("hs71", answers: 60, value: 17.0140174), Trial("hs10", answers: 80, value: -0.9999998),
      Trial("hs12", answers: 60, value: -29.99999), Trial("hs26", answers: 120, value: 1e-8),
      Trial("hs30", answers: 120, value: 1.000001), Trial("hs43", answers: 60, value: -43.99999),
    ], staysInDomain: false)

  public static let settings: [Setting<Self>] = [
    Setting("tol", \.tolerance, in: 1e-12...1e-2, "largest scaled error of an answer", role: .limit),
    Setting("max_iter", \.iterations, in: 1...1_000_000, "iterations after which it gives up", role: .limit),
    Setting("mu_init", \.barrier, in: 1e-10...1e6, "first barrier parameter"),
    Setting("mu_linear_decrease_factor", \.barrierFactor, in: 0.01...0.9, "factor of the barrier parameter"),
    Setting("bound_push", \.push, in: 1e-12...1e6, "least distance of the start from its bounds"),
    Setting("bound_frac", \.pushFraction, in: 1e-12...0.5, "the same as a fraction of the distance of two bounds"),
    Setting(
      "bound_relax_factor", \.relaxation, in: 0...1e-4, "relative relaxation of bounds and sides of rows", role: .limit),
    Setting("nlp_scaling_max_gradient", \.largestGradient, in: 1e-2...1e20, "largest gradient that is not scaled down"),
    Setting("max_soc", \.corrections, in: 0...100, "second-order corrections of one step at most"),
    Setting("acceptable_tol", \.acceptable, in: 1e-12...1e10, "error that counts as acceptable", role: .limit),
    Setting(
      "acceptable_iter", \.acceptableIterations, in: 1...10_000, "acceptable iterates in a row that end a run",
      role: .limit),
  ]

  public func start(_ problem: NonlinearProgram, random: RandomStream) throws -> State {
    for j in 0..<problem.variableCount where !(problem.domain.lower[j] <= problem.domain.upper[j]) {
      throw Unsuitable(
        method: Self.card.name, needs: "bounds that leave room", found: "variable \(j + 1) with none",
        remedy: "Its lower bound is above its upper bound.")
    }
    guard problem.start.isFinite else {
      throw Unsuitable(
        method: Self.card.name, needs: "a finite start", found: "a start that is not",
        remedy: "Give every variable a starting value.")
    }
    return State(problem, method: self)
  }

  public func ask(_ s: inout State) -> Constrained? { s.question() }

  public func tell(_ s: inout State, _ answer: consuming Constrained.Answer, to question: consuming Constrained) {
    let point = question.point
    _ = consume question
    s.advance(answer, at: point)
  }

  public func report(_ s: State) -> Report<Vector> { s.report }

  var rules: BarrierRules {
    var rules = BarrierRules()
    rules.tolerance = tolerance
    rules.initialBarrier = barrier
    rules.barrierFactor = barrierFactor
    rules.corrections = corrections
    return rules
  }
}

extension Constrained {
  /// The point that is asked about.
  var point: Vector {
    switch self {
    case .evaluate(let x), .derivatives(let x): x
    case .lagrangianProduct(let x, _, _, _), .lagrangianHessian(let x, _, _): x
    }
  }
}
