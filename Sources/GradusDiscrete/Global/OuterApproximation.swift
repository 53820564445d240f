// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusModeling
public import GradusNumerics

/// Outer approximation of convex programs of formulas with integers.
///
///     master   min η   subject to   f(x̂) + ∇f(x̂)ᵀ(x − x̂) ≤ η,   gᵢ(x̂) + ∇gᵢ(x̂)ᵀ(x − x̂) ≤ uᵢ,   linear rows, integrality
///     slave    min f   with the integers of the master's answer fixed
///
/// The master is a mixed-integer linear program whose bound is one of the program, as every linearization of a convex function
/// lies below it. Points x̂ are the answer of the continuous relaxation, of every slave and of every master (the last make
/// it converge although no slave is solved exactly). A program whose relaxation is not proved convex is refused.
///
/// **Needs** values and derivatives of the formulas, and a mixed-integer linear programming solver. **Keeps** all cuts.
/// **Guarantee** finite convergence to the gap for convex programs; the bound is the solver's word.
/// **Reference** M. Duran, I. Grossmann, *An outer-approximation algorithm for a class of mixed-integer nonlinear programs*,
/// Math. Program. 36 (1986) 307–339; R. Fletcher, S. Leyffer, Math. Program. 66 (1994) 327–349.
public struct OuterApproximation: Catalogued {
  public var gap = 1e-4
  public var gapContinuous = 1e-6
  public var gapAbsolute = 1e-6
  public var feasibility = 1e-6
  public var iterations = 500
  /// Seconds for one master.
  public var time = Double.infinity
  public var threads = 1

  public init() {}

  public static let card = Card(
    "outer-approximation", "outer approximation of convex programs of formulas with integers",
    guarantee: "the global optimum of convex programs within the gap, as far as the integer solver's bound is right",
    reference: "Duran & Grossmann 1986; Fletcher & Leyffer 1994", trials: [])

  public static let settings: [Setting<Self>] = [
    Setting("gap", \.gap, in: 0...1, "relative gap at which a program with integers counts as solved"),
    Setting("gap-continuous", \.gapContinuous, in: 0...1, "relative gap for programs without integers"),
    Setting("gap-absolute", \.gapAbsolute, in: 0...1e20, "absolute gap at which a program counts as solved"),
    Setting("feasibility", \.feasibility, in: 1e-10...1e-2, "violation of rows that an incumbent may leave"),
    Setting("iterations", \.iterations, in: 1...1_000_000, "master programs"),
    Setting("time", \.time, in: 0...Double.infinity, "seconds for one master program"),
    Setting("threads", \.threads, in: 0...1024, "threads of the integer solver; 0: its own choice"),
  ]

  public func start(_ problem: FormulaProgram, random: RandomStream) throws -> State {
    let structure = FormulaStructure(problem)
    if let doubt = structure.doubts.first {
      let name = doubt < problem.constraintCount ? "row \(problem.linear.rowNames[doubt])" : "the objective"
      throw Unsuitable(
        method: Self.card.name, needs: "a program whose relaxation is convex",
        found: "no proof that \(name) is", remedy: "Use 'spatial-branch-and-bound'.")
    }
    if problem.linear.kinds.contains(where: { $0 == .semicontinuous || $0 == .semiinteger }) {
      throw Unsuitable(
        method: Self.card.name, needs: "continuous and integer variables", found: "semi-continuous ones",
        remedy: "Write them as products with a binary variable.")
    }
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
