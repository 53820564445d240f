// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusModeling

/// Turns a planning problem into integer programs, one for each number of steps.
///
///     x[a,t] ∈ {0,1}: action a is step t;   p[f,t] ∈ {0,1}: fact f holds before step t;   t = 0 … T − 1
///     Σ_a x[a,t] ≤ 1
///     p[f,t] ≥ Σ_{a needs f} x[a,t]
///     p[f,t+1] ≤ p[f,t] + Σ_{a adds f} x[a,t] − Σ_{a needs and deletes f} x[a,t]
///     p[f,t+1] ≤ 1 − Σ_{a deletes f} x[a,t]                                        where some a deletes f without needing it
///     p[f,t+1] ≥ p[f,t] − Σ_{a deletes f} x[a,t]
///     p[f,t+1] ≥ Σ_{a adds f, or needs f and keeps it} x[a,t]
///     p[f,0] as stated;   p[f,T] = 1 for the goal
///
/// Sums over actions instead of single ones are right because one action at most is done in a step. The equation p[f,t+1] =
/// p[f,t] + adds − deletes alone would forbid actions that add what holds already; the four rows say what is meant. Two things
/// are added that every plan satisfies and that make the relaxation tighter: what cannot hold or be done so early is left out,
/// and of facts that never hold together at most one holds (`GroundedActions`).
///
/// Source: Hao, Zhang and Fan, "Planning Anything with Rigor" (2024), section 3.3; the rows are those of state-change
/// formulations, Vossen, Ball, Lotem and Nau, "On the Use of Integer Programming Models in AI Planning" (1999).
public struct PlanningCompiler: Sendable {
  /// What looking for a shortest plan found.
  public struct Outcome: Sendable, Hashable {
    /// nil where none was found.
    public var plan: [String]?
    /// Why there is none; nil with a plan.
    public var message: String?
    /// Integer programs that were solved.
    public var programs = 0
    /// Whether it is proved that no plan is shorter, or that none exists within the horizon.
    public var isProved = true
  }

  public let problem: StripsProblem
  private let ground: GroundedActions
  private let exclusive: [[Int]]

  /// Throws where the problem makes no sense or is too large. Cost: |actions|·|facts| pairs, a few times.
  public init(_ problem: StripsProblem) throws(PlanningError) {
    try problem.check()
    self.problem = problem
    ground = try GroundedActions(problem)
    exclusive = ground.exclusive
  }

  /// No plan has fewer actions; nil where the goal is out of reach whatever the length.
  public var leastSteps: Int? {
    let least = ground.earliest(ground.goal)
    return least < GroundedActions.never ? least : nil
  }

  /// The program whose points are the plans of at most so many steps; nil where the goal cannot be reached so early.
  public func program(steps: Int) throws(ModelError) -> FormulaProgram? {
    guard let least = leastSteps, steps >= max(1, least), steps <= StripsProblem.limits.horizon else { return nil }
    let model = Model("plan of \(steps) steps")
    var facts = [Formula?](repeating: nil, count: ground.facts.count)
    for fact in ground.initial { facts[fact] = 1 }
    for t in 0..<steps {
      var done = [Formula?](repeating: nil, count: ground.actions.count)
      for (a, action) in ground.actions.enumerated() where action.earliest <= t {
        done[a] = model.binary("x[\(action.name),\(t)]")
      }
      model.require(Formula.sum(done.compactMap(\.self)) <= 1, "one[\(t)]")
      facts = advance(model, facts, done, t)
      for (k, clique) in exclusive.enumerated() {
        let members = clique.compactMap { facts[$0] }
        if members.count > 1 { model.require(Formula.sum(members) <= 1, "exclusive[\(k),\(t + 1)]") }
      }
    }
    for fact in ground.goal {
      guard let holds = facts[fact] else { return nil }
      model.require(holds >= 1, "goal[\(ground.facts[fact])]")
    }
    return try model.program()
  }

  /// The facts before step t + 1, with their rows; nil for what cannot hold yet.
  private func advance(_ model: Model, _ facts: [Formula?], _ done: [Formula?], _ t: Int) -> [Formula?] {
    var (adding, keeping, taking, removing) = (
      [[Formula]](repeating: [], count: facts.count), [[Formula]](repeating: [], count: facts.count),
      [[Formula]](repeating: [], count: facts.count), [[Formula]](repeating: [], count: facts.count)
    )
    for (a, action) in ground.actions.enumerated() {
      guard let x = done[a] else { continue }
      for fact in action.adds { adding[fact].append(x) }
      for fact in action.needs where !action.deletes.contains(fact) && !action.adds.contains(fact) {
        keeping[fact].append(x)
      }
      for fact in action.deletes {
        if action.needs.contains(fact) { taking[fact].append(x) } else { removing[fact].append(x) }
      }
    }
    var needing = [[Formula]](repeating: [], count: facts.count)
    for (a, action) in ground.actions.enumerated() {
      if let x = done[a] { for fact in action.needs { needing[fact].append(x) } }
    }
    var next = facts
    for f in facts.indices where ground.pair(f, f) <= t + 1 {
      let name = "\(ground.facts[f]),\(t)"
      let held: Formula = facts[f] ?? 0
      if !needing[f].isEmpty { model.require(held - Formula.sum(needing[f]) >= 0, "needs[\(name)]") }
      let isTouched = !(adding[f].isEmpty && taking[f].isEmpty && removing[f].isEmpty)
      guard isTouched else { continue }
      let after = model.binary("p[\(ground.facts[f]),\(t + 1)]")
      let deleting = taking[f] + removing[f]
      model.require(after - held - Formula.sum(adding[f]) + Formula.sum(taking[f]) <= 0, "adds[\(name)]")
      if !removing[f].isEmpty { model.require(after + Formula.sum(deleting) <= 1, "deletes[\(name)]") }
      model.require(after - held + Formula.sum(deleting) >= 0, "stays[\(name)]")
      let making = adding[f] + keeping[f]
      if !making.isEmpty { model.require(after - Formula.sum(making) >= 0, "makes[\(name)]") }
      next[f] = after
    }
    return next
  }

  /// The actions that are done in a solution, in order.
  public func plan(steps: Int, _ values: [String: Double]) -> [String] {
    (0..<steps).compactMap { t in
      ground.actions.first { (values["x[\($0.name),\(t)]"] ?? 0) > 0.5 }?.name
    }
  }

  /// A shortest plan: programs of 1, 2, … steps until one has a point; those below `leastSteps` are known to have none.
  /// Throws what `ModelExecutor` throws.
  public func shortest(by executor: ModelExecutor = ModelExecutor()) async throws -> Outcome {
    let initial = Set(problem.initial)
    if problem.goal.allSatisfy({ initial.contains($0) }) { return Outcome(plan: []) }
    var outcome = Outcome()
    guard let least = leastSteps else {
      outcome.message = "no plan of any length reaches the goal: \(unreachable)"
      return outcome
    }
    for steps in stride(from: max(1, least), through: problem.horizon, by: 1) {
      guard steps * ground.actions.count <= 500_000 else {
        outcome.isProved = false
        outcome.message = "\(ground.actions.count) actions in \(steps) steps are too many; state fewer objects"
        return outcome
      }
      guard let program = try program(steps: steps) else { continue }
      let found = try await executor.run(program)
      outcome.programs += 1
      if found.hasOptimum || found.status == .feasible {
        outcome.plan = plan(steps: steps, found.values)
        return outcome
      }
      if found.status != .infeasible {
        outcome.isProved = false
        outcome.message =
          "it is not known whether \(steps) steps are enough: \(found.message ?? found.status?.rawValue ?? "no answer")"
        return outcome
      }
    }
    outcome.message = "no plan has \(problem.horizon) steps or fewer"
    return outcome
  }

  private var unreachable: String {
    for fact in ground.goal where ground.pair(fact, fact) >= GroundedActions.never {
      return "nothing leads to \(ground.facts[fact])"
    }
    for p in ground.goal {
      for q in ground.goal where ground.pair(p, q) >= GroundedActions.never {
        return "\(ground.facts[p]) and \(ground.facts[q]) never hold together"
      }
    }
    return "its facts exclude each other"
  }
}
