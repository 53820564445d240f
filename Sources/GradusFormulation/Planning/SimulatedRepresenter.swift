// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusLanguage
public import GradusNumerics

/// A double that defines, represents and assesses known planning requests, with one error in a stated share of its
/// representations.
///
/// An error is, each with the same probability: a precondition, an added fact, a deleted fact, a fact of the goal or a fact of
/// the beginning that is left out, or a predicate that is not declared. What changes nothing is no error: one is drawn that makes
/// the shortest plan wrong or longer, or leaves none. It sees nothing but the prompt; the same prompt and seed have the same
/// answer. As a judge it believes the evidence. Of language models it proves nothing.
public enum SimulatedRepresenter {
  /// A request, and its right document.
  public struct Item: Sendable, Hashable {
    public var request: String
    public var problem: StripsProblem

    public init(_ request: String, _ problem: StripsProblem) {
      self.request = request
      self.problem = problem
    }
  }

  /// The double. `rate`: the share of representations with an error.
  public static func model(_ items: [Item], rate: Double = 0.4, seed: UInt64) -> ScriptedModel {
    ScriptedModel("simulated representer:\(seed)") { prompt, number in
      var mark = Fingerprint()
      mark.mix(prompt)
      mark.mix(number)
      var stream = RandomStream(seed: seed ^ mark.value)
      if prompt.contains(PlanningPrompt.assessTask) {
        let evidence = JSONFinder.tagged("evidence", in: prompt)?.trimmed ?? ""
        let isGood = evidence == "nothing was found wrong"
        let verdict: JSONValue = ["verdict": isGood ? "good" : "represent", "why": .string(evidence)]
        return verdict.description
      }
      let request = JSONFinder.tagged("request", in: prompt)?.trimmed ?? ""
      guard let item = items.first(where: { $0.request == request }) else { return "I do not know." }
      if prompt.contains(PlanningPrompt.defineTask) { return "The goal is the state that the request names." }
      let isWrong = stream.uniform() < rate
      let problem = isWrong ? misrepresented(item.problem, &stream) : item.problem
      return PlanningDocument.steps(problem).json.description
    }
  }

  /// The problem with one error that has an effect, if ten draws find one.
  public static func misrepresented(_ problem: StripsProblem, _ stream: inout RandomStream) -> StripsProblem {
    guard let simulator = try? PlanSimulator(problem), let right = (try? PlanSearch(problem))?.shortest() else {
      return corrupted(problem, &stream)
    }
    for _ in 0..<10 {
      let wrong = corrupted(problem, &stream)
      if hasEffect(wrong, simulator, right.count) { return wrong }
    }
    return corrupted(problem, &stream)
  }

  /// The problem with one error, whether it has an effect or not.
  public static func corrupted(_ problem: StripsProblem, _ stream: inout RandomStream) -> StripsProblem {
    let errors = errors(in: problem)
    var rest = stream.uniform()
    for error in errors {
      rest -= error.probability
      if rest < 0 { return error.problem }
    }
    return errors.last?.problem ?? problem
  }

  /// A problem with an error, and how probable it is among all.
  struct Corruption {
    var probability: Double
    var problem: StripsProblem
  }

  /// All single errors, those without an effect too. A kind that has no place leaves the problem as it is. The probabilities have the
  /// sum 1.
  static func errors(in problem: StripsProblem) -> [Corruption] {
    var found: [Corruption] = []
    let kind = 1.0 / 6
    func drop(_ count: Int, _ share: Double, _ remove: (inout StripsProblem, Int) -> Void) {
      for k in 0..<max(1, count) {
        var wrong = problem
        if count > 0 { remove(&wrong, k) }
        found.append(Corruption(probability: share / Double(max(1, count)), problem: wrong))
      }
    }
    drop(problem.goal.count, kind) { $0.goal.remove(at: $1) }
    drop(problem.initial.count, kind) { $0.initial.remove(at: $1) }
    let share = kind / Double(max(1, problem.actions.count))
    for a in problem.actions.indices {
      drop(problem.actions[a].needs.count, share) { $0.actions[a].needs.remove(at: $1) }
      drop(problem.actions[a].adds.count, share) { $0.actions[a].adds.remove(at: $1) }
      drop(problem.actions[a].deletes.count, share) { $0.actions[a].deletes.remove(at: $1) }
      var unknown = problem
      if !unknown.actions[a].needs.isEmpty { unknown.actions[a].needs[0].name += "_now" }
      found.append(Corruption(probability: share, problem: unknown))
    }
    return found
  }
}

extension SimulatedRepresenter {
  /// The probability that a pipeline whose environment is the simulator of the right problem ends with an optimal plan.
  ///
  ///     s, d: the shares of representations that lead to an optimal plan, and of those whose fault is seen
  ///     P = s·(1 + d + … + d^(rounds − 1));    of wrong ones error e has the share pₑ·(1 − q¹¹)/(1 − q) with an effect, q the share
  ///     without, and pₑ·q¹⁰ without
  ///
  /// Cost: one run of the pipeline an error.
  package static func successRate(
    _ item: Item, rate: Double, by pipeline: PlanningPipeline
  ) async throws -> Double {
    let simulator = try PlanSimulator(item.problem)
    guard let length = (try PlanSearch(item.problem)).shortest()?.count else { return 0 }
    let errors = errors(in: item.problem).map { (error: $0, acts: hasEffect($0.problem, simulator, length)) }
    let idle = errors.reduce(0) { $0 + ($1.acts ? 0 : $1.error.probability) }
    let often = (0..<11).reduce(1.0) { share, _ in share * idle }
    let last = (0..<10).reduce(1.0) { share, _ in share * idle }
    var (right, seen) = (1 - rate, 0.0)
    for (error, acts) in errors {
      let share = rate * error.probability * (acts ? (1 - often) / (1 - idle) : last)
      var single = pipeline
      single.rounds = 1
      single.model = ScriptedModel { prompt, _ in
        prompt.contains(PlanningPrompt.representTask)
          ? PlanningDocument.steps(error.problem).json.description : "as it is"
      }
      let answer = try await single.answer(item.request) { simulator.run($0.plan).fault }
      if answer.fault != nil { seen += share } else if answer.plan.count == length { right += share }
    }
    var (sum, factor) = (0.0, right)
    for _ in 0..<pipeline.rounds { (sum, factor) = (sum + factor, factor * seen) }
    return sum
  }

  /// Whether the shortest plan of a problem with an error is none of the right problem, or there is none.
  private static func hasEffect(_ wrong: StripsProblem, _ simulator: PlanSimulator, _ length: Int) -> Bool {
    guard let plan = (try? PlanSearch(wrong))?.shortest() else { return true }
    return plan.count != length || !simulator.run(plan).isValid
  }
}
