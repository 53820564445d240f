// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusModeling
public import GradusNumerics

/// Spatial branch and bound: the global optimum of small programs of formulas, convex or not, with integers or without.
///
///     bound(box)  = safe( min cᵀx  over the factorable relaxation of the box )
///     branch      on integers first, then where the relaxation misses most
///     stop when   U − min over open boxes of bound(box) ≤ max(1e-6, gap·max(1, |U|))
///
/// Every box is first tightened by interval arithmetic (feasibility-based bound tightening, with the cut objective ≤ U) and
/// then bounded by a linear program whose answer is not believed: the bound is recomputed from its multipliers in
/// outward-rounded arithmetic (Neumaier & Shcherbina). Incumbents U come from points of the relaxation and from interior-point
/// runs within the box with the integers fixed. No function of the program needs derivatives that are known everywhere.
///
/// **Needs** values and derivatives of the formulas, and a linear programming solver. **Keeps** the open boxes.
/// **Guarantee** the bound is proved, whatever the linear solver's rounding; the gap closes in finitely many steps where all
/// variables that occur nonlinearly are bounded.
/// **Reference** P. Belotti et al., *Branching and bounds tightening techniques for non-convex MINLP*, Optim. Methods Softw.
/// 24 (2009) 597–634.
public struct SpatialBranchAndBound: Catalogued {
  /// Relative gap for programs with integers, and for those without.
  public var gap = 1e-4
  public var gapContinuous = 1e-6
  public var gapAbsolute = 1e-6
  public var feasibility = 1e-6
  public var nodes = 1_000_000
  /// How often a box's relaxation is cut and solved again; the first box gets three times as many.
  public var rounds = 4
  /// A local search is begun at every node of this depth or less, and at every so many nodes.
  public var searchDepth = 3
  public var searchEvery = 25
  /// Tighten the bounds of the first box by linear programs, for at most this many variables.
  public var tightened = 40

  public init() {}

  public static let card = Card(
    "spatial-branch-and-bound", "spatial branch and bound for programs of formulas",
    guarantee: "the bound is proved in interval arithmetic; the gap closes where nonlinear variables are bounded",
    reference: "Belotti et al. 2009", trials: [])

  public static let settings: [Setting<Self>] = [
    Setting("gap", \.gap, in: 0...1, "relative gap at which a program with integers counts as solved", role: .limit),
    Setting("gap-continuous", \.gapContinuous, in: 0...1, "relative gap for programs without integers", role: .limit),
    Setting(
      "gap-absolute", \.gapAbsolute, in: 0...1e20, "absolute gap at which a program counts as solved", role: .limit),
    Setting(
      "feasibility", \.feasibility, in: 1e-10...1e-2, "violation of rows that an incumbent may leave", role: .limit),
    Setting("nodes", \.nodes, in: 1...1_000_000_000, "nodes of the search tree", role: .limit),
    Setting("rounds", \.rounds, in: 0...100, "rounds of cuts on the relaxation of a box"),
    Setting("search-depth", \.searchDepth, in: 0...1000, "depth down to which every box gets a local search"),
    Setting("search-every", \.searchEvery, in: 1...1_000_000, "nodes between local searches below that depth"),
    Setting("tightened", \.tightened, in: 0...10_000, "variables whose bounds are tightened by linear programs"),
  ]

  public func start(_ problem: FormulaProgram, random: RandomStream) throws -> State {
    try SearchTolerances.requirePlainVariables(problem, for: Self.card.name)
    return State(problem, settings: self)
  }

  public func ask(_ s: inout State) -> SearchQuestion? { s.question() }

  public func tell(_ s: inout State, _ answer: consuming SearchQuestion.Answer, to question: consuming SearchQuestion) {
    s.take(answer, to: question)
    // Moves on to the next question, or to the end: the state between answers does not depend on whether it was asked.
    _ = s.question()
  }

  public func report(_ s: State) -> Report<Vector> { s.report }
}
