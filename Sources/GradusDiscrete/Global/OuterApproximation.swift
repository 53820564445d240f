// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusModeling
public import GradusNumerics

/// Outer approximation of programs of formulas with integers whose formulas are convex, or exact as linear rows.
///
///     master   min aᵀx + Σ wₖtₖ   subject to   pₖ(x̂) + ∇pₖ(x̂)ᵀ(x − x̂) ≤ tₖ,   linear rows, integrality
///     slave    min f   with the integers of the master's answer fixed
///
/// Formulas are first taken apart into convex terms pₖ, each with a column of its own: sums and quadratic forms into their
/// terms and squares, products of powers into logarithms, perspectives into fractions; products of a bounded integer with a
/// bounded variable become exact rows over its digits. Functions of one affine formula get tangents over its range at once,
/// those of one integer the secants between its neighboring values.
///
/// The master is a mixed-integer linear program whose bound is one of the program, as every linearization of a convex term
/// lies below it. Its continuous relaxation is cut first. Early masters are stopped after a number of nodes that grows; all
/// incumbents they met are cut off, and the best are slaves. A program with a formula that is neither proved convex nor exact
/// is refused.
///
/// **Needs** values and derivatives of the formulas, and a mixed-integer linear programming solver. **Keeps** all cuts.
/// **Guarantee** finite convergence to the gap for convex programs; the bound is the solver's word.
/// **Reference** M. Duran, I. Grossmann, *An outer-approximation algorithm for a class of mixed-integer nonlinear programs*,
/// Math. Program. 36 (1986) 307–339; R. Fletcher, S. Leyffer, Math. Program. 66 (1994) 327–349; J. Kronqvist, A. Lundell,
/// T. Westerlund, J. Glob. Optim. 64 (2016) 249–272.
public struct OuterApproximation: Catalogued {
  public var gap = 1e-4
  public var gapContinuous = 1e-6
  public var gapAbsolute = 1e-6
  public var feasibility = 1e-6
  /// Linear programs of the relaxation and masters together.
  public var iterations = 500
  /// Rounds of cuts on the continuous relaxation.
  public var rounds = 60
  /// Nodes of the first master's search; those of later ones grow as long as they are stopped.
  public var nodes = 500
  /// Seconds for all linear and integer programs together.
  public var time = Double.infinity
  public var threads = 1

  public init() {}

  public static let card = Card(
    "outer-approximation",
    "outer approximation of programs of formulas with integers that are convex or exactly linear",
    guarantee: "the global optimum within the gap, as far as the integer solver's bound is right",
    reference: "Duran & Grossmann 1986; Fletcher & Leyffer 1994", trials: [])

  public static let settings: [Setting<Self>] = [
    Setting("gap", \.gap, in: 0...1, "relative gap at which a program with integers counts as solved", role: .limit),
    Setting("gap-continuous", \.gapContinuous, in: 0...1, "relative gap for programs without integers", role: .limit),
    Setting(
      "gap-absolute", \.gapAbsolute, in: 0...1e20, "absolute gap at which a program counts as solved", role: .limit),
    Setting(
      "feasibility", \.feasibility, in: 1e-10...1e-2, "violation of rows that an incumbent may leave", role: .limit),
    Setting("iterations", \.iterations, in: 1...1_000_000, "linear and integer programs", role: .limit),
    Setting("rounds", \.rounds, in: 0...10_000, "rounds of cuts on the continuous relaxation"),
    Setting("nodes", \.nodes, in: 1...1_000_000_000, "nodes of the first master program's search"),
    Setting(
      "time", \.time, in: 0...Double.infinity, "seconds for all linear and integer programs together", role: .limit),
    Setting("threads", \.threads, in: 0...1024, "threads of the integer solver; 0: its own choice", role: .limit),
  ]

  /// True when the method takes a program. Cost: a few passes, and one factorization for each quadratic row.
  public static func suits(_ problem: FormulaProgram) -> Bool {
    (try? Self().prepared(problem)) != nil
  }

  private func prepared(_ problem: FormulaProgram) throws(Unsuitable) -> State {
    try SearchTolerances.requirePlainVariables(problem, for: Self.card.name)
    guard let box = State.box(problem, self) else {
      return State(problem, nil, IntervalSweep(problem).box, settings: self)
    }
    let split = ConvexSplit(problem, box: box)
    if let doubt = split.doubts.first {
      let name = doubt < problem.constraintCount ? "row \(problem.linear.rowNames[doubt])" : "the objective"
      throw Unsuitable(
        method: Self.card.name, needs: "a program that is convex but for integers and products with integers",
        found: "no proof that \(name) is", remedy: "Use 'spatial-branch-and-bound'.")
    }
    return State(problem, split, box, settings: self)
  }

  public func start(_ problem: FormulaProgram, random: RandomStream) throws -> State { try prepared(problem) }

  public func ask(_ s: inout State) -> SearchQuestion? { s.question() }

  public func tell(_ s: inout State, _ answer: consuming SearchQuestion.Answer, to question: consuming SearchQuestion) {
    s.take(answer, to: question)
    // Moves on to the next question, or to the end: the state between answers does not depend on whether it was asked.
    _ = s.question()
  }

  public func report(_ s: State) -> Report<Vector> { s.report }
}
