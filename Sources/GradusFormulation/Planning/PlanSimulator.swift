// SPDX-License-Identifier: Apache-2.0

/// Carries plans out on sets of facts, straight from the document: a check that shares nothing with `PlanningCompiler`.
public struct PlanSimulator: Sendable {
  /// What became of a plan.
  public struct Report: Sendable, Hashable {
    /// Steps that could be done.
    public var steps: Int
    /// The first thing that goes wrong, as `step 3, stack(a,b): holding(a) does not hold`; nil for a plan that reaches the goal.
    public var fault: String?
    /// What holds at the end, or where the plan broke.
    public var facts: Set<StripsProblem.Atom>

    public var isValid: Bool { fault == nil }
  }

  public let problem: StripsProblem

  /// Throws where the problem makes no sense.
  public init(_ problem: StripsProblem) throws(PlanningError) {
    try problem.check()
    self.problem = problem
  }

  /// Does one step after the other. Cost: linear in the plan.
  public func run(_ plan: [String]) -> Report {
    var facts = Set(problem.initial)
    for (k, text) in plan.enumerated() {
      if let fault = step(text, &facts) {
        return Report(steps: k, fault: "step \(k + 1), \(text.prefix(100)): \(fault)", facts: facts)
      }
    }
    let missing = problem.goal.first { !facts.contains($0) }
    return Report(steps: plan.count, fault: missing.map { "at the end \($0) does not hold" }, facts: facts)
  }

  /// Changes the facts, or says why the step is impossible.
  func step(_ text: String, _ facts: inout Set<StripsProblem.Atom>) -> String? {
    guard let atom = StripsProblem.Atom(reading: text) else { return "it is no action" }
    guard let schema = problem.actions.first(where: { $0.name == atom.name }) else { return "no action has this name" }
    guard schema.parameters.count == atom.arguments.count else {
      return "\(schema.parameters.count) arguments are needed"
    }
    guard Set(atom.arguments).count == atom.arguments.count else { return "an object is there twice" }
    var binding: [String: String] = [:]
    for (parameter, argument) in zip(schema.parameters, atom.arguments) {
      guard problem.objects.contains(StripsProblem.Object(argument, parameter.type)) else {
        return "\(argument) is no \(parameter.type)"
      }
      binding[parameter.name] = argument
    }
    let bind = { (atom: StripsProblem.Atom) in
      StripsProblem.Atom(atom.name, atom.arguments.map { binding[$0] ?? $0 })
    }
    for need in schema.needs {
      let fact = bind(need)
      if !facts.contains(fact) { return "\(fact) does not hold" }
    }
    for fact in schema.deletes { facts.remove(bind(fact)) }
    for fact in schema.adds { facts.insert(bind(fact)) }
    return nil
  }
}
