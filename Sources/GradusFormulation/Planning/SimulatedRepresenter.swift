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
    var wrong = corrupted(problem, &stream)
    for _ in 0..<10 {
      guard let plan = (try? PlanSearch(wrong))?.shortest() else { return wrong }
      if plan.count != right.count || !simulator.run(plan).isValid { return wrong }
      wrong = corrupted(problem, &stream)
    }
    return wrong
  }

  /// The problem with one error, whether it has an effect or not.
  public static func corrupted(_ problem: StripsProblem, _ stream: inout RandomStream) -> StripsProblem {
    var wrong = problem
    let action = stream.integer(below: max(1, problem.actions.count))
    let kind = stream.integer(below: 6)
    func drop(_ atoms: inout [StripsProblem.Atom]) {
      if !atoms.isEmpty { atoms.remove(at: stream.integer(below: atoms.count)) }
    }
    guard problem.actions.indices.contains(action) else { return wrong }
    switch kind {
    case 0: drop(&wrong.actions[action].needs)
    case 1: drop(&wrong.actions[action].adds)
    case 2: drop(&wrong.actions[action].deletes)
    case 3: drop(&wrong.goal)
    case 4: drop(&wrong.initial)
    default:
      if !wrong.actions[action].needs.isEmpty { wrong.actions[action].needs[0].name += "_now" }
    }
    return wrong
  }
}
