// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusStudy

extension StudyMethod {
  /// Short names for the methods of studies.
  public static let shortNames = [
    "gp": "bayesian-optimization", "bo": "bayesian-optimization", "bo-multi-fidelity": "multi-fidelity-bo",
    "turbo": "trust-region-bo", "random": "random-search", "sobol": "sobol-search", "nsga-ii": "nsga2",
    "nsga-iii": "nsga3",
    "de": "differential-evolution", "ga": "genetic-algorithm", "cmaes": "cma-es",
  ]

  /// The method that a plan names, or else the one that `SearchChoice` finds, which is also what `automatic` means.
  ///
  /// Throws `Unsuitable`, `SettingError` or `SpaceError` where it is not one for the plan; then nothing was asked.
  public init(for plan: StudyPlan) throws {
    let problem = try plan.problem()
    var chosen: (name: String, settings: [(name: String, value: String)], reasons: [String])
    if let method = plan.method, method != "automatic" || !plan.settings.isEmpty {
      chosen = (Self.shortNames[method] ?? method, [], [])
    } else {
      let choice = SearchChoice(for: SearchTraits(problem))
      chosen = (choice.method, choice.settings, choice.reasons)
    }
    guard let entry = Catalog.entry(named: chosen.name) else {
      let near = nearest(to: chosen.name, among: Catalog.all.map(\.card.name) + Self.shortNames.keys.sorted())
      throw Unsuitable(
        method: chosen.name, needs: "to be a method", found: "no method of that name",
        remedy: near.map { "Did you mean '\($0)'?" } ?? "'gradus methods' lists them.")
    }
    guard let kind = entry.outsideName, kind == "value" || kind == "values" else {
      throw Unsuitable(
        method: chosen.name, needs: entry.needs, found: "trials, which tell values",
        remedy: "Choose a method that asks for values; 'gradus methods' lists them.")
    }
    if problem.objectives > 1, kind != "values" {
      throw Unsuitable(
        method: chosen.name, needs: "one objective", found: "\(problem.objectives) objectives",
        remedy: "Combine them into one, or choose nsga2, nsga3, moead, sms-emoa or bayesian-optimization.")
    }
    let settings = chosen.settings + plan.settings.map { ($0.name, $0.value) }
    self.init(name: chosen.name, reasons: chosen.reasons, isParallel: entry.isParallel) { problem, seed in
      var problems: [any Sendable] = []
      if let box = problem.space.box, problem.constraints == 0 { problems.append(BoxConstrained(box)) }
      problems.append(problem)
      var request = RunRequest(problems: problems, oracles: [], settings: settings, seed: seed)
      request.answeredOutside = true
      return try entry.open(request)
    }
    // What does not fit is said before the first trial.
    _ = try open(problem, plan.seed)
  }
}
